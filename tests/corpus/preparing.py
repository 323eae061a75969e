"""What a case sets up before its upload, one step after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mdmr.calendar.period import Period
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Organization, Right, Role, with_received
from mdmr.organizations.parameters import EVERYONE, timeline_key
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Put, Update

from tests.support.corpus import Step, instant, made, span
from tests.support.gateway import set_mode
from tests.support.handled import Handled
from tests.support.market import ALWAYS, request, set_parameter
from tests.support.story import HOUR

# These steps change the hub for everyone; the others are about organizations of the case.
FOR_ALL = {"wait", "gateway", "parameter", "spoil"}


def prepare(platform: Handled, steps: Sequence[Step]) -> list[Arrival]:
    """Do the steps in order; return the uploads of which no event tells."""
    untold: list[Arrival] = []
    for step in steps:
        (kind,) = step.keys() & _STEPS.keys()
        arrival = _STEPS[kind](platform, step)
        if arrival is not None:
            untold.append(arrival)
    return untold


def _upload(platform: Handled, step: Step) -> Arrival | None:
    key = str(step["upload"])
    name = key.partition("/")[2]
    body = made(step["content"]) if "content" in step else request(name, "SP-CNRY4711-0")
    arrival = platform.upload(key, body)
    if step.get("untold"):
        return arrival
    platform.tell(arrival)
    platform.settle()
    return None


def _wait(platform: Handled, step: Step) -> None:
    """Let time pass, hour by hour at first only: what happens then happens in it."""
    time = span(step["wait"])
    first = min(time, HOUR)
    platform.pass_time(first)
    platform.clock.advance(time - first)


def _gateway(platform: Handled, step: Step) -> None:
    set_mode(platform.hub, GatewayMode(step["gateway"]))


def _parameter(platform: Handled, step: Step) -> None:
    set_parameter(platform.hub, step["parameter"], str(step["value"]), step.get("owner", EVERYONE))


def _organization(platform: Handled, step: Step) -> None:
    roles = frozenset(map(Role, step["roles"]))
    one = Organization(step["organization"], "Of the case", roles, _period(step))
    platform.hub.state.commit(Put(registry.item_of_organization(one)))


def _authorize(platform: Handled, step: Step) -> None:
    right = Right(step.get("right", Right.SUBMIT))
    row = Authorization(step["ldc"], step["authorize"], str(step["file_id"]), right, _period(step))
    for each in with_received([row]):
        platform.hub.state.commit(Put(registry.item_of_authorization(each)))


def _spoil(platform: Handled, step: Step) -> None:
    """Break something that intake reads, so that it fails at every try."""
    if step["spoil"] == "parameters":
        key = timeline_key("intake.max_mb", EVERYONE)
        broken: dict[str, Any] = {"settings": [{"since": "ever", "value": "many"}]}
    else:
        key, broken = registry.organization_key(step["spoil"]), {"roles": ["nothing known"]}
    platform.hub.state.commit(Update(key, set=broken))


def _period(step: Step) -> Period:
    start = instant(step["from"]) if "from" in step else ALWAYS.start
    return Period(start, instant(step["to"]) if "to" in step else None)


_STEPS: dict[str, Callable[[Handled, Step], Arrival | None]] = {
    "upload": _upload,
    "wait": _wait,
    "gateway": _gateway,
    "parameter": _parameter,
    "organization": _organization,
    "authorize": _authorize,
    "spoil": _spoil,
}
