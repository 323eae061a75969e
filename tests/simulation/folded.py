"""The master directory made anew: the applied sets of a world, one after the other, from the files.

Nothing of what the hub laid down on the way is used but which SDPs a P-Sync leaves out: every
record is read from the upload, and planned as one part on what the sets before it left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mdmr.directory import writing
from mdmr.directory.documents import Entity, Kind, document_of
from mdmr.exchange.files.layouts.synchronization import MANIFEST, set_layouts
from mdmr.ports.hub import Hub
from mdmr.ports.state import Put
from mdmr.stores.memory.state import MemoryState
from mdmr.synchronization.processing import plans
from mdmr.synchronization.processing import rows as lines
from mdmr.synchronization.processing.plan import Plan, plan
from mdmr.synchronization.processing.planning import facts_of, names_of, world_of
from mdmr.synchronization.records import Place, Record
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.staging import parts
from mdmr.synchronization.staging.examining import Rules, examine
from mdmr.synchronization.staging.parts import Unreadable
from mdmr.synchronization.staging.rows import Row
from msgspec.structs import replace

from tests.simulation.ended import Ended
from tests.simulation.walls import PlantedRecordError

_FAR = "99991231000000"
_NO_DETAILS = ("FNR", "FHR", "EOF")


@dataclass(frozen=True)
class Applied:
    """A set that was applied, with how many detail records it has and what they come to.

    `by_half`: the operator ended it amid that; the plan has what is written of it.
    """

    each: FileSet
    records: int
    plan: Plan
    by_half: bool = False


@dataclass(frozen=True)
class Folded:
    """The directory that the applied sets make, and the sets in their order."""

    directory: MemoryState
    sets: Sequence[Applied]


def folded(world: Ended) -> Folded:
    """Return the directory that the sets make which ended as applied, wholly or in part."""
    directory = MemoryState()
    for item in world.numbers.values():
        directory.commit(Put(item))
    hub: Hub = replace(world.shared, directory=directory)
    made = []
    for each in applied(world):
        told, unreadable = _records(hub, each)
        omitted = [usdp for part in each.parts for usdp in parts.omitted(hub, each.id, part)]
        facts = facts_of(hub, each, names_of(hub, each), omitted)
        planned = plan(told, world_of(hub, told, facts), facts, unreadable)
        if refused(each):
            planned = _as_left(world, each, planned)
        if planned.documents:
            writing.write(directory, planned.documents, each.epoch)
        made.append(Applied(each, len(told) + len(unreadable), planned, by_half=refused(each)))
    return Folded(directory, made)


def applied(world: Ended) -> list[FileSet]:
    """Return the sets of which something was applied, in the order of their numbers."""
    found = (
        each
        for each in world.sets
        if each.state.value == "COMPLETE" and (not refused(each) or begun(world, each))
    )
    return sorted(found, key=lambda each: (each.id.ldc, each.sequence or 0))


def refused(each: FileSet) -> bool:
    """Return whether the operator ended a set that was stopped."""
    return each.state.value == "COMPLETE" and each.history[-2].state.value == "STOPPED"


def begun(world: Ended, each: FileSet) -> bool:
    """Return whether a set was being applied when it came to its end."""
    at_work = any(step.state.value == "PROCESSING" for step in each.history)
    return at_work and plans.applying_since(world.shared.data, each.id) is not None


def _as_left(world: Ended, each: FileSet, planned: Plan) -> Plan:
    """Return of a plan what the directory has of it: whole documents, and the rows about them."""
    logs = {
        str(item["pk"]): document_of(Entity(Kind.SDP, "", ""), item).log
        for item in world.shared.directory.items()
        if item["sk"] == "DOCUMENT"
    }

    def is_written(entity: Entity) -> bool:
        known = logs.get(entity.key.partition, ())
        return any(delta.by == str(each.id) for delta in known)

    documents = [one for one in planned.documents if is_written(one.entity)]
    updates = [
        row
        for row in planned.updates
        if all(is_written(entity) for entity in lines.entities_of(row, each.id.ldc))
    ]
    return replace(planned, documents=documents, updates=updates)


def _records(hub: Hub, each: FileSet) -> tuple[list[Record], list[Unreadable]]:
    """Return the records of a set, and those that the code does not get over."""
    found, unreadable = list[Record](), list[Unreadable]()
    for row in _rows(hub, each):
        try:
            found.append(row.record())
        except PlantedRecordError as fault:
            unreadable.append(Unreadable(row, fault))
    return found, unreadable


def _rows(hub: Hub, each: FileSet) -> Iterator[Row]:
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
                    yield row
