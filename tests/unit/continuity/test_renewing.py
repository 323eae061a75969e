from __future__ import annotations

import pytest
from mdmr.continuity.records import LEASE_LIFE, Phase
from mdmr.continuity.renewing import LeaseLostError, Renewal, renew
from mdmr.continuity.switching import demote, promote, run, stand_alone
from mdmr.ports.authority import NotActiveError
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import ConditionFailedError
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.unit.continuity.regions import (
    HERE,
    MINUTE,
    MOMENT,
    NOON,
    THERE,
    Regions,
    order,
)


@pytest.fixture
def regions() -> Regions:
    return Regions()


def test_a_hub_with_a_second_region_is_started_with_a_standby(regions: Regions) -> None:
    assert (regions.row(HERE).solo, regions.row(HERE).active) == (False, HERE)
    assert regions.rows(THERE) == regions.rows(HERE)


def test_a_lease_that_is_renewed_every_minute_lasts(regions: Regions) -> None:
    for _ in range(30):
        regions.clock.advance(MINUTE)
        assert regions.renew() is Renewal.RENEWED
        regions.pair.deliver_all()
    assert regions.decides(HERE)
    assert regions.row(THERE).renewed_at == NOON + 30 * MINUTE


def test_a_lease_that_is_not_renewed_is_over_after_its_life(regions: Regions) -> None:
    regions.clock.advance(LEASE_LIFE)
    assert regions.decides(HERE)
    regions.clock.advance(MOMENT)
    with pytest.raises(NotActiveError):
        regions.decides(HERE)


def test_the_standby_has_nothing_to_renew(regions: Regions) -> None:
    before = regions.there.state.items()
    assert regions.renew(THERE) is Renewal.NOT_ACTIVE
    assert regions.there.state.items() == before


def test_a_region_that_is_alone_has_nothing_to_renew() -> None:
    hub = memory_hub(FixedClock(NOON))
    before = hub.state.items()
    assert renew(hub, HERE) is Renewal.SOLO
    assert hub.state.items() == before


def test_a_demoted_region_has_nothing_to_renew(regions: Regions) -> None:
    demote(regions.here, order(HERE))
    assert regions.renew() is Renewal.NOT_ACTIVE


def test_a_renewal_counts_from_before_the_look_at_the_other_region(regions: Regions) -> None:
    """However long the look takes: whoever is promoted after it waits from a later instant."""
    worker = regions.after_its_look(HERE, lambda: regions.clock.advance(2 * MINUTE))
    renew(worker, HERE)
    assert regions.row(HERE).renewed_at == NOON


class TestTheOtherRegionDoesNotAnswer:
    def test_within_the_life_nothing_is_changed(self, regions: Regions) -> None:
        regions.pair.link_down = True
        regions.clock.advance(LEASE_LIFE)
        with pytest.raises(PeerUnreachableError):
            regions.renew()
        assert regions.row(HERE).phase is Phase.RUN
        assert regions.decides(HERE)

    def test_after_it_the_lease_has_lapsed(self, regions: Regions) -> None:
        mandate = regions.here.lease.mandate("ORG1")
        regions.pair.link_down = True
        regions.clock.advance(LEASE_LIFE + MINUTE)
        with pytest.raises(PeerUnreachableError):
            regions.renew()
        assert regions.row(HERE).phase is Phase.LAPSED
        # Even a function that froze with a mandate of that time commits nothing.
        with pytest.raises(ConditionFailedError):
            regions.here.state.commit(mandate.check)

    def test_when_it_answers_again_the_lease_goes_on(self, regions: Regions) -> None:
        regions.pair.link_down = True
        regions.clock.advance(LEASE_LIFE + MINUTE)
        with pytest.raises(PeerUnreachableError):
            regions.renew()
        regions.pair.link_down = False
        assert regions.renew() is Renewal.RENEWED
        assert regions.decides(HERE)
        assert regions.row(HERE).epoch == 1

    def test_a_region_that_stands_alone_does_not_mind(self, regions: Regions) -> None:
        regions.pair.link_down = True
        stand_alone(regions.here, order(HERE))
        regions.clock.advance(1000 * MINUTE)
        assert regions.renew() is Renewal.SOLO
        assert regions.decides(HERE)


class TestTheOtherRegionWasPromoted:
    def test_the_lease_is_lost_before_that_has_arrived(self, regions: Regions) -> None:
        regions.pair.link_down = True
        promote(regions.there, order(THERE), unreachable=True)
        regions.pair.link_down = False
        before = regions.here.state.items()
        with pytest.raises(LeaseLostError):
            regions.renew()
        assert regions.here.state.items() == before

    def test_a_renewal_that_was_frozen_meanwhile_does_not_last(self, regions: Regions) -> None:
        """It looked before the other was promoted and writes after that; running is younger."""

        def taken_for_lost() -> None:
            regions.pair.link_down = True
            promote(regions.there, order(THERE), unreachable=True)
            regions.pair.link_down = False

        renew(regions.after_its_look(HERE, taken_for_lost), HERE)
        late = [each for each in regions.pair.on_its_way if each.source == HERE]
        assert late
        regions.clock.move_to(regions.row(THERE).run_from or NOON)
        with pytest.raises(NotActiveError):
            regions.decides(HERE)
        run(regions.there, order(THERE))
        regions.pair.deliver(*late)
        regions.pair.deliver_all()
        assert regions.rows(HERE) == regions.rows(THERE)
        assert regions.row(HERE).active == THERE
        assert regions.decides(THERE)


def test_a_renewal_meets_an_order_and_leaves_it(regions: Regions) -> None:
    regions.clock.advance(MINUTE)
    demoting = regions.after_its_look(HERE, lambda: demote(regions.here, order(HERE)))
    renew(demoting, HERE)
    assert regions.row(HERE).phase is Phase.DEMOTED
    assert regions.row(HERE).renewed_at == NOON
