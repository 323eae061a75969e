"""The lease at its edges: shards that differ, orders that meet, looks that come too late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from mdmr.calendar.instants import to_text
from mdmr.continuity.records import (
    LEASE_LIFE,
    LEASE_MARGIN,
    LEASE_SHARDS,
    ORDERS,
    LeaseRow,
    Phase,
    lease_key,
    rows_of,
)
from mdmr.continuity.renewing import LeaseLostError, Renewal, is_elsewhere, renew, renewal_age
from mdmr.continuity.switching import (
    Order,
    SwitchRefusedError,
    demote,
    pair,
    promote,
    run,
    stand_alone,
)
from mdmr.evidence import chain
from mdmr.evidence.records import Record
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import Delete, Item, Put, StateBusyError, Update
from msgspec.structs import replace

from tests.unit.contested import Contested, Overtaken, touches
from tests.unit.continuity.regions import HERE, MINUTE, NOON, THERE, Regions, order

GIVEN = Callable[[Hub, Order], object]
ONE = 3
HELD = LeaseRow(HERE, 4, NOON, Phase.RUN, solo=False)


@pytest.fixture
def regions() -> Regions:
    return Regions()


def set_shard(hub: Hub, changed: Item, shard: int = ONE) -> None:
    """Change attributes of one shard by hand."""
    hub.state.commit(Update(lease_key(shard), set=changed))


def shard_of(hub: Hub, shard: int = ONE) -> LeaseRow:
    return rows_of(hub.state)[shard]


def contested(hub: Hub, word: str, fails: int) -> tuple[Hub, Contested]:
    state = Contested(hub.state, touches(word), fails=fails)
    return replace(hub, state=state), state


def switched(regions: Regions) -> None:
    """Bring the lease to the other region, which verifies."""
    demote(regions.here, order(HERE))
    regions.pair.deliver_all()
    promote(regions.there, order(THERE))
    regions.pair.deliver_all()


def test_the_life_of_a_lease_is_five_minutes_and_the_margin_of_a_take_over_two() -> None:
    assert timedelta(minutes=5) == LEASE_LIFE
    assert timedelta(minutes=2) == LEASE_MARGIN


class TestWhatTheOtherRegionShows:
    """Whether a copy of a row names a holding that is not this region's."""

    @pytest.mark.parametrize(
        ("found", "elsewhere"),
        [
            (HELD, False),
            (replace(HELD, epoch=3), False),
            (replace(HELD, epoch=3, active=THERE), False),
            (replace(HELD, epoch=3, phase=Phase.DEMOTED), False),
            (replace(HELD, phase=Phase.LAPSED), False),
            (replace(HELD, epoch=5), True),
            (replace(HELD, epoch=5, active=THERE), True),
            (replace(HELD, active=THERE), True),
            (replace(HELD, phase=Phase.DEMOTED), True),
            (replace(HELD, active=THERE, phase=Phase.DEMOTED), True),
        ],
    )
    def test_counts_by_epoch_then_by_holder_then_by_demotion(
        self, found: LeaseRow, *, elsewhere: bool
    ) -> None:
        assert is_elsewhere(HELD, found) is elsewhere

    def test_a_demotion_ordered_there_is_not_undone_by_a_renewal(self, regions: Regions) -> None:
        """The order stands in the other region's copy and has not arrived here."""
        set_shard(regions.there, {"phase": Phase.DEMOTED.value})
        regions.clock.advance(MINUTE)
        with pytest.raises(LeaseLostError, match=r"\[3\]"):
            regions.renew()
        assert {row.renewed_at for row in regions.rows(HERE)} == {NOON}

    def test_one_shard_that_is_held_there_stops_the_renewal_of_all(self, regions: Regions) -> None:
        set_shard(regions.there, {"active": THERE})
        with pytest.raises(LeaseLostError):
            regions.renew()

    def test_a_shard_that_has_not_arrived_there_is_no_other_holding(self) -> None:
        regions = Regions()
        regions.there.state.commit(Delete(lease_key(ONE)))
        regions.clock.advance(MINUTE)
        assert regions.renew() is Renewal.RENEWED
        assert shard_of(regions.here).renewed_at == NOON + MINUTE


class TestARenewalThatComesTooLate:
    @pytest.mark.parametrize(
        "changed",
        [
            {"active": THERE},
            {"epoch": 2},
            {"phase": Phase.VERIFY.value},
            {"solo": True},
        ],
    )
    def test_leaves_a_shard_that_was_changed_since_it_looked(
        self, regions: Regions, changed: Item
    ) -> None:
        regions.clock.advance(MINUTE)
        worker = regions.after_its_look(HERE, lambda: set_shard(regions.here, changed))
        renew(worker, HERE)
        item = regions.here.state.get(lease_key(ONE)) or {}
        assert item["renewed_at"] == to_text(NOON)
        assert {**item, **changed} == item
        assert shard_of(regions.here, ONE + 1).renewed_at == NOON + MINUTE

    def test_takes_back_no_younger_renewal(self, regions: Regions) -> None:
        def meanwhile() -> None:
            regions.clock.advance(MINUTE)
            regions.renew()

        renew(regions.after_its_look(HERE, meanwhile), HERE)
        assert regions.row(HERE).renewed_at == NOON + MINUTE

    def test_lets_lapse_only_a_lease_under_which_was_decided(self, regions: Regions) -> None:
        switched(regions)
        regions.clock.advance(LEASE_LIFE + MINUTE)
        regions.pair.link_down = True
        with pytest.raises(PeerUnreachableError):
            regions.renew(THERE)
        assert regions.phase(THERE) is Phase.VERIFY


