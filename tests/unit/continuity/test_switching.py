from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import permutations

import pytest
from mdmr.calendar.instants import to_text
from mdmr.continuity.records import (
    LEASE_LIFE,
    LEASE_MARGIN,
    LEASE_SHARDS,
    ORDERS,
    Phase,
)
from mdmr.continuity.renewing import renew
from mdmr.continuity.start import StartedElsewhereError, start
from mdmr.continuity.switching import (
    Order,
    SwitchRefusedError,
    demote,
    pair,
    promote,
    run,
    stand_alone,
)
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import Check, ConditionFailedError, Put
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.regions import RegionPair

from tests.unit.continuity.regions import HERE, MINUTE, MOMENT, NOON, THERE, Regions, order

GIVEN = Callable[[Hub, Order], object]


@pytest.fixture
def regions() -> Regions:
    return Regions()


def orders(regions: Regions, region: str) -> list[tuple[object, object]]:
    items = regions.pair.hubs[region].state.query(ORDERS)
    return [(item["what"], item["epoch"]) for item in items]


def test_the_lease_goes_to_the_other_region_in_three_orders(regions: Regions) -> None:
    demote(regions.here, order(HERE))
    regions.pair.deliver_all()
    run_from = promote(regions.there, order(THERE))
    assert run_from == NOON
    assert regions.phase(THERE) is Phase.VERIFY
    regions.pair.deliver_all()
    run(regions.there, order(THERE))
    regions.pair.deliver_all()

    assert (regions.row(THERE).epoch, regions.row(THERE).solo) == (2, False)
    assert regions.decides(THERE)
    assert regions.there.lease.mandate("ORG1").epoch == 2
    with pytest.raises(NotActiveError):
        regions.decides(HERE)
    assert orders(regions, HERE) == [("demote", 1), ("promote", 2), ("run", 2)]


def test_every_order_is_kept_with_who_gave_it_and_why(regions: Regions) -> None:
    demote(regions.here, Order(HERE, "Ann", "drill of May"))
    (item,) = regions.here.state.query(ORDERS)
    assert {name: item[name] for name in ("what", "region", "by", "why", "at")} == {
        "what": "demote",
        "region": HERE,
        "by": "Ann",
        "why": "drill of May",
        "at": to_text(NOON),
    }


def test_orders_given_again_change_nothing(regions: Regions) -> None:
    for _ in range(2):
        demote(regions.here, order(HERE))
    regions.pair.deliver_all()
    for _ in range(2):
        promote(regions.there, order(THERE))
    regions.pair.deliver_all()
    for _ in range(2):
        run(regions.there, order(THERE))
    assert orders(regions, THERE) == [("demote", 1), ("promote", 2), ("run", 2)]
    assert regions.row(THERE).epoch == 2


def test_in_no_phase_of_a_switch_do_both_regions_decide(regions: Regions) -> None:
    def decide() -> set[str]:
        found = set()
        for region in (HERE, THERE):
            try:
                if regions.decides(region):
                    found.add(region)
            except NotActiveError:
                continue
        return found

    assert decide() == {HERE}
    demote(regions.here, order(HERE))
    assert decide() == set()
    regions.pair.deliver_all()
    promote(regions.there, order(THERE))
    assert decide() == set()
    regions.pair.deliver_all()
    assert decide() == set()
    run(regions.there, order(THERE))
    assert decide() == {THERE}


def test_a_switch_can_be_taken_back_before_the_other_region_runs(regions: Regions) -> None:
    demote(regions.here, order(HERE))
    regions.pair.deliver_all()
    promote(regions.here, order(HERE))
    regions.pair.deliver_all()
    run(regions.here, order(HERE))
    assert (regions.row(HERE).active, regions.row(HERE).epoch) == (HERE, 2)
    assert regions.decides(HERE)


