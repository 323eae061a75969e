"""What each change leaves of the gateway and tells of it, field by field, and what a file meets."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.continuity import turning
from mdmr.continuity.gate import ClosedPeriod, TableGate
from mdmr.continuity.gateway import ALL, Opening, Scope, ScopeMode
from mdmr.continuity.modes import MODES
from mdmr.continuity.turning import Act, Drain, GatewayRefusedError, Told
from mdmr.exchange.announcing.notices import NoticeAction
from mdmr.ports.authority import Concern, GatewayMode
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON, OTHER_LDC
from tests.support.story import HOUR, Platform, platform
from tests.unit.continuity.test_gateway import FRESH, act, after, plan
from tests.unit.continuity.test_gateway import NOON as TWELVE

OPEN, DRAIN, HOLD, REJECT = (
    GatewayMode.OPEN,
    GatewayMode.DRAIN,
    GatewayMode.HOLD,
    GatewayMode.REJECT,
)
SECOND = timedelta(seconds=1)


@pytest.fixture
def hub() -> Platform:
    return platform()


class TestAChange:
    """What is left of the gateway, and what is told, field by field."""

    ACT = Act(NOON, "bob", "new disks", "NT-2025-000009")

    def test_that_closes_a_scope_is_told_without_an_end(self) -> None:
        turn = turning.set_mode(FRESH, Scope(LDC), HOLD, self.ACT)
        assert turn.told == Told(Scope(LDC), HOLD, NoticeAction.NEW, NOON)
        assert turn.gateway.of(Scope(LDC)) == ScopeMode(
            Scope(LDC),
            HOLD,
            NOON,
            "bob",
            "new disks",
            notice="NT-2025-000009",
            closed_since=NOON,
        )
        assert (turn.what, turn.closed) == (f"{LDC}: OPEN to HOLD", None)
        assert not turn.gateway.resuming

    def test_that_drains_is_told_until_the_planned_start(self) -> None:
        drain = Drain(REJECT, NOON + HOUR)
        turn = turning.set_mode(FRESH, ALL, DRAIN, self.ACT, drain=drain)
        assert turn.told == Told(ALL, DRAIN, NoticeAction.NEW, NOON, end=NOON + HOUR, then=REJECT)
        mode = turn.gateway.of(ALL)
        assert mode == ScopeMode(
            ALL,
            DRAIN,
            NOON,
            "bob",
            "new disks",
            notice="NT-2025-000009",
            then=REJECT,
            planned=NOON + HOUR,
            closed_since=NOON,
        )
        assert mode.drains

    def test_of_a_plan_is_told_in_its_thread_until_its_end(self) -> None:
        made = replace(plan(), notice="NT-2025-000007")
        planned = replace(FRESH, plans=(made,))
        turn = turning.set_mode(
            planned, ALL, DRAIN, self.ACT, drain=Drain(HOLD, made.start), plan=made
        )
        assert turn.told == Told(
            ALL,
            DRAIN,
            NoticeAction.UPD,
            NOON,
            end=made.start,
            supersedes="NT-2025-000007",
            reference=made.id,
            then=HOLD,
        )
        closed = turning.set_mode(turn.gateway, ALL, HOLD, self.ACT, plan=made)
        assert closed.told is not None
        assert (closed.told.end, closed.told.reference) == (made.end, made.id)
        assert closed.gateway.plans == (made,)
        assert closed.gateway.begun(made)
        opened = turning.set_mode(closed.gateway, ALL, OPEN, self.ACT, plan=made)
        assert opened.told == Told(
            ALL,
            OPEN,
            NoticeAction.END,
            NOON,
            supersedes="NT-2025-000009",
            reference=made.id,
        )
        assert opened.gateway.plans == ()
        mode = opened.gateway.of(ALL)
        assert mode == ScopeMode(
            ALL,
            OPEN,
            NOON,
            "bob",
            "new disks",
            closed_since=NOON,
            opening=Opening.RELEASING,
        )

    def test_by_order_names_the_plan_that_it_ends(self) -> None:
        made = plan()
        planned = replace(FRESH, plans=(made, replace(made, id="GW-000009")))
        begun = turning.set_mode(
            planned, ALL, DRAIN, self.ACT, drain=Drain(HOLD, made.start), plan=made
        ).gateway
        turn = turning.set_mode(begun, ALL, HOLD, self.ACT)
        assert turn.told is not None
        assert turn.told.reference == made.id
        assert [each.id for each in turn.gateway.plans] == ["GW-000009"]

    def test_keeps_since_when_it_is_closed(self) -> None:
        held = turning.set_mode(FRESH, ALL, HOLD, act(1)).gateway
        stricter = turning.set_mode(held, ALL, REJECT, act(2)).gateway.of(ALL)
        assert stricter is not None
        assert (stricter.since, stricter.closed_since) == (TWELVE + 2 * HOUR, TWELVE + HOUR)

    @pytest.mark.parametrize(
        ("withdrawn", "action"), [(True, NoticeAction.CAN), (False, NoticeAction.END)]
    )
    def test_that_opens_ends_the_thread_or_takes_the_plan_back(
        self, *, withdrawn: bool, action: NoticeAction
    ) -> None:
        held = after(FRESH, (ALL, HOLD))
        turn = turning.set_mode(held, ALL, OPEN, self.ACT, withdrawn=withdrawn)
        assert turn.told is not None
        assert turn.told.action is action

    def test_of_plans_is_told_with_their_reference(self) -> None:
        made = plan()
        added = turning.add_plan(FRESH, made, self.ACT)
        assert added.told == Told(
            ALL,
            HOLD,
            NoticeAction.NEW,
            made.start,
            made.end,
            reference=made.id,
            planned=True,
        )
        assert added.gateway.plans == (replace(made, notice="NT-2025-000009"),)
        assert added.what == f"plan {made.id} made"
        other = replace(made, id="GW-000005", scope=Scope(LDC))
        both = turning.add_plan(added.gateway, other, self.ACT).gateway
        withdrawn = turning.withdraw_plan(both, added.gateway.plans[0], self.ACT)
        assert withdrawn.told == Told(
            ALL,
            HOLD,
            NoticeAction.CAN,
            made.start,
            made.end,
            supersedes="NT-2025-000009",
            reference=made.id,
            planned=True,
        )
        assert [each.id for each in withdrawn.gateway.plans] == ["GW-000005"]
        assert withdrawn.what == f"plan {made.id} cancelled"

    def test_that_stops_draining_is_called_the_end_of_the_plan(self) -> None:
        made = plan()
        planned = replace(FRESH, plans=(made,))
        with pytest.raises(GatewayRefusedError, match="open it by order") as error:
            turning.stop_draining(planned, replace(made, scope=Scope(LDC)), self.ACT)
        assert error.value.field == "plan"
        begun = turning.set_mode(
            planned, ALL, DRAIN, self.ACT, drain=Drain(HOLD, made.start), plan=made
        ).gateway
        turn = turning.stop_draining(begun, made, self.ACT)
        assert turn.what == f"plan {made.id} cancelled"

    def test_of_versions_is_one_each(self) -> None:
        gate = replace(after(FRESH, (ALL, HOLD)), resuming=True)
        opened = after(gate, (ALL, OPEN))
        mode = opened.of(ALL)
        assert mode is not None
        for turn in (
            turning.go_on_inside(opened, act(ordered=False)),
            turning.let_new_files_in(opened, mode, act(ordered=False)),
            turning.end_opening(opened, mode, act(ordered=False)),
        ):
            assert turn.gateway.version == opened.version + 1
            assert turn.gateway.order == opened.order
        assert turning.go_on_inside(opened, act()).what == "files inside worked again"

    def test_notes_the_last_twenty_notices(self) -> None:
        gate = FRESH
        for number in range(25):
            gate = turning.with_telling(gate, f"NT-{number}")
        assert gate.telling == tuple(f"NT-{number}" for number in range(5, 25))


class TestAnOpening:
    def test_that_lasts_no_time_leaves_no_closed_period(self) -> None:
        """A closure that is over in the instant in which it began was none."""
        opened = after(FRESH, (ALL, HOLD), (ALL, OPEN))
        mode = opened.of(ALL)
        assert mode is not None
        assert turning.let_new_files_in(opened, mode, act(0)).closed is None
        later = turning.let_new_files_in(opened, mode, act(1))
        assert later.closed == ClosedPeriod(ALL, TWELVE, TWELVE + HOUR)
        left = later.gateway.of(ALL)
        assert left is not None
        assert (left.opening, left.closed_since) == (Opening.CLEARING, None)
        assert later.what == "ALL: held files worked"

    def test_that_was_never_closed_leaves_none(self) -> None:
        mode = ScopeMode(ALL, OPEN, TWELVE, "ann", opening=Opening.RELEASING)
        assert turning.let_new_files_in(FRESH, mode, act(1)).closed is None

    def test_ends_the_closure_once_every_scope_is_open_to_the_end(self) -> None:
        opened = after(FRESH, (ALL, HOLD), (ALL, OPEN))
        mode = opened.of(ALL)
        assert mode is not None
        other = ScopeMode(Scope(LDC), OPEN, TWELVE, "ann", opening=Opening.CLEARING)
        left = turning.end_opening(opened.with_mode(other), mode, act())
        assert (left.gateway.closure, len(left.gateway.modes)) == (1, 2)
        closed = ScopeMode(Scope(LDC), HOLD, TWELVE, "ann")
        left = turning.end_opening(opened.with_mode(closed), mode, act())
        assert (left.gateway.closure, len(left.gateway.modes)) == (1, 2)
        both = opened.with_mode(other)
        left = turning.end_opening(both, other, act())
        # Nothing is left of the scope, and ALL is still opening.
        assert (left.gateway.closure, len(left.gateway.modes)) == (1, 1)
        done = turning.end_opening(opened, mode, act())
        assert (done.gateway.closure, done.what) == (2, "ALL: open")
        assert done.gateway.modes[0].opening is Opening.DONE


class TestAFileThatArrivedEarlier:
    """A file that is told of late meets the gateway as it was when it came."""

    CLOSED = ScopeMode(ALL, REJECT, NOON, "ann", closed_since=NOON - HOUR)

    @pytest.mark.parametrize(
        ("arrived", "mode"),
        [
            (None, REJECT),
            (NOON - HOUR - SECOND, OPEN),
            (NOON - HOUR, HOLD),
            (NOON - SECOND, HOLD),
            (NOON, REJECT),
            (NOON + SECOND, REJECT),
        ],
    )
    def test_by_the_instant_of_its_arrival(
        self, arrived: datetime | None, mode: GatewayMode
    ) -> None:
        assert self.CLOSED.for_arrival(arrived) is mode

    def test_is_kept_while_the_gateway_keeps_everything(self) -> None:
        held = replace(self.CLOSED, mode=HOLD)
        assert held.for_arrival(NOON - 2 * HOUR) is HOLD
        opening = replace(self.CLOSED, mode=OPEN, opening=Opening.RELEASING)
        assert opening.for_arrival(NOON - 2 * HOUR) is HOLD
        assert opening.for_new_files is HOLD

    @pytest.mark.parametrize("mode", [DRAIN, OPEN])
    def test_meets_the_mode_where_it_is_not_refused(self, mode: GatewayMode) -> None:
        given = replace(self.CLOSED, mode=mode)
        assert given.for_arrival(NOON - SECOND) is mode
        assert replace(given, closed_since=None).for_arrival(NOON - 2 * HOUR) is mode


class TestTheGateway:
    def test_is_attended_to_at_the_first_thing_that_is_due(self) -> None:
        assert FRESH.attention is None
        endless = replace(plan(2, None), drain_at=TWELVE + HOUR)
        gate = replace(FRESH, plans=(endless,))
        assert gate.attention == TWELVE + HOUR
        begun = turning.set_mode(
            gate, ALL, DRAIN, act(1), drain=Drain(HOLD, endless.start), plan=endless
        ).gateway
        # What drains is looked at from then on; closed by a plan without an end it rests.
        assert begun.attention == TWELVE + HOUR
        closed = turning.set_mode(begun, ALL, HOLD, act(2), plan=endless).gateway
        assert closed.attention is None
        ending = replace(closed, plans=(replace(endless, end=TWELVE + 4 * HOUR),))
        assert ending.attention == TWELVE + 4 * HOUR
        resuming = replace(ending, resuming=True)
        assert resuming.attention == TWELVE + 2 * HOUR

    def test_that_opens_is_attended_to_until_it_is_open(self) -> None:
        opening = after(FRESH, (ALL, DRAIN), (ALL, OPEN))
        assert not opening.resuming
        assert opening.attention == TWELVE
        mode = replace(opening.modes[0], opening=Opening.CLEARING)
        assert opening.with_mode(mode).attention == TWELVE
        assert opening.with_mode(replace(mode, opening=Opening.DONE)).attention is None

    def test_tells_of_each_mode_what_becomes_of_new_files(self) -> None:
        """What DRAIN does with them is a parameter: the mode that it names is told instead."""
        silent = [mode for mode, rule in MODES.items() if not rule.told_new]
        assert silent == [DRAIN]

    def test_draining_without_what_follows_is_left_alone(self) -> None:
        assert not ScopeMode(ALL, DRAIN, TWELVE, "ann").drains
        assert not ScopeMode(ALL, HOLD, TWELVE, "ann", then=REJECT).drains

    def test_tells_which_scope_was_changed_last(self) -> None:
        gate = turning.set_mode(FRESH, Scope(LDC), HOLD, act(2)).gateway
        assert gate.last_changed.scope == Scope(LDC)
        assert turning.set_mode(gate, ALL, HOLD, act(3)).gateway.last_changed.scope == ALL

    def test_finds_a_plan_by_its_id(self) -> None:
        gate = replace(FRESH, plans=(plan(), replace(plan(), id="GW-000003")))
        assert gate.plan("GW-000003") == gate.plans[1]
        assert gate.plan("GW-000009") is None

    def test_has_not_begun_a_plan_of_another_scope_or_another_plan(self) -> None:
        made = plan()
        gate = turning.set_mode(
            replace(FRESH, plans=(made,)), ALL, DRAIN, act(), drain=Drain(HOLD), plan=made
        ).gateway
        assert gate.begun(made)
        assert not gate.begun(replace(made, id="GW-000009"))
        assert not gate.begun(replace(made, scope=Scope(LDC)))

    @pytest.mark.parametrize(
        ("scope", "words"),
        [
            (ALL, "all files"),
            (Scope(LDC), f"files of {LDC}"),
            (Scope("1000"), "files of type 1000"),
        ],
    )
    def test_names_its_scopes_in_words(self, scope: Scope, words: str) -> None:
        assert scope.words == words
        assert scope.is_organization is (scope.text == LDC)

    def test_reads_as_it_is_for_a_file(self) -> None:
        gate = replace(after(FRESH, (Scope(LDC), HOLD)), version=7, closure=3)
        reading = gate.reading(Concern(AGENT, LDC, "1000"))
        assert (reading.mode, reading.releases, reading.works) == (HOLD, False, False)
        assert (reading.version, reading.closure) == (7, 3)
        other = gate.reading(Concern(AGENT, OTHER_LDC, "1000"))
        assert (other.mode, other.releases, other.works) == (OPEN, True, True)

    def test_was_closed_in_periods_told_once_and_in_order(self, hub: Platform) -> None:
        state, gate = hub.hub.state, TableGate(hub.hub.state)
        for scope, start in ((Scope(LDC), 3), (ALL, 1), (Scope("1000"), 2), (Scope(AGENT), 0)):
            period = ClosedPeriod(scope, NOON + start * HOUR, NOON + (start + 1) * HOUR)
            state.commit(period.write)
        # A sender that is the LDC itself, or a file of which nothing is known.
        assert len(gate.closed(Concern(LDC, LDC, "1000"))) == 3
        assert [each.start for each in gate.closed(Concern(AGENT, LDC, "1000"))] == [
            NOON + number * HOUR for number in range(4)
        ]
        assert [each.start for each in gate.closed(Concern(OTHER_LDC))] == [NOON + HOUR]
