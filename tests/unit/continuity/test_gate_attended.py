"""Attending to the gateway: what is due is done in its turn, and the next look is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import pytest
from mdmr.continuity import attending, committing, draining, gateway_item, ordering
from mdmr.continuity.attending import Attended, attend
from mdmr.continuity.gateway import ALL, Gateway, Opening, Scope
from mdmr.continuity.ordering import Author, Wish
from mdmr.continuity.turning import Drain
from mdmr.exchange.ledger import slots
from mdmr.identifiers.process import IDENTIFIERS
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Item, Put, StateBusyError, StateStore
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.process import SYNCHRONIZATION
from mdmr.synchronization.sets.states import SetState
from msgspec.structs import replace

from tests.support.calls import SLOT, SLOT_END
from tests.support.market import AGENT, LDC, NOON, OTHER_LDC, name, request
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform
from tests.support.waiting_sets import complete, found, look
from tests.support.working import hub_with
from tests.unit.contested import Contested, touches

OPEN, DRAIN, HOLD, REJECT = (
    GatewayMode.OPEN,
    GatewayMode.DRAIN,
    GatewayMode.HOLD,
    GatewayMode.REJECT,
)
AUTHOR = Author("ann", "new disks")
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def hub() -> Platform:
    return platform()


def gateway(hub: Platform) -> Gateway:
    return gateway_item.read(hub.hub.state)


def tended(hub: Platform) -> datetime | None:
    """Let the execution of the last order attend, for as long as it likes."""
    return attend(hub.hub, gateway(hub).order, hub.clock.now() + HOUR).next_look


def file_inside(hub: Platform) -> None:
    hub.send(AGENT, name(), request(name(), "SP-1"))
    hub.settle()


def turns(hub: Platform) -> list[str]:
    """Return what was changed about the gateway, the first first."""
    return [change.what for change in committing.history(hub.hub.state)][::-1]


class TestAPlan:
    def planned(self, hub: Platform, end: datetime | None = NOON + 2 * HOUR) -> str:
        wish = Wish(ALL, REJECT, NOON + HOUR, end, NOON + HOUR / 2)
        return ordering.plan(hub.hub, wish, AUTHOR).plan.id

    def test_is_waited_for_until_it_drains(self, hub: Platform) -> None:
        self.planned(hub)
        hub.clock.move_to(NOON + HOUR / 2 - SECOND)
        assert tended(hub) == NOON + HOUR / 2
        assert gateway(hub).modes[0].mode is OPEN

    def test_drains_at_its_time_and_closes_when_nothing_is_inside(self, hub: Platform) -> None:
        made = self.planned(hub)
        hub.clock.move_to(NOON + HOUR / 2)
        assert tended(hub) == NOON + 2 * HOUR
        assert turns(hub) == [f"plan {made} made", "ALL: OPEN to DRAIN", "ALL: DRAIN to REJECT"]
        mode = gateway(hub).modes[0]
        assert (mode.mode, mode.plan, mode.by, mode.why) == (REJECT, made, "ann", "new disks")

    def test_opens_at_its_end_and_is_over(self, hub: Platform) -> None:
        self.planned(hub)
        hub.clock.move_to(NOON + HOUR / 2)
        tended(hub)
        hub.clock.move_to(NOON + 2 * HOUR)
        assert tended(hub) is None
        assert turns(hub)[3:] == ["ALL: REJECT to OPEN", "ALL: held files worked", "ALL: open"]
        opened = list(committing.history(hub.hub.state))[::-1][3]
        assert (opened.by, opened.why) == ("ann", "new disks")
        assert gateway(hub).plans == ()
        assert gateway(hub).modes[0].opening is Opening.DONE
        assert gateway(hub).closure == 2

    def test_without_an_end_stays_closed(self, hub: Platform) -> None:
        self.planned(hub, None)
        hub.clock.move_to(NOON + HOUR / 2)
        assert tended(hub) is None
        assert gateway(hub).modes[0].mode is REJECT

    @pytest.mark.parametrize(("after", "what"), [(0, "cancelled"), (-1, "DRAIN")])
    def test_that_is_too_late_to_begin_is_withdrawn(
        self, hub: Platform, after: int, what: str
    ) -> None:
        made = self.planned(hub)
        hub.clock.move_to(NOON + 2 * HOUR + after * SECOND)
        tended(hub)
        assert what in turns(hub)[1]
        change = next(iter(list(committing.history(hub.hub.state))[::-1][1:]))
        assert change.why == (
            "new disks" if after else "closed by order already, or too late to begin"
        )
        assert made in turns(hub)[0]

    @pytest.mark.parametrize("scope", [ALL, Scope(LDC)])
    def test_of_a_scope_that_was_closed_by_order_is_withdrawn_at_its_time(
        self, hub: Platform, scope: Scope
    ) -> None:
        wish = Wish(scope, REJECT, NOON + HOUR, None, NOON + HOUR / 2)
        made = ordering.plan(hub.hub, wish, AUTHOR).plan.id
        ordering.change(hub.hub, scope, HOLD, AUTHOR)
        hub.clock.move_to(NOON + HOUR / 2)
        assert tended(hub) is None
        assert turns(hub)[-1] == f"plan {made} cancelled"
        mode = gateway(hub).of(scope)
        assert mode is not None
        assert mode.mode is HOLD

    def test_of_a_scope_without_a_mode_of_its_own_begins(self, hub: Platform) -> None:
        wish = Wish(Scope(LDC), REJECT, NOON + HOUR, None, NOON + HOUR / 2)
        ordering.plan(hub.hub, wish, AUTHOR)
        hub.clock.move_to(NOON + HOUR / 2)
        tended(hub)
        mode = gateway(hub).of(Scope(LDC))
        assert mode is not None
        assert mode.mode is REJECT

    def test_that_has_begun_is_not_withdrawn_for_being_closed(self, hub: Platform) -> None:
        file_inside(hub)
        self.planned(hub)
        hub.clock.move_to(NOON + HOUR / 2)
        tended(hub)
        assert gateway(hub).modes[0].mode is DRAIN
        hub.clock.move_to(NOON + HOUR)
        assert tended(hub) == NOON + 2 * HOUR
        assert gateway(hub).modes[0].mode is REJECT
        assert len(gateway(hub).plans) == 1


class TestAnExecution:
    def test_of_an_earlier_order_hands_over_to_that_of_the_last(self, hub: Platform) -> None:
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        hub.hub.processes.started.clear()
        assert attend(hub.hub, 1, NOON) == Attended(None)
        assert list(hub.hub.processes.started) == [("gateway", "gateway-2")]

    def test_gives_up_where_others_are_always_faster(self, hub: Platform) -> None:
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        ordering.change(hub.hub, ALL, OPEN, AUTHOR)
        never = Contested(hub.hub.state, touches("GATE"), failing=(1,))
        with pytest.raises(StateBusyError, match="the gateway: write contention in 8 attempts"):
            attend(replace(hub.hub, state=never), gateway(hub).order, NOON + HOUR)
        assert never.refused == 8

    def test_gives_up_after_twenty_changes(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        ordering.change(hub.hub, ALL, OPEN, AUTHOR)
        order, made = gateway(hub).order, list[int]()
        monkeypatch.setattr(attending, "_do", lambda *_: made.append(1))
        with pytest.raises(StateBusyError, match="20 changes did not come to an end"):
            attend(hub.hub, order, NOON + HOUR)
        assert len(made) == 20

    def test_changes_nothing_where_nothing_is_due(self, hub: Platform) -> None:
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        tended(hub)
        before = hub.hub.state.items()
        assert tended(hub) is None
        assert hub.hub.state.items() == before

    def test_comes_back_at_once_where_held_files_are_left(self, hub: Platform) -> None:
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        for number in range(3):
            file_name = name(at=f"2025082012000{number}")
            hub.send(AGENT, file_name, request(file_name, f"SP-{number}"))
        hub.settle()
        ordering.change(hub.hub, ALL, OPEN, AUTHOR)
        order = gateway(hub).order
        ordered = gateway(hub).version
        first = attend(hub.hub, order, NOON - SECOND)
        assert first.next_look == hub.clock.now()
        assert first.changes == gateway(hub).version - ordered
        assert gateway(hub).modes[0].opening is Opening.RELEASING
        states = sorted(state for state, _ in essence(hub.hub).files.values())
        assert states == ["ACCEPTED", "HELD", "HELD"]
        released = gateway(hub).version
        assert attend(hub.hub, order, NOON) == Attended(None, changes=2)
        assert gateway(hub).version == released + 2
        assert attend(hub.hub, order, NOON) == Attended(None)
        assert {state for state, _ in essence(hub.hub).files.values()} == {"ACCEPTED"}
        assert gateway(hub).modes[0].opening is Opening.DONE

    def test_hands_over_what_was_held_in_the_last_moment(self, hub: Platform) -> None:
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.settle()
        before = gateway(hub)
        clearing = replace(before.modes[0], mode=OPEN, opening=Opening.CLEARING)
        hub.hub.state.commit(Put(gateway_item.item_of(before.with_mode(clearing))))
        tended(hub)
        (message,) = hub.hub.arrivals_queue.messages
        assert message["detail"]["object"]["key"] == f"{AGENT}/{name()}"
        assert gateway(hub).modes[0].opening is Opening.DONE

    def test_lets_files_inside_go_on_before_it_lets_held_ones_in(self, hub: Platform) -> None:
        file_inside(hub)
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        hub.pass_time(HOUR)
        hub.send(AGENT, "odd", b"odd")
        hub.settle()
        ordering.change(hub.hub, ALL, OPEN, AUTHOR)
        hub.hub.processes.started.clear()
        tended(hub)
        assert turns(hub)[1:] == [
            "ALL: HOLD to OPEN",
            "files inside worked again",
            "ALL: held files worked",
            "ALL: open",
        ]
        assert ("identifiers", f"{SLOT.id}-gateway-3") in hub.hub.processes.started
        assert not gateway(hub).resuming


class TestDraining:
    def drained(self, hub: Platform, planned: datetime | None = None, scope: Scope = ALL) -> None:
        drain = Drain(HOLD, planned)
        ordering.change(hub.hub, scope, DRAIN, AUTHOR, drain=drain)

    def test_looks_at_a_run_a_minute_after_it_began_and_when_it_is_overdue(
        self, hub: Platform
    ) -> None:
        file_inside(hub)
        self.drained(hub)
        assert tended(hub) == SLOT_END + MINUTE
        hub.clock.move_to(SLOT_END + MINUTE)
        assert tended(hub) == SLOT_END + 30 * MINUTE
        hub.clock.move_to(SLOT_END + 30 * MINUTE)
        assert tended(hub) is None
        assert gateway(hub).modes[0].mode is DRAIN

    def test_looks_at_its_planned_start_if_that_is_before(self, hub: Platform) -> None:
        file_inside(hub)
        self.drained(hub, SLOT_END)
        assert tended(hub) == SLOT_END
        hub.clock.move_to(SLOT_END)
        tended(hub)
        assert gateway(hub).modes[0].mode is HOLD

    def test_looks_every_quarter_of_an_hour_while_a_set_is_at_work(self) -> None:
        hub = hub_with([], at=NOON)
        which = complete(hub, "a", 1)
        look(hub, which)
        self.drained(hub)
        assert tended(hub) == NOON + QUARTER
        before = found(hub, which)
        rows.commit(hub.hub, before, before.moved(SetState.FAILED, NOON))
        assert tended(hub) is None
        assert gateway(hub).modes[0].mode is HOLD

    def test_of_an_organization_is_not_kept_by_files_of_another(self, hub: Platform) -> None:
        file_inside(hub)
        self.drained(hub, scope=Scope(OTHER_LDC))
        tended(hub)
        mode = gateway(hub).of(Scope(OTHER_LDC))
        assert mode is not None
        assert mode.mode is HOLD
        self.drained(hub, scope=Scope(LDC))
        assert tended(hub) == SLOT_END + MINUTE

    def test_sees_a_slot_that_the_index_does_not_show_yet(self, hub: Platform) -> None:
        """The newest slots are asked for by their keys."""
        file_inside(hub)
        for minutes in (0, 9, 10, 24, 1000):
            shown = IDENTIFIERS.unfinished_slots(hub.hub, NOON + minutes * MINUTE)
            assert [row.slot for row, _ in shown] == [SLOT]
        bare = replace(hub.hub, state=Blind(hub.hub.state))
        assert len(IDENTIFIERS.unfinished_slots(bare, NOON)) == 1
        assert len(IDENTIFIERS.unfinished_slots(bare, SLOT_END)) == 1
        assert len(IDENTIFIERS.unfinished_slots(bare, SLOT_END + QUARTER - SECOND)) == 1
        assert IDENTIFIERS.unfinished_slots(bare, SLOT_END + QUARTER) == []

    def test_does_not_count_what_is_over_or_kept(self, hub: Platform) -> None:
        file_inside(hub)
        item = dict(hub.hub.state.get(SLOT.key) or {})
        for state, unfinished, inside in (
            (slots.OPEN, 1, 1),
            (slots.CLOSED, 1, 1),
            (slots.KEPT, 1, 0),
            (slots.WORKED, 0, 0),
        ):
            hub.hub.state.commit(Put({**item, "state": state}))
            assert len(IDENTIFIERS.unfinished_slots(hub.hub, NOON)) == unfinished
            assert len(list(draining.open_work(hub.hub, ALL, NOON))) == inside


class Blind(Contested):
    """A table whose indexes show nothing yet."""

    def __init__(self, state: StateStore) -> None:
        super().__init__(state, lambda _: False)

    def query_index(
        self, index: str, partition: str, *, up_to: str | None = None, newest_first: bool = False
    ) -> Iterator[Item]:
        found = super().query_index(index, partition, up_to=up_to, newest_first=newest_first)
        return islice(found, 0)


def test_sets_that_wait_for_the_gateway_are_known() -> None:
    hub = hub_with([], at=NOON)
    which = complete(hub, "a", 1)
    hub.hub.processes.started.clear()
    SYNCHRONIZATION.resume(hub.hub, 2)
    assert not hub.hub.processes.started
    ordering.change(hub.hub, ALL, HOLD, AUTHOR)
    look(hub, which)
    hub.hub.processes.started.clear()
    SYNCHRONIZATION.resume(hub.hub, 2)
    assert list(hub.hub.processes.started) == [("synchronization", str(which))]


@pytest.mark.parametrize(
    ("minutes", "next_look"), [(0, 1), (1, 30), (29, 30), (30, None), (31, None)]
)
def test_a_run_is_looked_at_twice(minutes: int, next_look: int | None) -> None:
    hub = platform()
    assert draining.next_look(hub.hub, ALL, SLOT_END) is None
    file_inside(hub)
    expected = None if next_look is None else SLOT_END + next_look * MINUTE
    assert draining.next_look(hub.hub, ALL, SLOT_END + minutes * MINUTE) == expected
