"""Orders to the gateway at their boundaries: what is taken, refused, done once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.continuity import committing, gateway_item, ordering, turning
from mdmr.continuity.gateway import ALL, Gateway, Plan, Scope
from mdmr.continuity.ordering import FARTHEST, Author, Ordered, Wish
from mdmr.continuity.turning import Drain, GatewayRefusedError
from mdmr.ports.authority import GatewayMode
from mdmr.ports.codec import attributes_of
from mdmr.ports.state import Put, StateBusyError
from msgspec.structs import replace

from tests.support.market import LDC, NOON
from tests.support.story import HOUR, Platform, platform
from tests.unit.contested import Contested, touches
from tests.unit.continuity.test_gateway import act

OPEN, DRAIN, HOLD, REJECT = (
    GatewayMode.OPEN,
    GatewayMode.DRAIN,
    GatewayMode.HOLD,
    GatewayMode.REJECT,
)
AUTHOR = Author("ann", "new disks")
SECOND = timedelta(seconds=1)
START = NOON + 2 * HOUR
FAR = NOON + FARTHEST


@pytest.fixture
def hub() -> Platform:
    return platform()


def gateway(hub: Platform) -> Gateway:
    return gateway_item.read(hub.hub.state)


def refused(hub: Platform, wish: Wish) -> str:
    """Return the field of a wish that is to blame."""
    with pytest.raises(GatewayRefusedError) as error:
        ordering.plan(hub.hub, wish, AUTHOR)
    return error.value.field


class TestAPlan:
    def test_is_made_for_three_hundred_days_at_most(self) -> None:
        assert timedelta(days=300) == FARTHEST

    @pytest.mark.parametrize(
        "wish",
        [
            Wish(ALL, HOLD, NOON + SECOND),
            Wish(ALL, REJECT, FAR),
            Wish(ALL, HOLD, START, end=START + SECOND),
            Wish(ALL, HOLD, START, end=FAR),
            Wish(ALL, HOLD, START, drain_at=START),
            Wish(ALL, HOLD, START, drain_at=NOON - HOUR),
        ],
    )
    def test_is_taken_up_to_its_boundaries(self, hub: Platform, wish: Wish) -> None:
        made = ordering.plan(hub.hub, wish, AUTHOR).plan
        assert gateway(hub).plans == (made,)

    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            (Wish(ALL, OPEN, START), "mode"),
            (Wish(ALL, DRAIN, START), "mode"),
            (Wish(ALL, HOLD, NOON), "start"),
            (Wish(ALL, HOLD, NOON - SECOND), "start"),
            (Wish(ALL, HOLD, FAR + SECOND), "start"),
            (Wish(ALL, HOLD, START, drain_at=START + SECOND), "drain_at"),
            (Wish(ALL, HOLD, START, end=START), "end"),
            (Wish(ALL, HOLD, START, end=START - SECOND), "end"),
            (Wish(ALL, HOLD, START, end=FAR + SECOND), "end"),
        ],
    )
    def test_is_refused_beyond_them(self, hub: Platform, wish: Wish, field: str) -> None:
        assert refused(hub, wish) == field
        assert gateway(hub).plans == ()

    @pytest.mark.parametrize(
        ("drain_at", "drains"),
        [(None, START), (NOON + HOUR, NOON + HOUR), (NOON - HOUR, NOON), (START, START)],
    )
    def test_is_noted_with_all_that_was_wished_and_who_made_it(
        self, hub: Platform, drain_at: datetime | None, drains: datetime
    ) -> None:
        wish = Wish(Scope(LDC), REJECT, START, START + HOUR, drain_at)
        assert ordering.plan(hub.hub, wish, AUTHOR).plan == Plan(
            id="GW-000002",
            scope=Scope(LDC),
            mode=REJECT,
            drain_at=drains,
            start=START,
            end=START + HOUR,
            by="ann",
            why="new disks",
            made_at=NOON,
            notice="NT-2025-000001",
        )

    @pytest.mark.parametrize(
        "changed",
        [
            {"scope": Scope(LDC)},
            {"start": START + 10 * HOUR, "end": START + 11 * HOUR},
        ],
    )
    def test_that_differs_is_another(self, hub: Platform, changed: dict[str, object]) -> None:
        wish = Wish(ALL, HOLD, START, START + HOUR)
        first = ordering.plan(hub.hub, wish, AUTHOR).plan
        assert ordering.plan(hub.hub, wish, AUTHOR).plan == first
        other = Wish(**{**_fields(wish), **changed})  # type: ignore[arg-type]
        assert ordering.plan(hub.hub, other, AUTHOR).plan.id != first.id

    @pytest.mark.parametrize("changed", [{"mode": REJECT}, {"end": None}, {"end": START + SECOND}])
    def test_that_differs_and_overlaps_is_refused(
        self, hub: Platform, changed: dict[str, object]
    ) -> None:
        wish = Wish(ALL, HOLD, START, START + HOUR)
        ordering.plan(hub.hub, wish, AUTHOR)
        other = Wish(**{**_fields(wish), **changed})  # type: ignore[arg-type]
        assert refused(hub, other) == "start"

    def test_is_cancelled_once_however_often_that_is_ordered(self, hub: Platform) -> None:
        made = ordering.plan(hub.hub, Wish(ALL, HOLD, START), AUTHOR).plan
        first = ordering.cancel(hub.hub, made.id, AUTHOR).gateway
        assert first.plans == ()
        assert ordering.cancel(hub.hub, made.id, AUTHOR) == Ordered(gateway(hub), changed=False)
        assert gateway(hub).version == first.version
        with pytest.raises(GatewayRefusedError, match="no plan GW-000009"):
            ordering.cancel(hub.hub, "GW-000009", AUTHOR)

    def test_that_drains_is_cancelled_by_opening(self, hub: Platform) -> None:
        wish = Wish(ALL, HOLD, START, drain_at=NOON + SECOND)
        made = ordering.plan(hub.hub, wish, AUTHOR).plan
        before = gateway(hub)
        drained = turning.set_mode(
            before, ALL, DRAIN, act(), drain=Drain(HOLD, START), plan=made
        ).gateway
        hub.hub.state.commit(Put(gateway_item.item_of(drained)))
        opened = ordering.cancel(hub.hub, made.id, AUTHOR).gateway
        assert [each.mode for each in opened.modes] == [OPEN]
        assert opened.plans == ()
        assert ordering.cancel(hub.hub, made.id, AUTHOR).gateway.version == opened.version


def _fields(wish: Wish) -> dict[str, object]:
    return {name: getattr(wish, name) for name in wish.__struct_fields__}


class TestAnOrder:
    @pytest.mark.parametrize(
        ("mode", "drain"), [(DRAIN, None), (HOLD, Drain(REJECT)), (OPEN, Drain(HOLD))]
    )
    def test_to_drain_and_only_that_says_what_follows(
        self, hub: Platform, mode: GatewayMode, drain: Drain | None
    ) -> None:
        with pytest.raises(GatewayRefusedError) as error:
            ordering.change(hub.hub, ALL, mode, AUTHOR, drain=drain)
        assert error.value.field == "then"

    @pytest.mark.parametrize(
        ("drain", "field"),
        [
            (Drain(OPEN), "then"),
            (Drain(DRAIN), "then"),
            (Drain(HOLD, NOON), "planned"),
            (Drain(HOLD, NOON - SECOND), "planned"),
            (Drain(HOLD, FAR + SECOND), "planned"),
        ],
    )
    def test_to_drain_is_refused_beyond_its_boundaries(
        self, hub: Platform, drain: Drain, field: str
    ) -> None:
        with pytest.raises(GatewayRefusedError) as error:
            ordering.change(hub.hub, ALL, DRAIN, AUTHOR, drain=drain)
        assert error.value.field == field

    @pytest.mark.parametrize("drain", [Drain(HOLD), Drain(REJECT, NOON + SECOND), Drain(HOLD, FAR)])
    def test_to_drain_is_taken_up_to_them(self, hub: Platform, drain: Drain) -> None:
        mode = ordering.change(hub.hub, ALL, DRAIN, AUTHOR, drain=drain).gateway.of(ALL)
        assert mode is not None
        assert (mode.then, mode.planned) == (drain.then, drain.planned)

    @pytest.mark.parametrize(("scope", "mode"), [(ALL, OPEN), (Scope(LDC), OPEN)])
    def test_for_what_is_so_changes_nothing_and_is_attended_to(
        self, hub: Platform, scope: Scope, mode: GatewayMode
    ) -> None:
        before = gateway(hub)
        assert ordering.change(hub.hub, scope, mode, AUTHOR) == Ordered(before, changed=False)
        assert list(hub.hub.processes.started) == [("gateway", "gateway-1")]

    def test_is_tried_eight_times(self, hub: Platform) -> None:
        never = Contested(hub.hub.state, touches("GATE"), fails=8, failing=(1,))
        with pytest.raises(StateBusyError, match="write contention in 8 attempts"):
            ordering.change(replace(hub.hub, state=never), ALL, HOLD, AUTHOR)
        late = Contested(hub.hub.state, touches("GATE"), fails=7, failing=(1,))
        ordered = ordering.change(replace(hub.hub, state=late), ALL, HOLD, AUTHOR)
        assert (ordered.gateway.version, ordered.changed) == (2, True)
        assert (never.refused, late.refused) == (8, 7)

    def test_starts_the_execution_that_attends_to_it(self, hub: Platform) -> None:
        hub.clock.advance(HOUR)
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        assert hub.hub.processes.started["gateway", "gateway-2"] == {
            "order": 2,
            "at": "2025-08-20T18:05:00.000Z",
        }

    def test_is_kept_in_the_history_with_who_when_and_why(self, hub: Platform) -> None:
        ordering.change(hub.hub, ALL, HOLD, AUTHOR)
        (change,) = committing.history(hub.hub.state)
        assert attributes_of(change) == {
            "schema": 1,
            "what": "ALL: OPEN to HOLD",
            "at": "2025-08-20T17:05:00.000Z",
            "by": "ann",
            "why": "new disks",
            "notice": "NT-2025-000001",
            "epoch": 1,
        }
