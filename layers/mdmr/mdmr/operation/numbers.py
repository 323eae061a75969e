"""Numbers from before the hub in the history of their LDC: which, by whom, when."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from mdmr.calendar.instants import from_text
from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.identifiers.kept import Kept, noted
from mdmr.organizations import history
from mdmr.ports.hub import Hub
from mdmr.ports.state import Absent, ConditionFailedError, Item, Put, key_of

_BATCH = 50


def what(each: Kept) -> str:
    """Return what a number is called in a plan and in the history."""
    return f"number {each.universal_sdp_id} for {each.pair.ldc} {each.pair.sdp_id}"


def text(each: Kept) -> str:
    """Return how a number stands."""
    return "issued" if each.issued else "to be issued when asked for"


def note(hub: Hub, kept: Sequence[Kept]) -> None:
    """See to it that numbers which were kept stand in the histories of their LDCs.

    Who kept a number and when stands with the number; so this may be done again, by anyone, and
    completes what a crash left undone. Raises NotActiveError.
    """
    rest = iter(kept)
    while batch := list(islice(rest, _BATCH)):
        rows = _rows(hub, batch)
        found = hub.state.get_many(key_of(row) for row in rows)
        for row in rows:
            if key_of(row) not in found:
                _put(hub, row)


def _rows(hub: Hub, batch: Sequence[Kept]) -> list[Item]:
    by_whom = noted(hub.directory, (each.pair for each in batch))
    return [
        history.row(
            history.Changed(
                what(each), by_whom[each.pair].by, by_whom[each.pair].at, None, text(each)
            ),
            f"NUMBER#{each.universal_sdp_id}",
            each.pair.ldc,
        )
        for each in batch
    ]


def _put(hub: Hub, row: Item) -> None:
    place = str(row["pk"])
    mandate, by, at = hub.lease.mandate(place), str(row["by"]), from_text(str(row["at"]))
    deed = Deed(
        f"registry: {row['what']}", by, at, mandate.epoch, facts={"after": str(row["after"])}
    )
    try:
        chain.commit(hub.state, deed, mandate.check, Put(row, condition=Absent()))
    except ConditionFailedError:
        # Somebody else noted it, or another region took over: then it says so.
        hub.lease.mandate(place)
