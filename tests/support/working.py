"""A hub in memory, and sets that are sent to it, staged and processed step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from mdmr.exchange.files.names import FileName
from mdmr.identifiers.kept import Kept, keep
from mdmr.identifiers.universal_id import Pair
from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Right, with_received
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Put
from mdmr.schedules import loaded
from mdmr.schedules.loaded import BillingPeriod, Schedule
from mdmr.synchronization.processing import steps as processing
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending, rows
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.rows import FileSet

from tests.support import set_files
from tests.support.market import AGENT, ALWAYS, LDC
from tests.support.pictures import outbound
from tests.support.set_steps import process_step, stage_step
from tests.support.story import Platform, platform


def hub_with(usdps: Iterable[str], *, at: datetime, sdp_id: str = "SP-{}") -> Platform:
    """Return a hub in operation where these numbers are issued and BC07 is scheduled.

    The agent may send both kinds of sets.
    """
    ready = platform(at)
    both = Authorization(LDC, AGENT, "3000", Right.SUBMIT, ALWAYS)
    for row in with_received([both]):
        ready.hub.state.commit(Put(registry.item_of_authorization(row)))
    for usdp in usdps:
        keep(ready.hub, Kept(Pair(LDC, sdp_id.format(usdp[:4])), usdp, issued=True), "test")
    period = BillingPeriod(date(2025, 9, 10), date(2025, 10, 10))
    after = Schedule(version=1, cycles={"BC07": (period,)})
    key = loaded.lay_down(ready.hub.data, LDC, "receipt", after)
    ready.hub.state.commit(loaded.load(LDC, Schedule(), after, key, 1))
    return ready


def files_of(
    told: str, tx_id: str, sequence: int, *, at: datetime, file_id: str = "4000"
) -> dict[str, bytes]:
    """Return the files of a set of the agent, extracted an hour before, with these records."""
    lines = filter(None, (line.strip() for line in told.splitlines()))
    set_id = SetId(LDC, AGENT, file_id, tx_id)
    return set_files.files_of(set_id, sequence, lines, at=at, extracted=at - timedelta(hours=1))


def reports(hub: Platform, file_id: str, recipient: str = LDC) -> list[list[str]]:
    """Return the lines from the status on of each report that a recipient got, by name."""
    work_messages(hub)
    return [
        body.decode().splitlines()[3:]
        for key, body in sorted(outbound(hub.hub).items())
        if key.startswith(recipient) and f".{file_id}." in key
    ]


def directory(hub: Platform) -> list[Item]:
    """Return every document of the directory."""
    return [item for item in hub.hub.directory.items() if item["sk"] == "DOCUMENT"]


def send(hub: Platform, files: Mapping[str, bytes]) -> SetId:
    """Upload the files of a set, let intake work them, and return the set's name."""
    for name, body in sorted(files.items()):
        hub.send(name.split(".")[1], name, body)
    work_messages(hub)
    parsed = FileName.parse(min(files))
    assert parsed is not None
    assert parsed.part is not None
    return SetId(parsed.org_1, parsed.org_2, parsed.file_id, parsed.part.tx_id)


def work_messages(hub: Platform) -> None:
    """Let intake and publication work what is told to them."""
    while hub._one_message():
        pass


def step(hub: Hub, set_id: SetId, name: str, part: str = "", error: str = "") -> str:
    """Take a step of processing and return what comes next."""
    return process_step(hub, set_id, name, part=part, error=error)


def stage(hub: Hub, set_id: SetId) -> FileSet:
    """Stage a set whose turn it is, and return it."""
    assert attending.look(hub, set_id).outcome is Outcome.STAGE
    named = stage_step(hub, set_id, "segments")
    for segment in named["compared"]:
        stage_step(hub, set_id, "compare", segment=segment)
    stage_step(hub, set_id, "touch")
    for segment in named["segments"]:
        stage_step(hub, set_id, "read", segment=segment)
    for part in stage_step(hub, set_id, "gather")["parts"]:
        stage_step(hub, set_id, "judge", part=part)
    stage_step(hub, set_id, "load")
    return found(hub, set_id)


def process(hub: Hub, set_id: SetId) -> str:
    """Do what an execution does with a loaded set, and return the last outcome."""
    parts = found(hub, set_id).parts
    for part in parts:
        step(hub, set_id, "plan", part)
    outcome = step(hub, set_id, "decide")
    if outcome != processing.Outcome.APPLY:
        return outcome
    for part in parts:
        step(hub, set_id, "apply", part)
    return step(hub, set_id, "conclude")


def found(hub: Hub, set_id: SetId) -> FileSet:
    """Return a set as it stands."""
    each = rows.find(hub.state, set_id)
    assert each is not None
    return each
