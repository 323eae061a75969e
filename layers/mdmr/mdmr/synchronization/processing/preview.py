"""Processing for show: what a set would change, refuse and end, with nothing written to the hub."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from mdmr.directory.changes import Action
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.files.layouts.synchronization_reports import UPDATES
from mdmr.ports.hub import Hub
from mdmr.synchronization.codes_processing import COMPLETE, EXCEPTIONS, STATUSES
from mdmr.synchronization.processing import deciding, plans
from mdmr.synchronization.processing.planning import plan_key, plan_part
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.staging.preview import Previewed


class Foreseen(Struct, frozen=True):
    """What processing a set would come to.

    `status` and `text` are those of its reports, `updates` and `exceptions` details of IR06 and
    IR07, `ends` those of the updates that end or cut what holds; of each the first ones, `tally`
    counts all.
    """

    status: str
    text: str
    tally: Tally
    updates: tuple[str, ...]
    exceptions: tuple[str, ...]
    ends: tuple[str, ...]


def foresee(staged: Previewed, most: int) -> Foreseen:
    """Return what processing a set that would be loaded would come to; of rows `most` at most."""
    hub: Hub = staged.hub
    each = replace(staged.each, sync_start=hub.clock.now(), parts=staged.parts)
    for part in each.parts:
        plan_part(hub, each, part, staged.names, claiming_amcds=False)
    keys = tuple(plan_key(each, part) for part in each.parts)
    total = Tally.total(deciding.tallies(hub, each) or ())
    status, text = deciding.hindrance(hub, each, total)
    if not status:
        status = EXCEPTIONS if total.exceptions else COMPLETE
        text = STATUSES[status].text
    return Foreseen(
        status,
        text,
        total,
        tuple(islice(_rows(hub, each, keys, plans.UPDATES), most)),
        tuple(islice(_rows(hub, each, keys, plans.EXCEPTIONS), most)),
        tuple(islice(filter(_ends, _rows(hub, each, keys, plans.UPDATES)), most)),
    )


def _rows(hub: Hub, each: FileSet, keys: tuple[str, ...], section: str) -> Iterator[str]:
    return plans.reported(hub.data, keys, section, each.id)


def _ends(row: str) -> bool:
    """Return whether a row of IR06 tells that something ends that did not, or earlier."""
    _, *fields = split(row)
    told = dict(zip(UPDATES.detail("DTL").names, fields, strict=True))
    action = told["Action"]
    if action == Action.DEA:
        return bool(told["End"]) or not told["New Value"]
    return action in {Action.END, Action.CAN}
