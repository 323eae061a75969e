"""Filing: each record of evidence gets a copy in a bucket in which nothing can be changed.

The copy is derived from the record: whoever comes by files what a crash left out, in the order of
the chain. How far that went is noted for each bucket by its name, so that each region's bucket
gets every record, wherever it was written.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct

from mdmr.evidence import chain
from mdmr.evidence.records import Record
from mdmr.ports.codec import attributes_of, from_item, record_type
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectMissingError
from mdmr.ports.state import ConditionFailedError, Key, Update


@record_type()
class Filed(Struct, frozen=True):
    """How far a bucket has the records: the number of the last one."""

    number: int


def file_away(hub: Hub) -> int:
    """Put a copy of every record into the bucket that has none yet and return how many.

    Repeated, or done by two at once, it changes nothing. A region that has lost its mandate
    meanwhile notes nothing. Raises NotActiveError, and ObjectTakenError when the bucket has
    something else in the place of a copy.
    """
    mandate = hub.lease.mandate(chain.PARTITION)
    marker = Key(f"FILED#{hub.evidence.name}", chain.PARTITION)
    row = hub.state.get(marker)
    filed, last = from_item(Filed, row).number if row else 0, chain.last(hub.state)
    records = [from_item(Record, item) for item in chain.stored(hub.state, filed + 1, last)]
    for record in records:
        hub.evidence.put_new(record.object_key, record.content)
    if records:
        with suppress(ConditionFailedError):
            hub.state.commit(mandate.check, Update(marker, set=attributes_of(Filed(last))))
    return len(records)


def compare(hub: Hub, first: int, to: int) -> list[str]:
    """Return which records between two numbers have no copy or another one, a line each."""
    records = (from_item(Record, item) for item in chain.stored(hub.state, first, to))
    found = ((each.number, _difference(hub, each)) for each in records)
    return [f"record {number} {difference}" for number, difference in found if difference]


def _difference(hub: Hub, record: Record) -> str:
    try:
        copy = hub.evidence.read(record.object_key)
    except ObjectMissingError:
        return "has no copy in the bucket"
    return "" if copy == record.content else "differs from its copy in the bucket"
