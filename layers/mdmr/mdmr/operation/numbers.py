"""Numbers from before the hub in the history of their LDC: which, by whom, when."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from mdmr.calendar.instants import from_text
from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.evidence.records import digest as digest_of
from mdmr.identifiers.kept import Kept
from mdmr.identifiers.numbers import pair_numbers
from mdmr.jobs.batching import chunks
from mdmr.organizations import history
from mdmr.ports.hub import Hub
from mdmr.ports.state import Absent, ConditionFailedError, Item, Put, key_of

# A transaction takes 100 writes: these, the check of the lease, the evidence and its head.
_BATCH = 90


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
    rows = _rows(hub, kept)
    found = hub.state.get_many(key_of(row) for row in rows)
    new = [row for row in rows if key_of(row) not in found]
    for _, alike in groupby(sorted(new, key=_written_alike), key=_written_alike):
        for batch in chunks(alike, _BATCH):
            _put(hub, batch)


def _written_alike(row: Item) -> tuple[str, str, str]:
    """Return what one record of evidence can tell of several rows: whose, by whom, when."""
    return str(row["pk"]), str(row["by"]), str(row["at"])


def _rows(hub: Hub, batch: Sequence[Kept]) -> list[Item]:
    found = pair_numbers(hub.directory, (each.pair for each in batch))
    noted = {pair: number.noted for pair, number in found.items()}
    return [
        history.row(
            history.Changed(what(each), noted[each.pair].by, noted[each.pair].at, None, text(each)),
            f"NUMBER#{each.universal_sdp_id}",
            each.pair.ldc,
        )
        for each in batch
    ]


def _put(hub: Hub, rows: Sequence[Item]) -> None:
    """Put rows of one history, of one author and instant, with one record of evidence."""
    place, by, at = _written_alike(rows[0])
    mandate = hub.lease.mandate(place)
    told, facts = _told(rows)
    deed = Deed(told, by, from_text(at), mandate.epoch, facts=facts)
    puts = (Put(row, condition=Absent()) for row in rows)
    try:
        chain.commit(hub, deed, mandate.check, *puts)
    except ConditionFailedError:
        # Somebody else noted one of them, or another region took over: then it says so.
        hub.lease.mandate(place)
        found = hub.state.get_many(key_of(row) for row in rows)
        left = [row for row in rows if key_of(row) not in found]
        if len(left) < len(rows) and left:
            _put(hub, left)


def _told(rows: Sequence[Item]) -> tuple[str, dict[str, str]]:
    """Return what evidence tells of rows that the history tells in full, and the facts of it."""
    first = rows[0]
    if len(rows) == 1:
        return f"registry: {first['what']}", {"after": str(first["after"])}
    lines = "\n".join(f"{row['what']}: {row['after']}" for row in rows)
    ldc = str(first["pk"]).partition("#")[2]
    facts = {"numbers": str(len(rows)), "after": digest_of(lines)}
    return f"registry: {len(rows)} numbers for {ldc}", facts
