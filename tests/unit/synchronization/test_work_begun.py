"""A set under work: begun, stopped, taken up again; what is reset by that, and what stays."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from mdmr.exchange.ledger import incidents
from mdmr.exchange.outbound.deliveries import delivery_key
from mdmr.ports.state import StateBusyError
from mdmr.synchronization.processing import begun, deciding, plans
from mdmr.synchronization.processing.begun import Stop
from mdmr.synchronization.processing.tally import Fault, Tally, Watched
from mdmr.synchronization.processing.thresholds import CHECKS, Check, Limit, exceeded
from mdmr.synchronization.records import SDP
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows, stopping
from mdmr.synchronization.sets.rows import FileSet, SetStep
from mdmr.synchronization.sets.states import Decision, SetState
from msgspec.structs import replace

from tests.support.market import LDC, NOON, set_parameter
from tests.support.story import Platform
from tests.support.towns import HOUSE, SHOP
from tests.support.working import found, hub_with, process, reports, step
from tests.unit.contested import Contested, touches
from tests.unit.epochs import Growing
from tests.unit.synchronization.test_processing import MINUTE, NOW, TOWN, decided, staged
from tests.unit.synchronization.test_releases import LARGE, lost

ALWAYS_BUSY = "write contention in 8 attempts"
HOUR = timedelta(hours=1)


@pytest.fixture
def hub() -> Platform:
    return hub_with((HOUSE, SHOP), at=NOW)


def history(*steps: tuple[SetState, str]) -> FileSet:
    """Return a set with these steps behind it."""
    made = tuple(SetStep(state, NOON, why) for state, why in steps)
    return FileSet(SetId(LDC, LDC, "4000", "a"), steps[-1][0], NOON, 1, history=made)


class TestWasReleased:
    @pytest.mark.parametrize(
        ("steps", "released"),
        [
            ([("STOPPED", "20"), ("PROCESSING", "")], True),
            ([("STOPPED", "20")], False),
            ([("STOPPED", "20"), ("COMPLETE", "20")], False),
            ([("STOPPED", "10"), ("PROCESSING", "")], False),
            ([("LOADED", "20"), ("PROCESSING", "")], False),
            ([("STOPPED", "10"), ("PROCESSING", ""), ("STOPPED", "20")], False),
            ([("STOPPED", "20"), ("PROCESSING", ""), ("STOPPED", "10")], True),
        ],
    )
    def test_is_so_after_a_stop_with_that_status_from_which_it_went_on(
        self, steps: list[tuple[str, str]], *, released: bool
    ) -> None:
        each = history(*((SetState(state), why) for state, why in steps))
        assert begun.was_released(each, "20") is released

    def test_a_set_has_as_many_rounds_as_it_has_stopped(self) -> None:
        each = history((SetState.LOADED, ""), (SetState.STOPPED, "10"), (SetState.PROCESSING, ""))
        assert stopping.rounds(each) == 1


class TestASetIsTakenUp:
    def test_with_nothing_left_of_its_stop(self, hub: Platform) -> None:
        set_id = staged(hub, TOWN)
        lost(hub)
        assert process(hub.hub, set_id) == "STOPPED"
        stopped = found(hub.hub, set_id)
        assert (stopped.status, stopped.status_text) == ("10", "STOPPED AT AUTHORIZATION")
        assert stopped.sync_end == NOW
        decided(hub.hub, set_id, Decision.RELEASE)
        begun.take_up(hub.hub, set_id)
        each = found(hub.hub, set_id)
        assert each.state is SetState.PROCESSING
        assert (each.decision, each.status, each.status_text) == (Decision.NONE, "", "")
        assert each.sync_end is None

    @pytest.mark.parametrize("status", ["10", "20"])
    def test_and_began_when_it_did_where_nothing_inside_failed(
        self, hub: Platform, status: str
    ) -> None:
        process(hub.hub, staged(hub, TOWN))
        if status == "20":
            for name, value in (("floor_sdps", "1"), ("attr_min", "1"), ("attr_pct", "60")):
                set_parameter(hub.hub, f"sync.thr_{name}", value)
        set_id = staged(hub, LARGE, 2)
        if status == "10":
            lost(hub)
        process(hub.hub, set_id)
        before = found(hub.hub, set_id)
        assert (before.status, before.sync_start) == (status, NOW)
        hub.clock.advance(MINUTE)
        decided(hub.hub, set_id, Decision.RELEASE)
        assert begun.take_up(hub.hub, set_id).sync_start == NOW

    def test_and_begins_anew_where_something_failed_before_anything_was_applied(
        self, hub: Platform
    ) -> None:
        set_id = staged(hub, TOWN)
        step(hub.hub, set_id, "plan", "0000")
        step(hub.hub, set_id, "stop", error="TaskFailed")
        hub.clock.advance(MINUTE)
        decided(hub.hub, set_id, Decision.RELEASE)
        assert begun.take_up(hub.hub, set_id).sync_start == NOW + MINUTE

    def test_and_began_when_it_did_where_something_was_applied(self, hub: Platform) -> None:
        set_id = staged(hub, TOWN)
        for name in ("plan", "decide", "apply", "stop"):
            step(hub.hub, set_id, name, "0000")
        hub.clock.advance(MINUTE)
        decided(hub.hub, set_id, Decision.RELEASE)
        assert begun.take_up(hub.hub, set_id).sync_start == NOW

    def test_only_once_the_operator_has_decided_even_where_something_was_applied(
        self, hub: Platform
    ) -> None:
        set_id = staged(hub, TOWN)
        for name in ("plan", "decide", "apply", "stop"):
            step(hub.hub, set_id, name, "0000")
        assert begun.take_up(hub.hub, set_id).state is SetState.STOPPED

    def test_not_any_more_when_it_is_over(self, hub: Platform) -> None:
        set_id = staged(hub, TOWN)
        lost(hub)
        process(hub.hub, set_id)
        decided(hub.hub, set_id, Decision.REFUSE)
        process(hub.hub, set_id)
        over = found(hub.hub, set_id)
        assert over.decision is Decision.REFUSE
        assert begun.take_up(hub.hub, set_id) == over
        assert process(hub.hub, set_id) == "OVER"

    def test_not_where_it_is_in_work_whatever_was_decided(self, hub: Platform) -> None:
        """A set in work may still bear the decision that let it go on."""
        set_id = staged(hub, TOWN)
        before = begun.take_up(hub.hub, set_id)
        rows.commit(hub.hub, before, replace(before, decision=Decision.RELEASE))
        each = found(hub.hub, set_id)
        assert begun.take_up(hub.hub, set_id) == each

    def test_not_where_nobody_sent_it(self, hub: Platform) -> None:
        with pytest.raises(LookupError):
            begun.take_up(hub.hub, SetId(LDC, LDC, "4000", "never"))

    def test_in_eight_tries(self, hub: Platform) -> None:
        set_id = staged(hub, TOWN)
        state = Contested(hub.hub.state, touches("SET#"), fails=8)
        worker = replace(hub.hub, state=state)
        with pytest.raises(StateBusyError, match=ALWAYS_BUSY):
            begun.take_up(worker, set_id)
        assert state.refused == 8
        late = Contested(hub.hub.state, touches("SET#"), fails=7)
        each = begun.take_up(replace(hub.hub, state=late), set_id)
        assert (each.state, late.refused) == (SetState.PROCESSING, 7)


class TestAStop:
    def stopping(self, hub: Platform) -> SetId:
        set_id = staged(hub, TOWN)
        step(hub.hub, set_id, "plan", "0000")
        return set_id

    def test_comes_about_in_eight_tries(self, hub: Platform) -> None:
        set_id = self.stopping(hub)
        state = Contested(hub.hub.state, touches("INCIDENT#"), fails=8)
        with pytest.raises(StateBusyError, match=ALWAYS_BUSY):
            step(replace(hub.hub, state=state), set_id, "stop", error="TaskFailed")
        assert state.refused == 8
        late = Contested(hub.hub.state, touches("INCIDENT#"), fails=7)
        assert step(replace(hub.hub, state=late), set_id, "stop", error="E") == "STOPPED"
        assert late.refused == 7
        assert found(hub.hub, set_id).status == "99"

    def test_that_another_run_made_is_announced_once_more_and_stays(self, hub: Platform) -> None:
        set_id = self.stopping(hub)
        step(hub.hub, set_id, "stop", error="TaskFailed")
        before = found(hub.hub, set_id)
        hub.hub.publish_queue.receive(100)
        assert step(hub.hub, set_id, "stop", error="Another") == "STOPPED"
        assert found(hub.hub, set_id) == before
        told = deciding.told(hub.hub, before, 0)
        assert begun.stop(hub.hub, before, Stop("40", "another", told)) == before
        hub.hub.publish_queue.receive(4)
        assert len(hub.hub.publish_queue.messages) == len(before.reports) == 4

    def test_writes_all_that_it_writes_under_one_epoch(self, hub: Platform) -> None:
        set_id = self.stopping(hub)
        lease = Growing(hub.hub.lease)
        step(replace(hub.hub, lease=lease), set_id, "stop", error="TaskFailed")
        each = found(hub.hub, set_id)
        owed = hub.hub.state.get_many(map(delivery_key, each.reports)).values()
        assert {item["epoch"] for item in owed} == {each.epoch}

    def test_opens_an_incident_that_tells_whom_it_concerns_and_what_failed(
        self, hub: Platform
    ) -> None:
        set_id = self.stopping(hub)
        step(hub.hub, set_id, "stop", error="TaskFailed")
        key = incidents.incident_key(subject=str(set_id), what=stopping.STOPPED_SET)
        item = hub.hub.state.get(key) or {}
        told = {name: item[name] for name in ("subject", "concerns", "what", "fault", "state")}
        assert told == {
            "subject": str(set_id),
            "concerns": LDC,
            "what": "STOPPED_SET",
            "fault": "TaskFailed",
            "state": "NEW",
        }

    def test_opens_one_without_a_fault_where_nothing_inside_failed(self, hub: Platform) -> None:
        set_id = staged(hub, TOWN)
        lost(hub)
        process(hub.hub, set_id)
        key = incidents.incident_key(subject=str(set_id), what=stopping.STOPPED_SET)
        item = hub.hub.state.get(key) or {}
        assert item["opened"]
        assert "fault" not in item


class TestASetIsDecided:
    def test_once_all_its_parts_are_planned(self, hub: Platform) -> None:
        set_id = staged(hub, TOWN)
        each = begun.take_up(hub.hub, set_id)
        assert deciding.tallies(hub.hub, each) is None
        assert step(hub.hub, set_id, "decide") == "LOOK"
        assert plans.applying_since(hub.hub.data, set_id) is None
        step(hub.hub, set_id, "plan", "0000")
        assert deciding.tallies(hub.hub, each) is not None

    @pytest.mark.parametrize(
        ("name", "loose", "strict"),
        [("attr_pct", "100", "60"), ("attr_min", "9", "1"), ("floor_sdps", "9", "1")],
    )
    def test_by_the_limits_of_its_ldc(
        self, hub: Platform, name: str, loose: str, strict: str
    ) -> None:
        """What holds for all others does not stop it, and what stops others does not."""
        process(hub.hub, staged(hub, TOWN))
        for other, value in (("floor_sdps", "1"), ("attr_min", "1"), ("attr_pct", "60")):
            set_parameter(hub.hub, f"sync.thr_{other}", value)
        set_parameter(hub.hub, f"sync.thr_{name}", strict)
        set_parameter(hub.hub, f"sync.thr_{name}", loose, owner=LDC)
        assert process(hub.hub, staged(hub, LARGE, 2)) == "OVER"

    def test_and_once_let_go_on_not_again(self, hub: Platform) -> None:
        set_id = staged(hub, TOWN)
        step(hub.hub, set_id, "plan", "0000")
        assert step(hub.hub, set_id, "decide") == "APPLY"
        since = plans.applying_since(hub.hub.data, set_id)
        hub.clock.advance(MINUTE)
        lost(hub)
        assert step(hub.hub, set_id, "decide") == "APPLY"
        assert plans.applying_since(hub.hub.data, set_id) == since

    def test_telling_how_many_records_it_has_with_those_passed_over(self, hub: Platform) -> None:
        """A P-Sync that repeats the one before: what is the same is not worked, and is counted."""
        process(hub.hub, staged(hub, TOWN, 1, "3000"))
        for name, value in (("floor_sdps", "1"), ("attr_min", "0"), ("attr_pct", "0")):
            set_parameter(hub.hub, f"sync.thr_{name}", value)
        changed = TOWN.replace(f"SAG|{SHOP}|04", f"SAG|{SHOP}|03")
        assert changed != TOWN
        hub.clock.advance(HOUR)
        set_id = staged(hub, changed, 2, "3000")
        assert process(hub.hub, set_id) == "STOPPED"
        lines = reports(hub, "IR06")[1]
        assert lines[0].split("|")[9:12] == ["20", found(hub.hub, set_id).status_text, "25"]


class TestALimit:
    """A percentage of the active SDPs and a number; a part of an SDP is none."""

    @pytest.mark.parametrize(
        ("percent", "least", "active", "most"),
        [
            ("5.5", 0, 100, 5),
            ("5.9", 0, 100, 5),
            ("6", 0, 100, 6),
            ("5", 0, 110, 5),
            ("5", 0, 119, 5),
            ("5", 0, 120, 6),
            ("0", 0, 1000, 0),
            ("5", 10, 199, 10),
            ("5", 10, 200, 10),
            ("5", 10, 220, 11),
            ("100", 0, 7, 7),
        ],
    )
    def test_is_the_greater_of_both_and_never_rounded_up(
        self, percent: str, least: int, active: int, most: int
    ) -> None:
        assert Limit(Decimal(percent), least).of(active) == most

    @pytest.mark.parametrize(("count", "text"), [(5, ""), (6, "NEW SDPS 6 OF 5")])
    def test_of_five_and_a_half_is_exceeded_by_the_sixth(self, count: int, text: str) -> None:
        def limit(_: object) -> Limit:
            return Limit(Decimal("5.5"), 0)

        tally = Tally(new=count)
        assert exceeded(tally, 100, floor=100, periodic=True, limit=limit) == text

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
    def test_is_asked_of_what_its_check_counts_and_of_nothing_else(self, check: Check) -> None:
        counts = {each.name: each.count for each in CHECKS}
        tallies = {
            "DE-ACTIVATED SDPS": Tally(deactivated=7),
            "NEW SDPS": Tally(new=7),
            "SM CHANGES": Tally(changed={"SM": 7}),
            "SAG CHANGES": Tally(changed={"SAG": 7}),
            "VEES CHANGES": Tally(changed={"PAR/VEES": 7}),
            "SB CHANGES": Tally(changed={"SB": 7}),
        }
        assert {name: count(tallies[check.name]) for name, count in counts.items()} == {
            name: 7 if name == check.name else 0 for name in tallies
        }
        asked: list[str] = []

        def limit(of: Check) -> Limit:
            asked.append(of.name)
            return Limit(Decimal(0), 7)

        for periodic in (True, False):
            told = exceeded(tallies[check.name], 9, floor=9, periodic=periodic, limit=limit)
            assert told == ""
        assert asked == [*counts, *(each.name for each in CHECKS if not each.periodic)]


class TestWhatIsWatched:
    """A new SDP counts once, by its begin; of others the timelines that have a threshold."""

    @pytest.mark.parametrize(
        ("timeline", "new", "counts"),
        [
            (SDP, True, (1, {})),
            (SDP, False, (0, {})),
            ("SM", True, (0, {})),
            ("SM", False, (0, {"SM": 1})),
            ("SA", False, (0, {})),
        ],
    )
    def test_each_change(
        self, timeline: str, counts: tuple[int, dict[str, int]], *, new: bool
    ) -> None:
        watched = Watched()
        for _ in range(2):
            watched.note(HOUSE, timeline, new=new)
        tally = watched.tally(records=3, updates=2, exceptions=1, faults=())
        assert (tally.new, tally.changed) == counts
        assert (tally.records, tally.updates, tally.exceptions) == (3, 2, 1)
        assert (tally.faults, tally.fault) == ({}, "")

    def test_the_first_fault_is_told_and_all_are_counted_by_file(self) -> None:
        faults = [Fault("05", "KeyError a"), Fault("01", "KeyError b"), Fault("05", "KeyError c")]
        tally = Watched().tally(records=0, updates=0, exceptions=0, faults=faults)
        assert (tally.faults, tally.fault) == ({"01": 1, "05": 2}, "KeyError a")
        total = Tally.total((Tally(), tally, Tally(fault="another")))
        assert (total.faults, total.fault) == ({"01": 1, "05": 2}, "KeyError a")
        assert list(tally.faults) == ["01", "05"]

    def test_what_changed_is_listed_in_one_order_whatever_changed_first(self) -> None:
        watched = Watched()
        for timeline in ("SM", "SB", "SAG", "PAR/VEES"):
            watched.note(HOUSE, timeline, new=False)
        tally = watched.tally(records=0, updates=0, exceptions=0, faults=())
        order = ["PAR/VEES", "SAG", "SB", "SM"]
        assert list(tally.changed) == order
        total = Tally.total((Tally(changed={"SM": 1, "SB": 1}), tally))
        assert list(total.changed) == order
