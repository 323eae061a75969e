from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.instants import EST
from mdmr.continuity import gateway_item
from mdmr.continuity.gate import TableGate
from mdmr.continuity.gateway import GATE_KEY, Gateway
from mdmr.continuity.lease import TableLease
from mdmr.continuity.records import (
    LEASE_LIFE,
    LEASE_SHARDS,
    LeaseRow,
    Phase,
    lease_key,
    shard_of,
)
from mdmr.continuity.start import Started, put_into_operation
from mdmr.ports.authority import (
    Concern,
    GatewayMode,
    GatewayUnsetError,
    NotActiveError,
    OtherRegionActiveError,
)
from mdmr.ports.codec import from_item
from mdmr.ports.state import Check, ConditionFailedError, Delete, Item, Put
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

NOON = datetime(2025, 8, 20, 12, tzinfo=EST)
HERE, THERE = "ca-central-1", "ca-west-1"
MOMENT = timedelta(milliseconds=1)

ANYONE = Concern("ORG11111")
IN_USE = LeaseRow(active=HERE, epoch=3, renewed_at=NOON, phase=Phase.RUN, solo=False)


class Continuity:
    """A table with one subject's lease row, and a clock."""

    def __init__(self, row: LeaseRow = IN_USE) -> None:
        self.state = MemoryState()
        self.clock = FixedClock(NOON)
        self.lease = TableLease(self.state, self.clock, HERE)
        self.set(row)

    def set(self, row: LeaseRow) -> None:
        self.state.commit(Put(row.to_item(shard_of("ORG1"))))

    def holds(self, check: Check) -> bool:
        try:
            self.state.commit(check)
        except ConditionFailedError:
            return False
        return True


def test_the_active_region_has_a_mandate_of_its_epoch() -> None:
    continuity = Continuity()
    mandate = continuity.lease.mandate("ORG1")
    assert mandate.epoch == 3
    assert mandate.check.key == lease_key(shard_of("ORG1"))
    assert continuity.holds(mandate.check)


@pytest.mark.parametrize(
    "row", [replace(IN_USE, active=THERE), replace(IN_USE, phase=Phase.VERIFY)]
)
def test_a_region_that_is_not_active_or_not_verified_has_none(row: LeaseRow) -> None:
    with pytest.raises(NotActiveError):
        Continuity(row).lease.mandate("ORG1")


@pytest.mark.parametrize(
    ("row", "elsewhere"),
    [
        (replace(IN_USE, active=THERE), True),
        (replace(IN_USE, active=THERE, phase=Phase.VERIFY), True),
        (replace(IN_USE, phase=Phase.VERIFY), False),
        (replace(IN_USE, renewed_at=NOON - LEASE_LIFE - MOMENT), False),
    ],
)
def test_it_is_told_whether_another_region_decides_or_this_one_will_again(
    row: LeaseRow, *, elsewhere: bool
) -> None:
    with pytest.raises(NotActiveError) as refusal:
        Continuity(row).lease.mandate("ORG1")
    assert isinstance(refusal.value, OtherRegionActiveError) is elsewhere


def test_a_region_whose_renewal_is_older_than_the_leases_life_has_none() -> None:
    continuity = Continuity()
    continuity.clock.advance(LEASE_LIFE)
    assert continuity.holds(continuity.lease.mandate("ORG1").check)
    continuity.clock.advance(MOMENT)
    with pytest.raises(NotActiveError):
        continuity.lease.mandate("ORG1")


def test_a_region_that_is_alone_needs_no_renewal() -> None:
    continuity = Continuity(replace(IN_USE, solo=True))
    continuity.clock.advance(timedelta(days=365))
    assert continuity.holds(continuity.lease.mandate("ORG1").check)


@pytest.mark.parametrize(
    "changed",
    [
        replace(IN_USE, active=THERE),
        replace(IN_USE, epoch=4),
        replace(IN_USE, phase=Phase.VERIFY),
        replace(IN_USE, renewed_at=NOON - LEASE_LIFE - MOMENT),
    ],
)
def test_a_mandate_decides_nothing_once_the_lease_has_changed(changed: LeaseRow) -> None:
    continuity = Continuity()
    check = continuity.lease.mandate("ORG1").check
    continuity.set(changed)
    assert not continuity.holds(check)


