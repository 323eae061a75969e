"""Snapshots: the files of the last P-Sync that was accepted, as what the next one is held against.

A record that stands in them byte for byte says nothing new, as long as the same rules hold and its
entity is *settled*: no warning and no exception was given about it, nothing of it is to come or to
end after the set was extracted, and no set changed it since. Of such records nothing is read but
their bytes.

| What | Key in the data bucket |
|---|---|
| the snapshot that a set left | `directory/<ldc>/snapshots/<set>` |

The files lie where they were uploaded. The sequence of the LDC names the snapshot in force.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import to_text
from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.jobs.objects import put_value, read_value
from mdmr.organizations import parameters, registry
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore
from mdmr.schedules import loaded

# To be raised when a rule changes that is no table of the layouts: nothing is taken over then.
RULES = 3
# A snapshot with more entities in question is worth nothing.
MOST_UNSETTLED = 200_000


class Kept(Struct, frozen=True, array_like=True):
    """A file of the snapshot: its numbers, and the object version in the inbound bucket."""

    number: str
    segment: str
    key: str
    version_id: str


class Snapshot(Struct, frozen=True):
    """The files of a P-Sync, the rules that it was held to, and the entities that are not settled.

    Entities are named as in rows: their kind's letter and their id.
    """

    rules: str
    files: tuple[Kept, ...]
    unsettled: tuple[str, ...] = ()

    @property
    def numbers(self) -> frozenset[str]:
        """The file numbers that it has."""
        return frozenset(each.number for each in self.files)

    def questioned(self, entities: Iterable[str]) -> Snapshot:
        """Return the snapshot with more entities that are not settled."""
        return replace(self, unsettled=tuple(sorted({*self.unsettled, *entities})))


def read(data: ObjectStore, key: str) -> Snapshot:
    """Return the snapshot under a key. Raises ObjectMissingError."""
    return read_value(data, key, Snapshot)


def write(data: ObjectStore, ldc: str, name: str, snapshot: Snapshot) -> str:
    """Write the snapshot that a set (`name`) left and return its key; the first one stays.

    Empty when too much of it is in question: there is no snapshot then.
    """
    if len(snapshot.unsettled) > MOST_UNSETTLED:
        return ""
    key = f"directory/{ldc}/snapshots/{name}"
    put_value(data, key, snapshot)
    return key


def rules_in_force(hub: Hub, ldc: str) -> str:
    """Return a text that is another as soon as an unchanged record might be judged otherwise.

    Layouts, the registry with its roles and periods, the cycles of the LDC's schedule, and whether
    the LDC may use ultra-low overnight framings.
    """
    parts = [
        str(RULES),
        parameters.value(hub.state, "billing.ulo", at=hub.clock.now(), owner=ldc),
    ]
    parts += [
        f"{number} {layout.record} {field.name} {field.type.pattern} {field.need.value}"
        for number, layouts in sorted(RECORDS.items())
        for each in layouts
        for layout in each.simple
        for field in layout.fields
    ]
    for each in sorted(registry.organizations(hub.state), key=lambda one: one.org_id):
        end = each.active.end
        roles = " ".join(sorted(role.value for role in each.roles))
        until = to_text(end) if end else ""
        parts.append(f"{each.org_id} {roles} {to_text(each.active.start)} {until}")
    parts += sorted(loaded.cycles(hub, ldc))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