class TestPromotionIsRefused:
    def test_while_the_old_region_is_not_demoted(self, regions: Regions) -> None:
        with pytest.raises(SwitchRefusedError, match="not demoted"):
            promote(regions.there, order(THERE))

    def test_before_the_demotion_has_arrived_as_a_whole(self, regions: Regions) -> None:
        demote(regions.here, order(HERE))
        rows = [each for each in regions.pair.on_its_way if each.key.endswith("/LEASE")]
        assert len(rows) == LEASE_SHARDS
        regions.pair.deliver(*rows[:-1])
        with pytest.raises(SwitchRefusedError, match="not demoted, or that has not arrived"):
            promote(regions.there, order(THERE))

    def test_of_the_region_that_holds_the_lease(self, regions: Regions) -> None:
        with pytest.raises(SwitchRefusedError, match="holds the lease"):
            promote(regions.here, order(HERE))

    def test_of_a_hub_that_was_never_started(self) -> None:
        with pytest.raises(SwitchRefusedError, match="not put into operation"):
            promote(RegionPair(FixedClock(NOON)).hubs[HERE], order(HERE))

    def test_when_the_other_region_does_not_answer(self, regions: Regions) -> None:
        demote(regions.here, order(HERE))
        regions.pair.deliver_all()
        regions.pair.link_down = True
        with pytest.raises(SwitchRefusedError, match="does not answer"):
            promote(regions.there, order(THERE))

    def test_without_the_old_region_as_long_as_that_answers(self, regions: Regions) -> None:
        with pytest.raises(SwitchRefusedError, match="answers"):
            promote(regions.there, order(THERE), unreachable=True)


def test_of_two_promotions_at_once_one_runs(regions: Regions) -> None:
    """Each region judges by its own copy; what arrives last decides, and the other sees it."""
    demote(regions.here, order(HERE))
    regions.pair.deliver_all()
    promote(regions.here, order(HERE))
    with pytest.raises(SwitchRefusedError):
        promote(regions.there, order(THERE))
    regions.pair.deliver_all()
    with pytest.raises(SwitchRefusedError):
        run(regions.there, order(THERE))
    run(regions.here, order(HERE))


def test_two_promotions_that_cross_on_their_way_never_both_run() -> None:
    for region, other in permutations((HERE, THERE)):
        regions = Regions()
        demote(regions.here, order(HERE))
        regions.pair.deliver_all()
        hubs = regions.pair.hubs
        # The second looks before the first writes, and writes after.
        first = partial(promote, hubs[region], order(region))
        promote(regions.after_its_look(other, first), order(other))
        for each in (region, other):
            with pytest.raises(SwitchRefusedError):
                run(hubs[each], order(each))
        regions.pair.deliver_all()
        with pytest.raises(SwitchRefusedError):
            run(hubs[region], order(region))
        run(hubs[other], order(other))
        assert regions.decides(other)


class TestTheOldRegionCannotBeReached:
    def test_the_new_one_waits_until_the_old_one_has_stopped_by_itself(
        self, regions: Regions
    ) -> None:
        regions.pair.link_down = True
        run_from = promote(regions.there, order(THERE), unreachable=True)
        assert run_from == NOON + LEASE_LIFE + LEASE_MARGIN
        regions.clock.move_to(run_from - MOMENT)
        with pytest.raises(SwitchRefusedError, match=to_text(run_from)):
            run(regions.there, order(THERE))
        with pytest.raises(NotActiveError):
            regions.decides(HERE)
        regions.clock.move_to(run_from)
        run(regions.there, order(THERE))
        assert regions.decides(THERE)
        assert regions.row(THERE).solo

    def test_at_no_instant_do_both_decide_whatever_the_old_one_renews(
        self, regions: Regions
    ) -> None:
        """The old region lives on, cut off from the new one, and tries to renew every minute."""
        regions.clock.advance(MINUTE)
        regions.renew()
        mandate = regions.here.lease.mandate("ORG1")
        regions.pair.link_down = True
        promote(regions.there, order(THERE), unreachable=True)
        both = 0
        for _ in range(20):
            regions.clock.advance(MINUTE)
            with pytest.raises(PeerUnreachableError):
                renew(regions.here, HERE)
            try:
                run(regions.there, order(THERE))
            except SwitchRefusedError:
                continue
            both += _commits(regions, mandate.check)
        assert regions.decides(THERE)
        assert both == 0

    def test_what_the_old_one_wrote_last_does_not_take_the_lease_back(
        self, regions: Regions
    ) -> None:
        regions.pair.link_down = True
        run_from = promote(regions.there, order(THERE), unreachable=True)
        while regions.clock.now() < run_from:
            regions.clock.advance(MINUTE)
            with pytest.raises(PeerUnreachableError):
                renew(regions.here, HERE)
        assert regions.phase(HERE) is Phase.LAPSED
        run(regions.there, order(THERE))
        regions.pair.link_down = False
        regions.pair.deliver_all()
        assert regions.rows(HERE) == regions.rows(THERE)
        assert regions.row(HERE).active == THERE

    def test_a_promotion_that_was_overwritten_meanwhile_does_not_run(
        self, regions: Regions
    ) -> None:
        regions.pair.link_down = True
        run_from = promote(regions.there, order(THERE), unreachable=True)
        regions.clock.advance(LEASE_LIFE + MINUTE)
        with pytest.raises(PeerUnreachableError):
            renew(regions.here, HERE)
        regions.pair.deliver_all()
        regions.clock.move_to(run_from)
        with pytest.raises(SwitchRefusedError, match="does not hold"):
            run(regions.there, order(THERE))


