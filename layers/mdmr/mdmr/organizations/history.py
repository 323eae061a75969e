"""The history of the registry: who changed what about an organization, from what to what.

| What | Partition | Sort key |
|---|---|---|
| change | `HISTORY#<org id, or * for all>` | `<at>#<partition>#<sort key>#<version>` |

Each item of the registry counts its versions. A change is written on condition that the version
is the one it was decided on, together with its rows here, whose keys carry the version: no change
is lost under another, however close they are, and none has no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from mdmr.calendar.instants import to_text
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import Absent, Condition, Equal, Item, Key, Put, StateStore, Write

VERSION = "version"


@record_type()
class Changed(Struct, frozen=True):
    """One change: what, by whom, when, and how it stood before (None: not at all) and after."""

    what: str
    by: str
    at: datetime
    before: str | None
    after: str


def write(
    item: Item, before: Item | None, changed: Changed, concerned: Iterable[str]
) -> list[Write]:
    """Return the writes of an item of the registry in place of `before`, with its history.

    The change stands in the history of each organization concerned. The commit fails when the
    item is not `before` any more.
    """
    version = 1 + (int(str(before.get(VERSION, 0))) if before else 0)
    writes: list[Write] = [Put({**item, VERSION: version}, condition=_unchanged(before))]
    place = f"{item['pk']}#{item['sk']}#{version}"
    rows = (row(changed, place, org_id) for org_id in dict.fromkeys(concerned))
    return [*writes, *(Put(each, condition=Absent()) for each in rows)]


def row(changed: Changed, place: str, org_id: str) -> Item:
    """Return the item of a change in the history of an organization.

    `place` tells changes of one instant apart.
    """
    return to_item(changed, Key(f"HISTORY#{org_id}", f"{to_text(changed.at)}#{place}"))


def of_organization(state: StateStore, org_id: str) -> Iterator[Changed]:
    """Yield the changes about an organization (`*`: about all), newest first."""
    items = state.query(f"HISTORY#{org_id}", newest_first=True)
    return (from_item(Changed, item) for item in items)


def _unchanged(before: Item | None) -> Condition:
    if before is None:
        return Absent()
    return Equal(VERSION, before[VERSION]) if VERSION in before else Absent(VERSION)
