"""Entries of the directory map that a plan changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.entries import entry_of, line_of
from mdmr.synchronization.processing.binding import targets
from mdmr.synchronization.processing.entities import Read
from mdmr.synchronization.records import MC, SM


def entries(
    before: Mapping[Entity, Document], changed: Iterable[Document], at: datetime, read: Read
) -> tuple[list[bytes], dict[Entity, Exception]]:
    """Return the line of each SDP that is another in the map after documents changed, as of a time.

    An SDP is another when its own document changed, or the modules of a meter that it has. What is
    not among the documents `before` is read. Beside them, each SDP without a line, and its meters,
    with what was raised.
    """
    new = {each.entity: each for each in changed}
    known = {**before, **new}
    sdps = {entity for entity in new if entity.kind is Kind.SDP}
    for entity, meter in new.items():
        former = before[entity]
        if entity.kind is Kind.METER and meter.timeline(MC) != former.timeline(MC):
            sdps |= _owners(meter, at)
    known.update(_read(read, sdps - known.keys()))
    meters = {
        meter
        for sdp in sdps & known.keys()
        for meter in targets(sdp.ldc, SM, known[sdp].timeline(SM))
    }
    known.update(_read(read, meters - known.keys()))
    lines: list[bytes] = []
    faults: dict[Entity, Exception] = {}
    for sdp in sorted(sdps):
        own: set[Entity] = set()
        try:
            own = targets(sdp.ldc, SM, known[sdp].timeline(SM))
            lines.append(line_of(entry_of(known[sdp], [known[each] for each in own], at)))
        except Exception as fault:  # noqa: BLE001 - one SDP must not stop the others
            faults |= dict.fromkeys((sdp, *own), fault)
    return lines, faults


def _owners(meter: Document, at: datetime) -> set[Entity]:
    """Return the SDPs that have a meter from a time on."""
    return {
        Entity(Kind.SDP, meter.entity.ldc, each.value[0])
        for each in meter.timeline(SM).segments
        if each.end is None or each.end > at
    }


def _read(read: Read, missing: set[Entity]) -> Mapping[Entity, Document]:
    return read(sorted(missing)) if missing else {}