def _commits(regions: Regions, check: Check) -> bool:
    try:
        regions.here.state.commit(check)
    except ConditionFailedError:
        return False
    return True


class TestAloneAndPaired:
    def test_a_region_that_lapsed_goes_on_alone_by_order(self, regions: Regions) -> None:
        regions.pair.link_down = True
        regions.clock.advance(LEASE_LIFE + MINUTE)
        with pytest.raises(PeerUnreachableError):
            regions.renew()
        stand_alone(regions.here, order(HERE))
        assert regions.decides(HERE)
        assert regions.here.lease.mandate("ORG1").solo

    def test_it_has_its_standby_again_by_order(self, regions: Regions) -> None:
        regions.pair.link_down = True
        stand_alone(regions.here, order(HERE))
        with pytest.raises(SwitchRefusedError, match="does not answer"):
            pair(regions.here, order(HERE))
        regions.pair.link_down = False
        pair(regions.here, order(HERE))
        assert not regions.here.lease.mandate("ORG1").solo
        assert orders(regions, HERE) == [("alone", 1), ("pair", 1)]

    @pytest.mark.parametrize("given", [stand_alone, pair, demote, run])
    def test_the_standby_is_refused(self, regions: Regions, given: GIVEN) -> None:
        with pytest.raises(SwitchRefusedError, match="does not hold the lease"):
            given(regions.there, order(THERE))

    def test_a_region_whose_lease_was_taken_does_not_stand_alone(self, regions: Regions) -> None:
        regions.pair.link_down = True
        promote(regions.there, order(THERE), unreachable=True)
        regions.pair.link_down = False
        with pytest.raises(SwitchRefusedError, match="other region holds"):
            stand_alone(regions.here, order(HERE))

    @pytest.mark.parametrize("given", [stand_alone, pair, run])
    def test_a_demoted_region_is_refused(self, regions: Regions, given: GIVEN) -> None:
        demote(regions.here, order(HERE))
        with pytest.raises(SwitchRefusedError):
            given(regions.here, order(HERE))

    def test_it_is_not_paired_with_a_region_that_holds_another_lease(
        self, regions: Regions
    ) -> None:
        stand_alone(regions.here, order(HERE))
        regions.pair.deliver_all()
        regions.there.state.commit(Put({**regions.row(HERE).to_item(3), "epoch": 7}))
        with pytest.raises(SwitchRefusedError, match="same lease"):
            pair(regions.here, order(HERE))


class TestStarting:
    def test_in_both_regions_at_once_is_refused_in_the_second(self) -> None:
        pair_of = RegionPair(FixedClock(NOON))
        start(pair_of.hubs[HERE], HERE, by="operator")
        with pytest.raises(StartedElsewhereError):
            start(pair_of.hubs[THERE], THERE, by="operator")

    def test_again_in_the_other_region_changes_nothing(self, regions: Regions) -> None:
        started = start(regions.there, THERE, by="operator")
        assert (started.shards, started.opened) == ((), False)

    def test_without_a_word_of_the_other_region_is_refused(self) -> None:
        pair_of = RegionPair(FixedClock(NOON))
        pair_of.link_down = True
        with pytest.raises(PeerUnreachableError):
            start(pair_of.hubs[HERE], HERE, by="operator")

    def test_a_hub_of_one_region_stands_alone(self) -> None:
        hub = memory_hub(FixedClock(NOON), operating=False)
        start(hub, HERE, by="operator")
        assert hub.lease.mandate("ORG1").solo