class TestTheAgeOfTheLease:
    def test_is_that_of_its_oldest_shard(self, regions: Regions) -> None:
        regions.clock.advance(3 * MINUTE)
        assert renewal_age(regions.here, HERE) == 3 * MINUTE
        set_shard(regions.here, {"renewed_at": to_text(NOON + MINUTE)})
        assert renewal_age(regions.here, HERE) == 3 * MINUTE
        regions.renew()
        assert renewal_age(regions.here, HERE) == timedelta(0)
        set_shard(regions.here, {"renewed_at": to_text(NOON + MINUTE)})
        assert renewal_age(regions.here, HERE) == 2 * MINUTE

    def test_is_asked_of_what_a_region_holds_and_must_renew(self, regions: Regions) -> None:
        assert renewal_age(regions.there, THERE) is None
        set_shard(regions.here, {"renewed_at": to_text(NOON - MINUTE), "solo": True})
        assert renewal_age(regions.here, HERE) == timedelta(0)
        set_shard(regions.here, {"active": THERE, "solo": False})
        assert renewal_age(regions.here, HERE) == timedelta(0)
        stand_alone(Regions().here, order(HERE))
        alone = Regions()
        stand_alone(alone.here, order(HERE))
        assert renewal_age(alone.here, HERE) is None


class TestAnOrderThatWasBrokenOff:
    def test_a_demotion_is_completed_when_it_is_given_again(self, regions: Regions) -> None:
        set_shard(regions.here, {"phase": Phase.DEMOTED.value}, 0)
        demote(regions.here, order(HERE))
        assert {row.phase for row in regions.rows(HERE)} == {Phase.DEMOTED}

    def test_it_leaves_one_note_and_one_record_of_that_instant(self, regions: Regions) -> None:
        records = chain.last(regions.here.state)
        hub, state = contested(regions.here, "LEASE#7", 8)
        with pytest.raises(StateBusyError, match="shard 7: write contention in 8 attempts"):
            demote(hub, order(HERE))
        demote(hub, order(HERE))
        assert state.refused == 8
        assert chain.last(regions.here.state) == records + 1
        assert [item["what"] for item in regions.here.state.query(ORDERS)] == ["demote"]

    def test_a_shard_that_others_change_meanwhile_is_tried_again(self, regions: Regions) -> None:
        hub, state = contested(regions.here, "LEASE#7", 7)
        demote(hub, order(HERE))
        assert state.refused == 7
        assert {row.phase for row in regions.rows(HERE)} == {Phase.DEMOTED}

    def test_a_shard_that_was_taken_meanwhile_is_left(self, regions: Regions) -> None:
        """Seven shards are turned when the eighth is seen to be somebody else's."""
        taken: Item = {"active": THERE, "epoch": 2}
        state = Contested(
            regions.here.state,
            touches("LEASE#7"),
            fails=1,
            meanwhile=lambda: set_shard(regions.here, taken, 7),
        )
        with pytest.raises(SwitchRefusedError, match="does not hold the lease"):
            demote(replace(regions.here, state=state), order(HERE))
        assert shard_of(regions.here, 7).phase is Phase.RUN

    def test_a_shard_is_turned_only_as_it_was_read(self, regions: Regions) -> None:
        looks = iter(range(LEASE_SHARDS + 2))

        def promoted_meanwhile() -> None:
            # The first look is that of the order, the second that of the first shard.
            if next(looks) == 1:
                set_shard(regions.here, {"active": THERE, "epoch": 2}, 0)

        state = Overtaken(regions.here.state, promoted_meanwhile)
        with pytest.raises(SwitchRefusedError):
            demote(replace(regions.here, state=state), order(HERE))
        assert shard_of(regions.here, 0).phase is Phase.RUN


