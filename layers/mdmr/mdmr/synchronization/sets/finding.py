"""What the rules ask about a set, read together: its files, its Manifest, its LDC's sequence."""

from __future__ import annotations

from collections.abc import Sequence as Several
from datetime import datetime, timedelta

from mdmr.directory import directory_map
from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.exchange.inbound.explaining import Told
from mdmr.organizations import parameters
from mdmr.ports.hub import Hub
from mdmr.synchronization.sets import manifest, psync_slot, rows, sequence
from mdmr.synchronization.sets.judging import Facts
from mdmr.synchronization.sets.manifest import FIRST_SEGMENT, Manifest, UnreadableManifestError
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.sets.sequence import Sequence
from mdmr.synchronization.sets.states import LOADED


def facts_of(hub: Hub, each: FileSet) -> Facts:
    """Return what the rules ask about a set, as it is now."""
    files = rows.files(hub.state, each.id)
    found, now = sequence.find(hub.state, each.id.ldc), hub.clock.now()
    read: Manifest | None = None
    faults: tuple[Told, ...] = ()
    try:
        read = _manifest(hub, files)
    except UnreadableManifestError as error:
        faults = error.faults
    minutes = parameters.count(hub.state, "sync.wait_min", at=each.first, owner=each.id.ldc)
    return Facts(
        each,
        files,
        read,
        faults,
        found,
        now,
        [*hub.gate.closed(rows.concern_of(each.id)), *each.stops],
        timedelta(minutes=minutes),
        _slot(hub, each, found, read, now),
    )


def expected(hub: Hub, found: Sequence) -> int:
    """Return the sequence number that an LDC is to send next.

    The number of a set under way is used once it is loaded.
    """
    under_way = None if found.open is None else rows.find(hub.state, found.open)
    if under_way is not None and under_way.state in LOADED:
        return found.number + 1
    return found.next


def _manifest(hub: Hub, files: Several[SetFile]) -> Manifest | None:
    place = (MANIFEST, FIRST_SEGMENT)
    here = next((file for file in files if (file.number, file.segment) == place), None)
    return None if here is None else manifest.read(hub, here)


def _slot(
    hub: Hub, each: FileSet, found: Sequence, read: Manifest | None, now: datetime
) -> datetime | None:
    """Return when the slot of a P-Sync whose turn it is opens, None where it needs none."""
    its_turn = read is not None and found.open is None and read.sequence == found.next
    if not each.id.periodic or not its_turn:
        return None
    ldc = each.id.ldc
    most = parameters.count(hub.state, "sync.psync_slot_over", at=now, owner=ldc)
    known = directory_map.read(hub.data, found.directory or None)
    # The whole map is only gone through where that can matter.
    if len(known) <= most or known.active(now) <= most:
        return None
    span = parameters.value(hub.state, "sync.psync_slot", at=now, owner=ldc)
    return psync_slot.opening(now, span)
