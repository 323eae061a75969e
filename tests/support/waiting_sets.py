"""Sets of an agent as intake accepts them, and executions that look and wait."""

from __future__ import annotations

from datetime import timedelta

from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.ports.hub import Hub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending, rows
from mdmr.synchronization.sets.attending import Looked
from mdmr.synchronization.sets.rows import FileSet, SetState
from mdmr.synchronization.sets.states import Decision
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON
from tests.support.pictures import outbound
from tests.support.story import Platform
from tests.support.working import files_of, work_messages

MANDATORY = ("01", "02", "03", "04", "05")
MINUTE = timedelta(minutes=1)


def set_id(tx_id: str, file_id: str = "4000") -> SetId:
    """Return the name of a set of the agent."""
    return SetId(LDC, AGENT, file_id, tx_id)


def files(tx_id: str, number: int, *, file_id: str = "4000") -> dict[str, bytes]:
    """Return a complete set without details, by file number."""
    made = files_of("", tx_id, number, at=NOON, file_id=file_id)
    return {name.split(".")[6]: body for name, body in made.items()}


def send(hub: Platform, bodies: dict[str, bytes], *numbers: str) -> list[Receipt]:
    """Let intake decide about these files of a set (all of them else), in the order given."""
    return [send_one(hub, bodies[number]) for number in numbers or tuple(bodies)]


def send_one(hub: Platform, body: bytes, name: str = "") -> Receipt:
    """Let intake decide about a file of this name, else of the one that it tells."""
    name = name or name_in(body)
    return take_in(hub.hub, hub.upload(f"{AGENT}/{name}", body))


def name_in(body: bytes) -> str:
    """Return the name that a file tells."""
    return body.split(b"\n", 1)[0].decode().removeprefix("FNR|")


def complete(hub: Platform, tx_id: str, number: int, *, file_id: str = "4000") -> SetId:
    """Send a whole set."""
    send(hub, files(tx_id, number, file_id=file_id))
    return set_id(tx_id, file_id)


def look(hub: Platform, which: SetId) -> Looked:
    """Let the execution of a set look."""
    return attending.look(hub.hub, which)


def wait(hub: Platform, which: SetId, token: str) -> Looked:
    """Let the execution of a set look, and wait with a token."""
    looked = look(hub, which)
    park(hub.hub, which, token, looked)
    return looked


def park(hub: Hub, which: SetId, token: str, looked: Looked) -> None:
    """Let the execution of a set wait with a token, as its look has left the set."""
    attending.park(
        hub,
        which,
        token,
        revision=looked.each.revision,
        latest=looked.each.latest,
        gate=looked.gate,
        turn=looked.turn,
    )


def found(hub: Platform, which: SetId) -> FileSet:
    """Return a set."""
    each = rows.find(hub.hub.state, which)
    assert each is not None
    return each


def stopped(hub: Platform, which: SetId) -> FileSet:
    """Bring a set whose turn it is to a stop, as its processing does."""
    look(hub, which)
    for state in (SetState.LOADED, SetState.PROCESSING, SetState.STOPPED):
        before = found(hub, which)
        after = replace(before.moved(state, hub.clock.now()), decision=Decision.NONE, status="20")
        rows.commit(hub.hub, before, after)
    return found(hub, which)


def reasons(hub: Platform, tx_id: str) -> dict[str, tuple[str, str]]:
    """Return what the only IR10 says of each file of a set: reason code and state, by number."""
    work_messages(hub)
    rows_of_set = [
        line.split("|")
        for key, body in outbound(hub.hub).items()
        if ".IR10." in key
        for line in body.decode().splitlines()
        if line.startswith("DTL|") and line.split("|")[4] == tx_id
    ]
    return {row[11]: (row[9], row[14]) for row in rows_of_set}
