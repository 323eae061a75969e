"""Decisions that owe more files than one commit holds, about to be carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mdmr.exchange.outbound import batches, plans
from mdmr.exchange.outbound.deliveries import Report, stage
from mdmr.ports.hub import Hub

from tests.support.call import Call
from tests.support.market import AGENT, LDC, NOON, end_authorization
from tests.support.story import platform

PLAN = "a decision"
# Two deliveries to one recipient, with the row of their names.
MAX_WRITES = 3


def reports(hub: Hub, recipients: tuple[str, ...] = (LDC, AGENT), each: int = 3) -> list[Report]:
    """Return reports about an LDC, one recipient after the other."""
    return [
        Report("IR06", LDC, recipient, f"{PLAN}#{number}", stage(hub.data, recipient, b"", 0))
        for recipient in recipients
        for number in range(each)
    ]


def decide(hub: Hub, owed: list[Report]) -> None:
    """Decide a plan for reports."""
    now, mandate = hub.clock.now(), hub.lease.mandate(PLAN)

    def planned() -> Iterator[plans.PlannedDelivery]:
        return plans.planned(hub.state, PLAN, owed, now)

    plan = plans.write(hub.data, PLAN, planned, now, mandate.epoch)
    hub.state.commit(mandate.check, *plans.decide(plan))


def carrying_out_a_plan() -> Call:
    """A plan of several batches, one of whose recipients may not be sent its files."""
    ready = platform()
    end_authorization(ready.hub, AGENT, "IR06", at=NOON)
    decide(ready.hub, reports(ready.hub, (LDC, AGENT), 2))
    return Call(ready, lambda hub: batches.run(hub, PLAN, max_writes=MAX_WRITES))


PLAN_CALLS: dict[str, Callable[[], Call]] = {"carrying out a plan": carrying_out_a_plan}
