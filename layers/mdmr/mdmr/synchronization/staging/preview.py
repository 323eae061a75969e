"""Staging for show: every check of a set is made, and nothing is written to the hub.

What staging would lay down in the data bucket stays in memory, where processing can read on: see
`Previewed.hub`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.jobs.overlay import Overlay
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateStore
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import manifest
from mdmr.synchronization.sets.manifest import Manifest
from mdmr.synchronization.sets.rows import FileSet, SetFile, SetState, SetStep
from mdmr.synchronization.staging import checking, gathering, loading, reading
from mdmr.synchronization.staging.checking import LookUp
from mdmr.synchronization.staging.findings import Finding
from mdmr.synchronization.staging.inventory import METER_PARAMETERS, Inventory
from mdmr.synchronization.staging.judging import Directory, Owner
from mdmr.synchronization.staging.linking import Size
from mdmr.synchronization.staging.parts import Part, folder
from mdmr.synchronization.staging.ranges import ranges_of
from mdmr.synchronization.staging.report import Staged

_SIZE = Size()


class Previewed(Struct, frozen=True):
    """What staging a set would come to.

    `each` is the set as it would be staged, `hub` one that reads as the real one does and has what
    staging lays down, `parts` the names of the parts there. `names` are the files by number and
    segment.
    """

    each: FileSet
    hub: Hub
    parts: tuple[str, ...]
    names: Mapping[tuple[str, str], str]
    staged: Staged
    findings: tuple[Finding, ...]


def preview(
    hub: Hub, set_id: SetId, files: Sequence[SetFile], look_up: LookUp | None = None
) -> Previewed:
    """Return what staging the files of a set now would come to; `files` lie in `hub.inbound`.

    Raises UnreadableManifestError, LookupError without a Manifest.
    """
    now = hub.clock.now()
    # What lies there of the set was found another time, or in other files of its name.
    seen = replace(hub, data=Overlay(hub.data, now, hidden=f"{folder(set_id)}/"))
    each = _as_staged(set_id, _manifest(hub, files), now)
    for cut in ranges_of(seen, each, files):
        reading.read(seen, each, files, cut)
    parts = tuple(gathering.gather(seen, each, files, _SIZE))
    for part in parts:
        checking.check(seen, each, part, look_up)
    totals = loading.totals_of(seen, set_id, files, parts)
    return Previewed(
        each,
        seen,
        parts,
        {(file.number, file.segment): file.name for file in files},
        loading.staged_as(each, totals, now),
        tuple(loading.findings_of(seen, totals)),
    )


def nothing_lacks(_: StateStore, ldc: str, __: Part, told: Inventory) -> Directory:
    """Return a directory that has whatever the set does not tell: for checks without the hub.

    With it no code is given that only the directory could tell.
    """
    lacking = told.lacking()
    return Directory(
        dict.fromkeys(told.first, Owner(ldc, "")),
        dict.fromkeys((*told.first, *(each[1:] for each in lacking if each[0] == "S")), ""),
        frozenset(lacking),
        dict.fromkeys(told.named_in_sm, METER_PARAMETERS),
    )


def _manifest(hub: Hub, files: Iterable[SetFile]) -> Manifest:
    found = next((file for file in files if file.number == MANIFEST), None)
    if found is None:
        message = "the set has no Manifest"
        raise LookupError(message)
    return manifest.read(hub, found)


def _as_staged(set_id: SetId, told: Manifest, now: datetime) -> FileSet:
    return FileSet(
        set_id,
        SetState.STAGING,
        now,
        0,
        sequence=told.sequence,
        extracted=told.extracted,
        stl_start=now,
        history=(SetStep(SetState.STAGING, now),),
    )
