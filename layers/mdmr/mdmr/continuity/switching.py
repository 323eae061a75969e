"""Orders to the lease: giving it up, taking it, deciding under it, being alone or not.

Each is a conditional write of the region that it is given in, safe to repeat. A region is demoted
before another is promoted; one that cannot be reached any more has stopped by itself after the
lease's life, and whoever is promoted in its place waits for that. Taking over as a procedure
(drain, check, reconcile, replay) is made of these orders and is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import to_text
from mdmr.continuity.records import (
    LEASE_KEYS,
    LEASE_LIFE,
    LEASE_MARGIN,
    LEASE_SHARDS,
    LeaseRow,
    OrderRow,
    Phase,
    lease_key,
    rows_in,
    rows_of,
)
from mdmr.continuity.renewing import is_elsewhere, unchanged
from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.ports.codec import to_item
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import Absent, ConditionFailedError, Item, Put, Update, Write


class Order(Struct, frozen=True):
    """Who orders something of the lease, in which region, and why."""

    region: str
    by: str
    why: str


class SwitchRefusedError(Exception):
    """The lease is not in the state for this order; the text tells why."""


def demote(hub: Hub, order: Order) -> None:
    """Let a region give the lease up: from then on nothing is decided in it.

    Shard by shard; a region that is demoted already stays so. Raises SwitchRefusedError when it
    does not hold the lease, StateBusyError.
    """
    rows = _held(hub, order.region)
    if all(row.phase is Phase.DEMOTED for row in rows.values()):
        return
    _tell(hub, "demote", order, _epoch(rows))
    for shard in rows:
        _turn(hub, shard, order.region, phase=Phase.DEMOTED)


def promote(hub: Hub, order: Order, *, unreachable: bool = False) -> datetime:
    """Give the lease to a region, which then verifies, and return from when on it may decide.

    `unreachable`: the region that holds it cannot be reached to be demoted. It has decided
    nothing any more once its lease's life is over; until then the promoted one waits, and it is
    alone. Raises SwitchRefusedError when the old region is not demoted, or answers after all;
    StateBusyError.
    """
    rows = _all(hub)
    own = [row for row in rows.values() if row.active == order.region]
    if len(own) == len(rows) and all(row.phase is Phase.VERIFY for row in own):
        return _run_from(rows)
    if any(row.phase is not Phase.DEMOTED for row in own):
        raise SwitchRefusedError(f"{order.region} holds the lease")
    now = hub.clock.now()
    if unreachable:
        _check_silence(hub)
        run_from = now + LEASE_LIFE + LEASE_MARGIN
    else:
        _check_demoted(rows, _rows_there(hub))
        run_from = now
    promoted = LeaseRow(
        order.region, _epoch(rows) + 1, now, Phase.VERIFY, solo=unreachable, run_from=run_from
    )
    writes: list[Write] = [
        Put(promoted.to_item(shard), condition=unchanged(row)) for shard, row in rows.items()
    ]
    _commit(hub, "promote", order, promoted.epoch, *writes)
    return run_from


def run(hub: Hub, order: Order) -> None:
    """Let a promoted region decide.

    Raises SwitchRefusedError before its time, when it was not promoted, or, unless it is alone,
    when the other region's copy does not show the promotion; StateBusyError.
    """
    rows, now = _held(hub, order.region), hub.clock.now()
    if all(row.phase is Phase.RUN for row in rows.values()):
        return
    if any(row.phase is not Phase.VERIFY for row in rows.values()):
        raise SwitchRefusedError(f"{order.region} was not promoted")
    if now < _run_from(rows):
        raise SwitchRefusedError(f"{order.region} may decide from {to_text(_run_from(rows))} on")
    if not all(row.solo for row in rows.values()):
        _check_same(rows, _rows_there(hub))
    writes: list[Write] = [
        Put(replace(row, phase=Phase.RUN, renewed_at=now).to_item(shard), condition=unchanged(row))
        for shard, row in rows.items()
    ]
    _commit(hub, "run", order, _epoch(rows), *writes)


def stand_alone(hub: Hub, order: Order) -> None:
    """Let the active region go on without a standby: nothing waits for the other region.

    Raises SwitchRefusedError when it is not active, or the other region answers and holds the
    lease; StateBusyError.
    """
    rows = _deciding(hub, order.region)
    try:
        there = _rows_there(hub)
    except SwitchRefusedError:
        there = {}
    if any(is_elsewhere(rows[shard], row) for shard, row in there.items()):
        raise SwitchRefusedError("the other region holds the lease")
    _tell(hub, "alone", order, _epoch(rows))
    for shard in rows:
        _turn(hub, shard, order.region, phase=Phase.RUN, solo=True)


def pair(hub: Hub, order: Order) -> None:
    """Let the active region have its standby again: it renews its lease, and reports wait.

    Raises SwitchRefusedError when it is not active, or the other region's copy is not the same;
    StateBusyError.
    """
    rows = _deciding(hub, order.region)
    _check_same(rows, _rows_there(hub))
    _tell(hub, "pair", order, _epoch(rows))
    for shard in rows:
        _turn(hub, shard, order.region, phase=Phase.RUN, solo=False)


def _all(hub: Hub) -> dict[int, LeaseRow]:
    rows = rows_of(hub.state)
    if len(rows) != LEASE_SHARDS:
        raise SwitchRefusedError("the lease is not held: the hub was not put into operation")
    return rows


def _held(hub: Hub, region: str) -> dict[int, LeaseRow]:
    rows = _all(hub)
    if any(row.active != region for row in rows.values()):
        raise SwitchRefusedError(f"{region} does not hold the lease")
    return rows


def _deciding(hub: Hub, region: str) -> dict[int, LeaseRow]:
    rows = _held(hub, region)
    if any(row.phase not in (Phase.RUN, Phase.LAPSED) for row in rows.values()):
        raise SwitchRefusedError(f"{region} is not in operation")
    return rows


def _rows_there(hub: Hub) -> dict[int, LeaseRow]:
    try:
        return rows_in(hub.peer.get_many(LEASE_KEYS))
    except PeerUnreachableError as error:
        raise SwitchRefusedError("the other region does not answer") from error


def _check_silence(hub: Hub) -> None:
    try:
        hub.peer.get_many(LEASE_KEYS)
    except PeerUnreachableError:
        return
    raise SwitchRefusedError("the other region answers: demote it")


def _check_demoted(rows: Mapping[int, LeaseRow], there: Mapping[int, LeaseRow]) -> None:
    for shard, row in rows.items():
        if row.phase is not Phase.DEMOTED or there.get(shard) != row:
            raise SwitchRefusedError(f"{row.active} is not demoted, or that has not arrived yet")


def _check_same(rows: Mapping[int, LeaseRow], there: Mapping[int, LeaseRow]) -> None:
    for shard, row in rows.items():
        found = there.get(shard)
        if found is None or (found.active, found.epoch) != (row.active, row.epoch):
            raise SwitchRefusedError("the other region does not hold the same lease yet")


def _turn(hub: Hub, shard: int, region: str, *, phase: Phase, solo: bool | None = None) -> None:
    """Change one row of a region that holds it; what is so already stays."""
    once = partial(_turn_once, hub, shard, region, phase=phase, solo=solo)
    retry_on_contention(hub.backoff, Contended.LEASE, f"shard {shard}", once)


def _turn_once(hub: Hub, shard: int, region: str, *, phase: Phase, solo: bool | None) -> None:
    row = _held(hub, region)[shard]
    wanted = replace(row, phase=phase, solo=row.solo if solo is None else solo)
    if row == wanted:
        return
    changed: Item = {"phase": phase.value, "solo": wanted.solo}
    if phase is Phase.RUN:
        changed = {**changed, "renewed_at": to_text(hub.clock.now())}
    hub.state.commit(Update(lease_key(shard), set=changed, condition=unchanged(row)))


def _tell(hub: Hub, what: str, order: Order, epoch: int) -> None:
    """Note an order and its evidence, before the rows are turned one by one."""
    # The very same order of that instant is noted already.
    with suppress(ConditionFailedError):
        chain.commit(hub, _deed(hub, what, order, epoch), _note(hub, what, order, epoch))


def _commit(hub: Hub, what: str, order: Order, epoch: int, *writes: Write) -> None:
    note = _note(hub, what, order, epoch)
    try:
        chain.commit(hub, _deed(hub, what, order, epoch), *writes, note)
    except ConditionFailedError as error:
        raise SwitchRefusedError("the lease changed meanwhile; look again") from error


def _deed(hub: Hub, what: str, order: Order, epoch: int) -> Deed:
    facts = {"region": order.region}
    return Deed(f"lease: {what}", order.by, hub.clock.now(), epoch, order.why, facts)


def _note(hub: Hub, what: str, order: Order, epoch: int) -> Put:
    row = OrderRow(what, order.region, order.by, order.why, hub.clock.now(), epoch)
    return Put(to_item(row, row.key), condition=Absent())


def _epoch(rows: Mapping[int, LeaseRow]) -> int:
    return max(row.epoch for row in rows.values())


def _run_from(rows: Mapping[int, LeaseRow]) -> datetime:
    return max(row.run_from or row.renewed_at for row in rows.values())
