"""Claims on AMCDs: in which periods each LDC has an AMCD on a meter, across all LDCs.

| What | Partition | Sort key |
|---|---|---|
| claims of all LDCs on an AMCD | `AMCD#<amcd id>` | `CLAIMS` |

An AMCD ID is unique in Ontario, while the documents of an AMCD are one for each LDC. A set that
binds an AMCD for a time claims it before: the claims of all LDCs on it are one item, written on
condition that nobody wrote it since it was read. So of two LDCs whose sets are processed at once,
one sees the claim of the other. A claim has the periods that the AMCD had before the set and those
that it has after it; once the set is over, the LDC's own document tells which of them it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from mdmr.calendar.period import Period
from mdmr.directory.timeline import Timeline
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import Absent, AllOf, AtMost, Equal, Key, Put, StateStore

_SORT = "CLAIMS"
_CLAIMED = ("",)


class Claim(Struct, frozen=True):
    """The claim of an LDC on an AMCD: the set that made it, and its periods in order of time."""

    ldc: str
    set_id: str
    periods: tuple[Period, ...]


@record_type()
class Claims(Struct, frozen=True):
    """All claims on an AMCD, by LDC; `version` 0: there never was one."""

    amcd: str
    version: int = 0
    by_ldc: Mapping[str, Claim] = {}


def claims_key(amcd: str) -> Key:
    """Return where the claims on an AMCD lie."""
    return Key(f"AMCD#{amcd}", _SORT)


def read(
    directory: StateStore, amcds: Iterable[str], unreadable: dict[str, Exception]
) -> dict[str, Claims]:
    """Return the claims on AMCDs by their ids, also of those on which there is none.

    AMCDs whose claims cannot be read are added to `unreadable` instead, each with what was raised.
    Raises StateBusyError.
    """
    keys = {amcd: claims_key(amcd) for amcd in amcds}
    items = directory.get_many(keys.values()) if keys else {}
    found = {}
    for amcd, key in keys.items():
        try:
            found[amcd] = from_item(Claims, items[key]) if key in items else Claims(amcd)
        except Exception as fault:  # noqa: BLE001 - one AMCD must not stop the others
            unreadable[amcd] = fault
    return found


def put_of(before: Claims, claim: Claim, epoch: int) -> Put:
    """Return the write of a claim beside those of other LDCs, unless these changed since."""
    after = Claims(before.amcd, before.version + 1, {**before.by_ldc, claim.ldc: claim})
    as_read = AllOf((Equal("version", before.version), AtMost("epoch", epoch)))
    item = to_item(after, claims_key(before.amcd), {"epoch": epoch})
    return Put(item, as_read if before.version else Absent())


def joined(*timelines: Timeline) -> tuple[Period, ...]:
    """Return the periods in which any of some timelines has a value, in the order of time."""
    found = Timeline()
    for timeline in timelines:
        for each in timeline.segments:
            found = found.put(each.period, _CLAIMED)
    return tuple(each.period for each in found.segments)
