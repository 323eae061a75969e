"""Sets that stop more than once: each stop is asked about anew, each threshold only once."""

from __future__ import annotations

import pytest
from mdmr.calendar.period import Period
from mdmr.exchange.ledger import incidents
from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Right
from mdmr.ports.state import Put
from mdmr.synchronization.processing import judging, plan
from mdmr.synchronization.processing.begun import was_released
from mdmr.synchronization.processing.judging import Case
from mdmr.synchronization.processing.plan import DeactivationError
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import sequence
from mdmr.synchronization.sets.states import Decision, SetState
from mdmr.synchronization.sets.stopping import rounds

from tests.support.market import AGENT, ALWAYS, LDC, set_parameter
from tests.support.story import Platform
from tests.support.towns import HOUSE, SHOP
from tests.support.working import (
    directory,
    files_of,
    found,
    hub_with,
    process,
    reports,
    send,
    stage,
    step,
)
from tests.unit.synchronization.test_processing import (
    MINUTE,
    NOW,
    TOWN,
    decided,
    incident_of,
    staged,
    status_of,
)

HOUR = 60 * MINUTE
LARGE = "".join(f"SAG|{usdp}|03|E|20251001000000|\n" for usdp in (HOUSE, SHOP))


@pytest.fixture
def hub() -> Platform:
    return hub_with((HOUSE, SHOP), at=NOW)


@pytest.fixture
def large(hub: Platform) -> SetId:
    """Return a loaded set that changes more than a threshold allows."""
    process(hub.hub, staged(hub, TOWN))
    for name, value in (("floor_sdps", "1"), ("attr_min", "1"), ("attr_pct", "60")):
        set_parameter(hub.hub, f"sync.thr_{name}", value)
    hub.clock.advance(2 * HOUR)
    return staged(hub, LARGE, 2)


def authorize(hub: Platform, period: Period) -> None:
    row = Authorization(LDC, AGENT, "4000", Right.SUBMIT, period)
    hub.hub.state.commit(Put(registry.item_of_authorization(row)))


def lost(hub: Platform) -> None:
    authorize(hub, Period(ALWAYS.start, NOW))


def release(hub: Platform, set_id: SetId) -> str:
    decided(hub.hub, set_id, Decision.RELEASE)
    return process(hub.hub, set_id)


class TestASetReleasedAfterAnotherStop:
    def test_that_of_authorization_still_stops_at_the_threshold(
        self, hub: Platform, large: SetId
    ) -> None:
        lost(hub)
        assert process(hub.hub, large) == "STOPPED"
        assert found(hub.hub, large).status == "10"
        authorize(hub, ALWAYS)
        assert release(hub, large) == "STOPPED"
        assert found(hub.hub, large).status == "20"
        assert all(item["version"] == 1 for item in directory(hub))
        assert release(hub, large) == "OVER"
        assert found(hub.hub, large).status == "00"

    @pytest.mark.parametrize("error", [DeactivationError.__name__, "TaskFailed"])
    def test_that_of_a_failure_inside_still_stops_at_the_threshold(
        self, hub: Platform, large: SetId, error: str
    ) -> None:
        step(hub.hub, large, "plan", "0000")
        assert step(hub.hub, large, "stop", error=error) == "STOPPED"
        hub.clock.advance(MINUTE)
        assert release(hub, large) == "STOPPED"
        assert found(hub.hub, large).status == "20"

    def test_and_once_released_at_the_threshold_not_there_again(
        self, hub: Platform, large: SetId
    ) -> None:
        assert process(hub.hub, large) == "STOPPED"
        assert found(hub.hub, large).status == "20"
        lost(hub)
        assert release(hub, large) == "STOPPED"
        assert found(hub.hub, large).status == "10"
        authorize(hub, ALWAYS)
        assert release(hub, large) == "OVER"

    def test_each_stop_has_reports_of_its_own(self, hub: Platform, large: SetId) -> None:
        lost(hub)
        process(hub.hub, large)
        authorize(hub, ALWAYS)
        release(hub, large)
        release(hub, large)
        told = [status_of(each)[0] for each in reports(hub, "IR06")]
        assert told == ["00", "10", "20", "00"]
        assert rounds(found(hub.hub, large)) == 2


class TestWasReleased:
    """A set was let go on after a stop with a status only if it stopped so and went on."""

    @pytest.fixture
    def stopped(self, hub: Platform, large: SetId) -> SetId:
        assert process(hub.hub, large) == "STOPPED"
        return large

    def test_is_not_so_of_a_set_that_stands_there(self, hub: Platform, stopped: SetId) -> None:
        assert not was_released(found(hub.hub, stopped), "20")

    def test_is_not_so_of_a_set_that_is_refused(self, hub: Platform, stopped: SetId) -> None:
        decided(hub.hub, stopped, Decision.REFUSE)
        process(hub.hub, stopped)
        assert not was_released(found(hub.hub, stopped), "20")

    def test_is_so_of_that_status_only(self, hub: Platform, stopped: SetId) -> None:
        release(hub, stopped)
        assert was_released(found(hub.hub, stopped), "20")
        assert not was_released(found(hub.hub, stopped), "10")


class TestARefusedSet:
    def test_does_not_become_the_last_complete_extraction(
        self, hub: Platform, large: SetId
    ) -> None:
        before = sequence.find(hub.hub.state, LDC).extracted
        assert before is not None
        process(hub.hub, large)
        decided(hub.hub, large, Decision.REFUSE)
        assert process(hub.hub, large) == "OVER"
        assert found(hub.hub, large).extracted != before
        assert sequence.find(hub.hub.state, LDC).extracted == before

    def test_is_followed_by_one_of_an_extraction_before_it(
        self, hub: Platform, large: SetId
    ) -> None:
        """What the refused one told counts for nothing: an earlier extraction is no S106."""
        process(hub.hub, large)
        decided(hub.hub, large, Decision.REFUSE)
        process(hub.hub, large)
        # The files of a set are extracted an hour before they are made.
        made = files_of(LARGE, "tx0003", 3, at=NOW + HOUR)
        third = send(hub, made)
        assert stage(hub.hub, third).state is SetState.LOADED
        assert "S106" not in str(reports(hub, "IR14", AGENT)[-1])

    def test_uses_its_number_and_names_the_operators_word_in_its_incident(
        self, hub: Platform, large: SetId
    ) -> None:
        process(hub.hub, large)
        decided(hub.hub, large, Decision.REFUSE)
        process(hub.hub, large)
        assert sequence.find(hub.hub.state, LDC).last == 2
        incident = incident_of(hub, large)
        assert incident["state"] == incidents.CLOSED
        assert incident["request"] == f"{large}#1"
        assert incident["closed_by"] == "REFUSE"


class TestRecordsOnWhichTheHubFails:
    """Ten odd records are refused and the others go on; the eleventh stops the set."""

    @pytest.mark.parametrize(
        ("odd", "outcome", "status"), [(10, "OVER", "01"), (11, "STOPPED", "31")]
    )
    def test_stop_a_set_from_the_eleventh_on(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch, odd: int, outcome: str, status: str
    ) -> None:
        set_id = staged(hub, TOWN)
        whole, left = judging.judge, iter(range(odd))

        def odd_judge(case: Case) -> str:
            if next(left, None) is not None:
                raise KeyError
            return whole(case)

        with monkeypatch.context() as patched:
            patched.setattr(plan, "judge", odd_judge)
            assert process(hub.hub, set_id) == outcome
        assert found(hub.hub, set_id).status == status
