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

from mdmr.calendar.instants import from_text, to_text
from mdmr.ports.state import Absent, Condition, Equal, Item, Put, StateStore, Value, Write

VERSION = "version"


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


def row(changed: Changed, place: str, org_id: str) -> dict[str, Value]:
    """Return the item of a change in the history of an organization.

    `place` tells changes of one instant apart.
    """
    return {
        "pk": f"HISTORY#{org_id}",
        "sk": f"{to_text(changed.at)}#{place}",
        "what": changed.what,
        "by": changed.by,
        "at": to_text(changed.at),
        "before": changed.before,
        "after": changed.after,
    }


def of_organization(state: StateStore, org_id: str) -> Iterator[Changed]:
    """Yield the changes about an organization (`*`: about all), newest first."""
    for item in state.query(f"HISTORY#{org_id}", newest_first=True):
        before = item["before"]
        yield Changed(
            what=str(item["what"]),
            by=str(item["by"]),
            at=from_text(str(item["at"])),
            before=None if before is None else str(before),
            after=str(item["after"]),
        )


def _unchanged(before: Item | None) -> Condition:
    if before is None:
        return Absent()
    return Equal(VERSION, before[VERSION]) if VERSION in before else Absent(VERSION)
