"""A look that dies anywhere is made again, and comes to the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from mdmr.exchange.ledger import receipts
from mdmr.synchronization.sets import attending, rows, sequence
from mdmr.synchronization.sets.attending import Outcome

from tests.support.crashing import Crash, Effect, Seen, watched
from tests.support.market import LDC, NOON
from tests.support.pictures import outbound
from tests.support.story import Platform
from tests.support.waiting_sets import complete, files, found, look, send, set_id
from tests.support.working import hub_with, work_messages

A, B = set_id("a"), set_id("b")


def taken() -> Platform:
    """Return a hub where it is the turn of a set, and another one waits behind it."""
    hub = hub_with([], at=NOON)
    look(hub, complete(hub, "b", 2))
    complete(hub, "a", 1)
    return hub


def rejected() -> Platform:
    """Return a hub where the wait of a set is over, and another one is held behind it."""
    hub = hub_with([], at=NOON)
    send(hub, files("a", 1), "00", "01")
    hub.clock.advance(timedelta(hours=1))
    look(hub, complete(hub, "b", 2))
    return hub


def picture(hub: Platform) -> Any:  # noqa: ANN401 - only compared
    """Return what a look has come to, to the eye of everyone."""
    work_messages(hub)
    each, line = found(hub, A), sequence.find(hub.hub.state, LDC)
    known = [receipts.find(hub.hub.state, file.receipt_id) for file in rows.files(hub.hub.state, A)]
    return (
        [(step.state, step.at, step.reason) for step in each.history],
        each.followed,
        (line.last, line.open, line.number, line.turned, line.waiting),
        [[step.state for step in one.history] for one in known if one],
        outbound(hub.hub),
    )


class DiesAt:
    """Lets so many effects happen, the last one too if it is `done`, and dies."""

    def __init__(self, number: int, *, done: bool) -> None:
        self._left, self._done = number, done

    def __call__(self, effect: Effect) -> Any:  # noqa: ANN401
        """Let an effect happen, or die."""
        if not effect.writes:
            return effect.happen()
        self._left -= 1
        if self._left > 0:
            return effect.happen()
        if self._done:
            effect.happen()
        raise Crash


@pytest.mark.parametrize("prepared", [taken, rejected])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_look_that_dies_at_any_write_is_made_good(prepared: Any, *, done: bool) -> None:  # noqa: ANN401
    whole, seen = prepared(), Seen()
    attending.look(watched(whole.hub, seen), A)
    wanted = picture(whole)
    writes = sum(effect.writes for effect in seen.effects)
    assert writes > 2
    for number in range(1, writes + 1):
        hub = prepared()
        with pytest.raises(Crash):
            attending.look(watched(hub.hub, DiesAt(number, done=done)), A)
        assert look(hub, A).outcome is not Outcome.WAIT
        assert picture(hub) == wanted, f"write {number}"


def test_a_wait_that_dies_after_its_token_is_noted_is_woken_as_any_other() -> None:
    hub = hub_with([], at=NOON)
    send(hub, files("a", 1), "00")
    left = look(hub, A).each
    dying = watched(hub.hub, DiesAt(1, done=True))
    with pytest.raises(Crash):
        attending.park(dying, A, "lost", revision=left.revision, latest=left.latest)
    attending.park(hub.hub, A, "token", revision=left.revision, latest=left.latest)
    send(hub, files("a", 1), "01")
    assert hub.hub.processes.woken == ["token"]