def test_a_mandate_stands_when_the_lease_was_renewed() -> None:
    continuity = Continuity()
    check = continuity.lease.mandate("ORG1").check
    continuity.set(replace(IN_USE, renewed_at=NOON + timedelta(minutes=1)))
    assert continuity.holds(check)


def test_a_mandate_decides_nothing_when_the_row_is_gone() -> None:
    continuity = Continuity()
    check = continuity.lease.mandate("ORG1").check
    continuity.state.commit(Delete(check.key))
    assert not continuity.holds(check)
    with pytest.raises(NotActiveError):
        continuity.lease.mandate("ORG1")


def test_the_shard_of_a_subject_never_changes() -> None:
    assert [shard_of(subject) for subject in ("ORG11111", "ORG22222", "")] == [15, 1, 0]


@given(st.text())
def test_every_subject_has_a_shard(subject: str) -> None:
    assert 0 <= shard_of(subject) < LEASE_SHARDS


@given(
    active=st.text(),
    epoch=st.integers(1),
    since=st.timedeltas(timedelta(), timedelta(days=999)),
    phase=st.sampled_from(Phase),
    solo=st.booleans(),
)
def test_a_lease_row_comes_back_from_its_item(
    active: str, epoch: int, since: timedelta, phase: Phase, *, solo: bool
) -> None:
    renewed = NOON + since // MOMENT * MOMENT
    row = LeaseRow(active, epoch, renewed, phase, solo)
    assert from_item(LeaseRow, row.to_item(7)) == row


def standing(mode: GatewayMode, version: int) -> Item:
    gateway = Gateway.first(mode, NOON, "operator")
    return gateway_item.item_of(replace(gateway, version=version))


def test_putting_into_operation_gives_every_shard_and_opens_the_gateway() -> None:
    hub = memory_hub(FixedClock(NOON), operating=False)
    state = hub.state
    started = put_into_operation(hub, HERE, by="operator")
    assert started == Started(tuple(range(LEASE_SHARDS)), opened=True)
    lease = TableLease(state, hub.clock, HERE)
    assert {lease.mandate(f"ORG{number}").epoch for number in range(500)} == {1}
    assert TableGate(state).reading(ANYONE).mode is GatewayMode.OPEN
    assert state.get(GATE_KEY) == standing(GatewayMode.OPEN, 1)
    # The gateway, the record of evidence, and the end of its chain.
    assert len(state.items()) == LEASE_SHARDS + 3


def test_putting_into_operation_again_changes_nothing() -> None:
    clock = FixedClock(NOON)
    hub = memory_hub(clock, operating=False)
    put_into_operation(hub, HERE, by="operator")
    before = hub.state.items()
    clock.advance(timedelta(days=1))
    assert put_into_operation(hub, THERE, by="another") == Started((), opened=False)
    assert hub.state.items() == before


def test_putting_into_operation_completes_what_was_left_undone() -> None:
    hub = memory_hub(FixedClock(NOON), operating=False)
    state, held = hub.state, replace(IN_USE, active=THERE)
    state.commit(Put(held.to_item(5)), Put(standing(GatewayMode.HOLD, 9)))
    started = put_into_operation(hub, HERE, by="operator")
    assert started == Started(
        tuple(shard for shard in range(LEASE_SHARDS) if shard != 5), opened=False
    )
    assert state.get(lease_key(5)) == held.to_item(5)
    assert TableGate(state).reading(ANYONE).mode is GatewayMode.HOLD


@pytest.mark.parametrize("mode", GatewayMode)
def test_the_gateway_is_read_in_its_mode(mode: GatewayMode) -> None:
    state = MemoryState()
    state.commit(Put(standing(mode, 4)))
    assert TableGate(state).reading(ANYONE).mode is mode


def test_a_reading_of_the_gateway_fails_the_commit_once_the_mode_was_set() -> None:
    state = MemoryState()
    state.commit(Put(standing(GatewayMode.OPEN, 4)))
    check = TableGate(state).reading(ANYONE).check
    state.commit(check)
    state.commit(Put(standing(GatewayMode.OPEN, 5)))
    with pytest.raises(ConditionFailedError):
        state.commit(check)


def test_a_gateway_without_a_mode_is_told() -> None:
    with pytest.raises(GatewayUnsetError):
        TableGate(MemoryState()).reading(ANYONE)
