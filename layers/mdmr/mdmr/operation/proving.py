"""The action that shows evidence and says whether it is whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.evidence import chain
from mdmr.evidence.filing import compare, file_away
from mdmr.evidence.records import FIRST, Record
from mdmr.operation.faults import Fault
from mdmr.operation.organizations import Told
from mdmr.ports.authority import NotActiveError
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub

# Each record is read twice, from the table and from the bucket.
MOST = 200
_NUMBER = re.compile(r"[0-9]{1,9}")


def shown(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell records, newest first, and what is wrong with them; `first` up to `MOST` further ones.

    Without `first` the last ones. What the bucket does not have yet is filed before.
    """
    try:
        file_away(hub)
    except NotActiveError:
        return None, [Fault("", "this region is not the active one; ask the other")]
    asked, last = request.get("first"), chain.last(hub.state)
    if asked is not None and not _NUMBER.fullmatch(str(asked)):
        return None, [Fault("first", "must be the number of a record")]
    first = max(FIRST, last - MOST + 1 if asked is None else int(str(asked)))
    to = min(last, first + MOST - 1)
    records = [from_item(Record, item) for item in chain.stored(hub.state, first, to)]
    return {
        "last": last,
        "first": first,
        "records": [_told(each) for each in reversed(records)],
        "wrong": [*chain.examine(hub.state, first, to), *compare(hub, first, to)],
    }, []


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {"evidence": shown}


def _told(record: Record) -> dict[str, Any]:
    deed = record.deed
    return {
        "number": record.number,
        "at": to_text(deed.at),
        "by": deed.by,
        "what": deed.what,
        "why": deed.why,
        "epoch": deed.epoch,
        "facts": dict(deed.facts),
        "sha256": record.sha256,
    }
