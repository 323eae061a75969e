"""A notice to more than one unit of recipients comes to its end, whatever is set meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from mdmr.exchange.announcing import notices
from mdmr.exchange.announcing.notices import Draft, NoticeKind
from mdmr.exchange.announcing.spreading import spread
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.organizations.parameters import Setting, Timeline, item_of_timeline
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import Put

from tests.support.crashing import At, Crash, Effect, watched
from tests.support.market import NOON
from tests.support.story import platform

FIRST, MANY = "ORG70000", tuple(f"ORG7{number:04}" for number in range(14))
LINES = ("one", "two", "three", "four", "five")
DRAFT = Draft(
    kind=NoticeKind.OUTAGE_PLANNED,
    subject="A planned outage",
    effective_from=NOON,
    recipients=MANY,
    text=LINES,
)


class DiesAtSecondCommit(At):
    """Lets the worker die at its second commit."""

    def __call__(self, effect: Effect) -> Any:  # noqa: ANN401
        if effect.name == "state.commit":
            self.number -= 1
            if self.number < 0:
                raise Crash(effect.name)
        return effect.happen()


def set_smaller(hub: Hub, seconds: int) -> None:
    """Set how many rows a file of the first recipient takes, from so long after the decision."""
    start = hub.clock.now() + timedelta(seconds=seconds)
    put = item_of_timeline(Timeline("out.max_details", FIRST, (Setting(start, "2"),)))
    hub.state.commit(Put(put))


@pytest.mark.parametrize("seconds", [-60, 0, 60], ids=["past", "same second", "later"])
def test_files_that_change_between_two_units_keep_no_notice_from_its_end(seconds: int) -> None:
    hub = platform().hub
    notice_id = notices.next_id(hub.state, hub.clock.now())
    _, writes = notices.decide(
        notice_id, DRAFT, environment=hub.environment, now=hub.clock.now(), epoch=1
    )
    hub.state.commit(*writes)
    with pytest.raises(Crash):
        spread(watched(hub, DiesAtSecondCommit(number=1)), notice_id)
    set_smaller(hub, seconds)
    spread(hub, notice_id)
    found = notices.find(hub.state, notice_id)
    assert found is not None
    assert found.done
    told = [
        from_item(Delivery, item).report.recipient
        for item in hub.state.items()
        if item["sk"] == "DELIVERY"
    ]
    assert set(told) == set(MANY)
    # In the second of the decision nothing can change any more.
    assert seconds < 0 or len(told) == len(MANY)
