"""A case at intake: an arrival with what its name and its bytes tell."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.files.filetypes import InboundType, type_of
from mdmr.exchange.files.frame import Scan, scan, unread
from mdmr.exchange.files.names import FileName
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.authority import Concern
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore, ObjectUnreadableError
from mdmr.ports.processes import Process
from mdmr.ports.state import StateBusyError

# What is read of a file at which intake failed, in well less than its function's time.
_MOST_BARELY = 1_000_000_000


class Case(Struct, frozen=True):
    """An arrival under examination.

    `name` is None when the name does not match the pattern, `file_type` when its FILE_ID is no
    inbound type; of a version that there is not it is that of the newest one.
    """

    arrival: Arrival
    name: FileName | None
    file_type: InboundType | None
    scan: Scan


def concern_of(arrival: Arrival) -> Concern:
    """Return whom and what an arrival concerns, as far as its key tells."""
    name = FileName.parse(arrival.name)
    if name is None:
        return Concern(arrival.organization)
    return Concern(arrival.organization, name.org_1, name.file_id)


def process_of(hub: Hub, name: FileName | None) -> Process | None:
    """Return the process that works a file of this name, None where there is none."""
    return hub.register.find(name.file_id, name.version) if name else None


def examine(inbound: ObjectStore, arrival: Arrival, most_bytes: int) -> Case:
    """Return the case of an arrival, its bytes read once as its type asks.

    A file above `most_bytes` is refused whatever it holds, so that it is not read. One that its
    sender had stored so that it cannot be read has no valid bytes: reading it again does not help.
    """
    name = FileName.parse(arrival.name)
    file_type = type_of(name) if name else None
    if arrival.size > most_bytes:
        return Case(arrival, name, file_type, unread(arrival.size))
    try:
        pieces = inbound.stream(arrival.key, arrival.version_id)
        found = scan(pieces, file_type.form if file_type else None)
    except ObjectUnreadableError:
        found = replace(unread(arrival.size), clean=False)
    return Case(arrival, name, file_type, found)


def examine_barely(inbound: ObjectStore, arrival: Arrival) -> Case:
    """Return the case of an arrival with nothing asked of its bytes but their hash.

    Of a file that is very large, gone or not to be read not even that.
    """
    found = unread(arrival.size)
    if arrival.size <= _MOST_BARELY:
        try:
            found = scan(inbound.stream(arrival.key, arrival.version_id), None)
        except StateBusyError:
            raise
        except Exception:  # noqa: BLE001 - its sender is to be told, whatever is wrong with it
            found = unread(arrival.size)
    return Case(arrival, FileName.parse(arrival.name), None, found)
