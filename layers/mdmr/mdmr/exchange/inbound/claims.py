"""Claims: what one accepted file takes so that no second one is accepted with the same.

A claim is an item whose key is the thing claimed: the file name (F011), the content (F012, for
a time), the part of a synchronization set (F014).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from mdmr.calendar.instants import to_text
from mdmr.exchange.inbound.case import Case, process_of
from mdmr.exchange.ledger.receipts import content_key, name_key, part_key
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import Absent, AnyOf, AtMost, Equal, Item, Key, Put, StateStore

_FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


class Claim(Struct, frozen=True):
    """One claim of a file: the code that a second file gets while it is held."""

    code: str
    key: Key
    receipt_id: str
    since: datetime
    until: datetime = _FOREVER


@record_type()
class Claimed(Struct, frozen=True):
    """Which file holds a claim, since when, until when."""

    receipt: str
    since: datetime
    until: datetime


def of(case: Case, content_lasts: timedelta) -> list[Claim]:
    """Return the claims of a case; that on its content lasts so long from its arrival."""
    name, arrival = case.name, case.arrival
    if name is None or case.file_type is None:
        return []
    common = (arrival.id, arrival.arrived)
    claims = [Claim("F011", name_key(str(name)), *common)]
    # Details are not counted beyond unclean bytes; what is unclean is asked for, never written.
    if case.file_type.once and (case.scan.details > 0 or not case.scan.clean):
        key = content_key(name.org_1, name.file_id, case.scan.content_sha256)
        claims.append(Claim("F012", key, *common, arrival.arrived + content_lasts))
    if name.part is not None:
        claims.append(Claim("F014", part_key(name, name.part), *common))
    return claims


def taken(state: StateStore, claims: Sequence[Claim]) -> frozenset[str]:
    """Return the codes of those claims that another file held when this one arrived.

    Its own may be there before its receipt: they arrive from another region one by one.
    """
    found = state.get_many(claim.key for claim in claims)
    return frozenset(
        claim.code for claim in claims if claim.key in found and _bars(found[claim.key], claim)
    )


def too_late(hub: Hub, case: Case) -> frozenset[str]:
    """Return the code for a file whose process takes it no more, none for any other file."""
    process = process_of(hub, case.name)
    takes = process is None or process.takes(hub, case.arrival.name)
    return frozenset(() if takes else {"F014"})


def write(claim: Claim) -> Put:
    """Return the write of a claim, on condition that no other held it when the file arrived."""
    item = to_item(Claimed(claim.receipt_id, claim.since, claim.until), claim.key)
    own, over = Equal("receipt", claim.receipt_id), AtMost("until", to_text(claim.since))
    return Put(item, condition=AnyOf((Absent(), own, over)))


def _bars(item: Item, claim: Claim) -> bool:
    found = from_item(Claimed, item)
    return found.receipt != claim.receipt_id and found.until > claim.since
