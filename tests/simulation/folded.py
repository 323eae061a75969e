"""The master directory made anew: the applied sets of a world, one after the other, from the files.

Nothing of what the hub laid down on the way is used but which SDPs a P-Sync leaves out: every
record is read from the upload, and planned as one part on what the sets before it left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mdmr.directory import writing
from mdmr.exchange.files.layouts.synchronization import MANIFEST, set_layouts
from mdmr.ports.hub import Hub
from mdmr.ports.state import Put
from mdmr.stores.memory.state import MemoryState
from mdmr.synchronization.processing.plan import Plan, plan
from mdmr.synchronization.processing.planning import facts_of, names_of, world_of
from mdmr.synchronization.records import Place, Record
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.staging import parts
from mdmr.synchronization.staging.examining import Rules, examine
from msgspec.structs import replace

from tests.simulation.ended import Ended

_FAR = "99991231000000"
_NO_DETAILS = ("FNR", "FHR", "EOF")


@dataclass(frozen=True)
class Applied:
    """A set that was applied, with how many detail records it has and what they come to."""

    each: FileSet
    records: int
    plan: Plan


@dataclass(frozen=True)
class Folded:
    """The directory that the applied sets make, and the sets in their order."""

    directory: MemoryState
    sets: Sequence[Applied]


def folded(world: Ended) -> Folded:
    """Return the directory that the sets make which ended as applied."""
    directory = MemoryState()
    for item in world.numbers.values():
        directory.commit(Put(item))
    hub: Hub = replace(world.shared, directory=directory)
    made = []
    for each in applied(world):
        told = list(_records(hub, each))
        omitted = [usdp for part in each.parts for usdp in parts.omitted(hub, each.id, part)]
        facts = facts_of(hub, each, names_of(hub, each), omitted)
        planned = plan(told, world_of(hub, told, facts), facts)
        if planned.documents:
            writing.write(directory, planned.documents, each.epoch)
        made.append(Applied(each, len(told), planned))
    return Folded(directory, made)


def applied(world: Ended) -> list[FileSet]:
    """Return the sets that ended with all their parts applied, in the order of their numbers."""
    found = (each for each in world.sets if each.state.value == "COMPLETE" and not refused(each))
    return sorted(found, key=lambda each: (each.id.ldc, each.sequence or 0))


def refused(each: FileSet) -> bool:
    """Return whether the operator ended a set that was stopped."""
    return each.state.value == "COMPLETE" and each.history[-2].state.value == "STOPPED"


def _records(hub: Hub, each: FileSet) -> Iterator[Record]:
    layouts = set_layouts(each.id.file_id, "01" if each.id.periodic else "00")
    rules = Rules(each.id.periodic, _FAR)
    for file in rows.files(hub.state, each.id):
        if file.number == MANIFEST:
            continue
        body = b"".join(hub.inbound.stream(file.key, file.version_id)).decode()
        for at, line in enumerate(body.splitlines(), 1):
            if line[:3] not in _NO_DETAILS:
                place = Place(file.number, file.segment, at)
                row = examine(layouts[file.number], rules, place, line).row
                if row is not None:
                    yield row.record()
