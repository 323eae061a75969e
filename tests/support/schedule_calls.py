"""Every use case of schedules, each about to be called on a hub prepared for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound.resending import Asked
from mdmr.schedules.approving import answer
from mdmr.schedules.loading import load_schedules

from tests.support.call import QUARTER, Call
from tests.support.market import AGENT, LDC, NOON, framed, name, set_parameter
from tests.support.story import Platform, platform

SLOT = Slot("schedules", NOON.replace(minute=10))
_FILES = (
    ("DTL|BC01|20250901|20251001|A", "DTL|BC02|20250901|20251001|A"),
    ("DTL|BC01|20251001|20251001|A", "DTL|BC01|20250901|20251003|A", "DTL|"),
    ("DTL|BC01|20250901|20251002|U",),
    (),
)
_ASKED = Asked("a request", "test", "as agreed")


def _with_files(*asked: tuple[str, ...]) -> Platform:
    """Return a platform at the end of a slot with schedules in it, reports split at two lines."""
    ready = platform()
    set_parameter(ready.hub, "out.max_details", "2")
    for second, details in enumerate(asked):
        file_name = name("8000", at=f"202508201200{second:02d}")
        ready.send(AGENT, file_name, framed(file_name, details))
        ready.settle()
        ready.clock.advance(timedelta(seconds=1))
    ready.clock.move_to(SLOT.ends)
    close_slot(ready.hub, SLOT)
    return ready


def loading() -> Call:
    """The work on files that add, are rejected, change and say nothing."""
    until = SLOT.ends + QUARTER
    return Call(_with_files(*_FILES), lambda hub: load_schedules(hub, SLOT, LDC, until=until))


def approving() -> Call:
    """The approval of a file that waits for it."""
    return _answering(approved=True)


def refusing() -> Call:
    """The refusal of a file that waits for approval."""
    return _answering(approved=False)


def _answering(*, approved: bool) -> Call:
    ready = _with_files(_FILES[0])
    set_parameter(ready.hub, "schedule.approval", "on", owner=LDC)
    load_schedules(ready.hub, SLOT, LDC, until=SLOT.ends + QUARTER)
    (receipt,) = receipts.of_organization(ready.hub.state, AGENT)
    return Call(ready, lambda hub: answer(hub, receipt, _ASKED, approved=approved))


SCHEDULE_CALLS: dict[str, Callable[[], Call]] = {
    "loading schedules": loading,
    "approving a schedule": approving,
    "refusing a schedule": refusing,
}
