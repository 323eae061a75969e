"""What was applied of a set whose work broke off: its rows, and the directory as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from mdmr.directory import directory_map, reading, writing
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import mapping, plans, rows
from mdmr.synchronization.processing.faults import Sparing, tried
from mdmr.synchronization.processing.plan import SYSTEM_ERROR, Plan
from mdmr.synchronization.processing.planning import names_of, plan_key
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.sets import sequence
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.staging import parts
from mdmr.synchronization.staging.rows import NEXT, entities

_AS_LEFT = "as-left"


def applied(
    hub: Hub, file_set: FileSet, since: datetime, *, spare: Sparing
) -> tuple[list[str], list[bytes]]:
    """Return the keys of plans whose rows tell what was applied, and the map's changed entries.

    Of a part that is applied that is its plan; of one that broke off a plan of what is written. Of
    a part whose plan cannot be read nothing is told, where rows may be left out.
    """
    keys: list[str] = []
    entries: list[bytes] = []
    for part in file_set.parts:
        found, _ = tried(partial(_of_part, hub, file_set, part, since, spare), spare)
        key, own = found or ("", entries_anew(hub, file_set, part, spare))
        keys += [key] if key else []
        entries += own
    return keys, entries


def _of_part(
    hub: Hub, file_set: FileSet, part: str, since: datetime, spare: Sparing
) -> tuple[str, list[bytes]]:
    key = plan_key(file_set, part)
    if plans.is_applied(hub.data, file_set.id, part):
        return key, list(plans.lines(hub.data, key, plans.ENTRIES))
    return _as_left(hub, file_set, key, since, spare)


def entries_anew(hub: Hub, file_set: FileSet, part: str, spare: Sparing) -> list[bytes]:
    """Return the map's entries of the SDPs that a part names, from their documents as they stand.

    None where not even that can be read.
    """
    return tried(partial(_entries_anew, hub, file_set, part), spare)[0] or []


def _entries_anew(hub: Hub, file_set: FileSet, part: str) -> list[bytes]:
    named = (entities(row) for row in parts.rows(hub.data, parts.find(hub, file_set.id, part)))
    names = {name for text in named for name in text.split(NEXT)}
    return _entries(hub, file_set, sorted(name[1:] for name in names if name[:1] == "S"))


def mapped(hub: Hub, file_set: FileSet, entries: Iterable[bytes]) -> str | None:
    """Write the directory map that a set leaves and return its key, None where it stays."""
    changed = list(entries)
    if not changed:
        return None
    before = sequence.find(hub.state, file_set.id.ldc).directory or None
    return directory_map.write_lines(hub.data, file_set.id.ldc, str(file_set.id), before, changed)


def _as_left(
    hub: Hub, file_set: FileSet, key: str, since: datetime, spare: Sparing
) -> tuple[str, list[bytes]]:
    """Return the same of a part that broke off; an empty key where nothing of it is written."""
    if plans.tally(hub.data, key) is None:
        return "", []
    planned = {one.entity: one for one in plans.documents(hub.data, key, file_set.id.ldc, since)}
    written = _written(hub, file_set, planned)
    if not written:
        return "", []
    told = [line.decode("ascii") for line in plans.lines(hub.data, key, plans.UPDATES)]
    by_row = [(line, rows.entities_of(line, file_set.id.ldc) & planned.keys()) for line in told]
    written = _completed(hub, file_set, planned, written, [about for _, about in by_row], spare)
    names = names_of(hub, file_set)
    updates = [line for line, about in by_row if about and about <= written]
    halves = [line for line, about in by_row if about & written and not about <= written]
    refused = [line.decode("ascii") for line in plans.lines(hub.data, key, plans.EXCEPTIONS)]
    refused += filter(None, (rows.half_applied(line, SYSTEM_ERROR, names) for line in halves))
    refused.sort(key=lambda line: line[: rows.KEY_LENGTH])
    counts = Tally(updates=len(updates), exceptions=len(refused))
    plans.write(hub.data, f"{key}.{_AS_LEFT}", Plan(updates, refused, [], counts), (), (), ())
    sdps = [line.partition(b"|")[0].decode() for line in plans.lines(hub.data, key, plans.ENTRIES)]
    return f"{key}.{_AS_LEFT}", _entries(hub, file_set, sdps)


def _written(hub: Hub, file_set: FileSet, planned: Iterable[Entity]) -> set[Entity]:
    """Return which entities have a document that the set wrote."""
    found = reading.read_what_can_be(hub.directory, planned, {})
    return {
        entity
        for entity, document in found.items()
        if document.log and document.log[-1].by == str(file_set.id)
    }


def _completed(
    hub: Hub,
    file_set: FileSet,
    planned: dict[Entity, Document],
    written: set[Entity],
    told: list[set[Entity]],
    spare: Sparing,
) -> set[Entity]:
    """Write what belongs to something written, one by one, and return all that is written then."""
    failed: set[Entity] = set()
    while missing := sorted(
        {entity for about in told if about & written for entity in about - written - failed}
    ):
        for entity in missing:
            try:
                epoch = hub.lease.mandate(str(file_set.id)).epoch
                (found,) = writing.write(hub.directory, [planned[entity]], epoch)
            except Exception as fault:  # noqa: BLE001 - one document must not stop the others
                spare.passes(fault)
                failed.add(entity)
            else:
                (failed if found else written).add(entity)
    return written


def _entries(hub: Hub, file_set: FileSet, usdps: Iterable[str]) -> list[bytes]:
    """Return the entries of SDPs as their documents stand; none of those that cannot be read."""
    sdps = [Entity(Kind.SDP, file_set.id.ldc, usdp) for usdp in usdps]
    at = min(file_set.extracted or file_set.since, file_set.sync_start or file_set.since)

    def read(asked: Iterable[Entity]) -> dict[Entity, Document]:
        return reading.read_what_can_be(hub.directory, asked, {})

    found = {entity: document for entity, document in read(sdps).items() if document.version}
    lines, _ = mapping.entries(found, found.values(), at, read)
    return lines