class TestAPromotion:
    def test_told_again_gives_the_same_instant(self, regions: Regions) -> None:
        regions.pair.link_down = True
        first = promote(regions.there, order(THERE), unreachable=True)
        regions.clock.advance(MINUTE)
        assert promote(regions.there, order(THERE), unreachable=True) == first

    def test_is_of_an_epoch_after_every_shard(self, regions: Regions) -> None:
        demote(regions.here, order(HERE))
        set_shard(regions.here, {"epoch": 7})
        regions.pair.deliver_all()
        set_shard(regions.there, {"epoch": 7})
        promote(regions.there, order(THERE))
        assert {row.epoch for row in regions.rows(THERE)} == {8}

    def test_is_refused_where_one_shard_runs_already(self, regions: Regions) -> None:
        switched(regions)
        set_shard(regions.there, {"phase": Phase.RUN.value})
        with pytest.raises(SwitchRefusedError, match="holds the lease"):
            promote(regions.there, order(THERE))

    @pytest.mark.parametrize("given", [promote, run])
    def test_is_refused_when_the_lease_changes_under_it(
        self, regions: Regions, given: GIVEN
    ) -> None:
        demote(regions.here, order(HERE))
        regions.pair.deliver_all()
        if given is run:
            promote(regions.there, order(THERE))
            regions.pair.deliver_all()
        worker = regions.after_its_look(THERE, lambda: set_shard(regions.there, {"epoch": 9}))
        with pytest.raises(SwitchRefusedError, match="changed meanwhile"):
            given(worker, order(THERE))
        assert shard_of(regions.there).epoch == 9

    def test_begins_to_count_when_it_runs_however_long_it_verified(self, regions: Regions) -> None:
        switched(regions)
        regions.clock.advance(10 * LEASE_LIFE)
        run(regions.there, order(THERE))
        assert regions.row(THERE).renewed_at == regions.clock.now()
        assert regions.decides(THERE)


class TestRunning:
    def test_waits_for_the_latest_of_its_shards(self, regions: Regions) -> None:
        switched(regions)
        later = NOON + MINUTE
        set_shard(regions.there, {"run_from": to_text(later)})
        with pytest.raises(SwitchRefusedError, match=to_text(later)):
            run(regions.there, order(THERE))

    def test_a_shard_without_an_instant_of_its_own_counts_from_its_renewal(
        self, regions: Regions
    ) -> None:
        switched(regions)
        row = replace(shard_of(regions.there), run_from=None, renewed_at=NOON + MINUTE)
        regions.there.state.commit(Put(row.to_item(ONE)))
        with pytest.raises(SwitchRefusedError, match=to_text(NOON + MINUTE)):
            run(regions.there, order(THERE))

    def test_is_completed_where_one_shard_ran_already(self, regions: Regions) -> None:
        switched(regions)
        for region in (regions.here, regions.there):
            set_shard(region, {"phase": Phase.RUN.value})
        with pytest.raises(SwitchRefusedError, match="was not promoted"):
            run(regions.there, order(THERE))

    def test_is_refused_where_one_shard_is_not_verifying(self, regions: Regions) -> None:
        switched(regions)
        set_shard(regions.there, {"phase": Phase.DEMOTED.value})
        with pytest.raises(SwitchRefusedError, match="was not promoted"):
            run(regions.there, order(THERE))

    def test_asks_the_other_region_unless_all_of_it_is_alone(self, regions: Regions) -> None:
        switched(regions)
        set_shard(regions.there, {"solo": True})
        regions.pair.link_down = True
        with pytest.raises(SwitchRefusedError, match="does not answer"):
            run(regions.there, order(THERE))


class TestTheActiveRegion:
    @pytest.mark.parametrize("given", [demote, stand_alone, pair, run])
    def test_is_the_one_that_holds_every_shard(self, regions: Regions, given: GIVEN) -> None:
        set_shard(regions.here, {"active": THERE})
        with pytest.raises(SwitchRefusedError, match="does not hold the lease"):
            given(regions.here, order(HERE))

    @pytest.mark.parametrize("given", [stand_alone, pair])
    def test_is_in_operation_with_every_shard(self, regions: Regions, given: GIVEN) -> None:
        set_shard(regions.here, {"phase": Phase.DEMOTED.value})
        with pytest.raises(SwitchRefusedError, match="not in operation"):
            given(regions.here, order(HERE))

    def test_is_not_paired_with_a_region_in_which_a_shard_is_missing(
        self, regions: Regions
    ) -> None:
        regions.there.state.commit(Delete(lease_key(ONE)))
        with pytest.raises(SwitchRefusedError, match="same lease"):
            pair(regions.here, order(HERE))

    def test_is_not_paired_with_one_that_shows_another_holder(self, regions: Regions) -> None:
        set_shard(regions.there, {"active": THERE})
        with pytest.raises(SwitchRefusedError, match="same lease"):
            pair(regions.here, order(HERE))

    def test_decides_at_once_when_it_has_its_standby_again(self, regions: Regions) -> None:
        stand_alone(regions.here, order(HERE))
        regions.clock.advance(1000 * MINUTE)
        regions.pair.deliver_all()
        pair(regions.here, order(HERE))
        assert regions.row(HERE).renewed_at == regions.clock.now()
        assert regions.decides(HERE)

    def test_a_lease_needs_all_its_shards(self, regions: Regions) -> None:
        regions.here.state.commit(Delete(lease_key(LEASE_SHARDS - 1)))
        with pytest.raises(SwitchRefusedError, match="not put into operation"):
            stand_alone(regions.here, order(HERE))


def test_the_evidence_of_an_order_names_its_region(regions: Regions) -> None:
    demote(regions.here, order(HERE))
    state = regions.here.state
    (item,) = chain.stored(state, chain.last(state), chain.last(state))
    deed = from_item(Record, item).deed
    assert (deed.what, deed.facts) == ("lease: demote", {"region": HERE})
