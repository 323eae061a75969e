"""The slot of large P-Syncs: who waits for it, and the pause in which others' clocks stand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.calendar.period import Period
from mdmr.synchronization.sets import closing, finding, psync_slot, sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.states import SetState

from tests.support.market import LDC, NOON, set_parameter
from tests.support.story import Platform
from tests.support.waiting_sets import (
    MINUTE,
    complete,
    files,
    found,
    look,
    send,
    set_id,
)
from tests.support.working import hub_with

A, P = set_id("a"), set_id("p", "3000")
HOUR = timedelta(hours=1)


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


def series(hub: Platform) -> sequence.Sequence:
    return sequence.find(hub.hub.state, LDC)


class TestThePauseOfAPSync:
    @pytest.fixture
    def large(self, hub: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
        monkeypatch.setattr(
            "mdmr.synchronization.sets.finding.directory_map.read", lambda *_: _Map(9, 3)
        )
        set_parameter(hub.hub, "sync.psync_slot_over", "2", owner=LDC)
        set_parameter(hub.hub, "sync.psync_slot", "13:05-14:00", owner=LDC)
        return hub

    def test_is_noted_once_and_dropped_when_the_turn_is_given(self, large: Platform) -> None:
        complete(large, "p", 1, file_id="3000")
        for _ in range(3):
            look(large, P)
            large.clock.advance(MINUTE)
        assert series(large).pauses == (Period(NOON, NOON + HOUR),)
        large.clock.move_to(NOON + HOUR)
        assert look(large, P).outcome is Outcome.STAGE
        assert series(large).pauses == ()

    def test_of_another_day_is_noted_beside_it(self, large: Platform) -> None:
        complete(large, "p", 1, file_id="3000")
        look(large, P)
        # Nobody looked while the slot was open.
        large.clock.move_to(NOON + 3 * HOUR)
        assert look(large, P).wait == 22 * HOUR
        assert series(large).pauses == (
            Period(NOON, NOON + HOUR),
            Period(NOON + 3 * HOUR, NOON + 25 * HOUR),
        )

    @pytest.mark.parametrize(("known", "active", "slot"), [(3, 3, True), (3, 2, False)])
    def test_is_for_ldcs_with_more_active_sdps_than_the_limit(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch, known: int, active: int, *, slot: bool
    ) -> None:
        monkeypatch.setattr(
            "mdmr.synchronization.sets.finding.directory_map.read", lambda *_: _Map(known, active)
        )
        set_parameter(hub.hub, "sync.psync_slot_over", "9")
        set_parameter(hub.hub, "sync.psync_slot_over", "2", owner=LDC)
        set_parameter(hub.hub, "sync.psync_slot", "00:00-23:59")
        set_parameter(hub.hub, "sync.psync_slot", "13:05-14:00", owner=LDC)
        complete(hub, "p", 1, file_id="3000")
        assert (look(hub, P).outcome is Outcome.WAIT) is slot

    def test_does_not_go_through_a_small_directory(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Small(_Map):
            def active(self, _: object) -> int:
                raise AssertionError

        monkeypatch.setattr(
            "mdmr.synchronization.sets.finding.directory_map.read", lambda *_: Small(2, 0)
        )
        set_parameter(hub.hub, "sync.psync_slot_over", "2")
        complete(hub, "p", 1, file_id="3000")
        assert look(hub, P).outcome is Outcome.STAGE

    def test_is_not_for_an_i_sync_nor_out_of_turn(self, large: Platform) -> None:
        complete(large, "p", 2, file_id="3000")
        assert finding.facts_of(large.hub, found(large, P)).slot is None
        complete(large, "a", 1)
        assert finding.facts_of(large.hub, found(large, A)).slot is None
        assert look(large, A).outcome is Outcome.STAGE
        assert finding.facts_of(large.hub, found(large, P)).slot is None
        before = found(large, A)
        closing.close(large.hub, before, before.moved(SetState.FAILED, NOON))
        assert finding.facts_of(large.hub, found(large, P)).slot == NOON + HOUR

    def test_is_not_for_one_whose_manifest_is_not_here(self, large: Platform) -> None:
        send(large, files("p", 1, file_id="3000"), "01")
        assert finding.facts_of(large.hub, found(large, P)).slot is None


class _Map:
    """A directory map of so many SDPs, some of them active."""

    def __init__(self, known: int, active: int) -> None:
        self._known, self._active = known, active

    def __len__(self) -> int:
        return self._known

    def active(self, _: object) -> int:
        return self._active


@pytest.mark.parametrize(
    ("span", "minute", "opens"),
    [
        ("00:30-00:45", 29, 30),
        ("00:30-00:45", 30, 30),
        ("00:30-00:45", 44, 44),
        ("00:30-00:45", 45, 24 * 60 + 30),
        ("00:00-00:00", 30, 30),
        ("23:00-00:30", 29, 29),
        ("23:00-00:30", 30, 23 * 60),
    ],
)
def test_a_slot_is_open_from_its_first_minute_to_before_its_last(
    span: str, minute: int, opens: int
) -> None:
    midnight = NOON.replace(hour=0, minute=0)
    now = midnight + minute * MINUTE
    assert psync_slot.opening(now, span) == midnight + opens * MINUTE


def test_a_slot_opens_in_the_first_second_of_its_minute() -> None:
    now = NOON.replace(hour=3, minute=4, second=5, microsecond=6)
    assert psync_slot.opening(now, "09:10-10:00") == NOON.replace(hour=9, minute=10)
    assert psync_slot.opening(now, "02:10-02:50") == NOON.replace(day=21, hour=2, minute=10)
