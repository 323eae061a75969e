"""Every use case of the gateway, each about to be called on a hub prepared for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from mdmr.calendar.instants import EST
from mdmr.continuity import ordering
from mdmr.continuity.attending import attend
from mdmr.continuity.gateway import ALL, Gateway, Scope
from mdmr.continuity.ordering import Author, Wish
from mdmr.continuity.turning import Drain
from mdmr.exchange.announcing.spreading import spread
from mdmr.exchange.announcing.telling_held import tell_held
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.held import Window
from mdmr.organizations import registry
from mdmr.ports.authority import GatewayMode
from mdmr.ports.hub import Hub
from mdmr.ports.state import Put

from tests.faults.call import QUARTER, Call
from tests.faults.gateway import set_mode
from tests.faults.market import AGENT, LDC, NOON, ORGANIZATIONS, name, request
from tests.faults.story import Platform, platform

OPEN, DRAIN, HOLD, REJECT = (
    GatewayMode.OPEN,
    GatewayMode.DRAIN,
    GatewayMode.HOLD,
    GatewayMode.REJECT,
)
AUTHOR = Author("ann", "new disks")
AT_ONE = NOON.replace(hour=13, minute=0)
AT_TWO = NOON.replace(hour=14, minute=0)
SECOND = timedelta(seconds=1)


def order(hub: Hub, mode: GatewayMode, scope: Scope = ALL) -> Gateway:
    """Order a mode; after DRAIN comes HOLD."""
    drain = Drain(HOLD) if mode is DRAIN else None
    return ordering.change(hub, scope, mode, AUTHOR, drain=drain)


def _keep_in_mind(ready: Platform) -> None:
    """Let the execution that was started wait for the test instead of for the platform."""
    ready.hub.processes.started.clear()


def _with_held_files() -> Platform:
    """Return a platform whose gateway is closed, with held files: one name twice, and two more."""
    ready = platform()
    order(ready.hub, HOLD)
    later = name(at="20250820120001")
    for sender, file_name, sdp_id in (
        (AGENT, name(), "SP-1"),
        (AGENT, name(), "SP-2"),
        (AGENT, "odd", "SP-3"),
        (LDC, name(sender=LDC), "SP-1"),
        (AGENT, later, "SP-1"),
    ):
        ready.send(sender, file_name, request(file_name, sdp_id))
        ready.clock.advance(SECOND)
    ready.settle()
    return ready


def holding() -> Call:
    """Intake of a file while the gateway is closed."""
    ready = platform()
    set_mode(ready.hub, HOLD)
    arrival = ready.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
    return Call(ready, lambda hub: take_in(hub, arrival))


def closing_in_an_emergency() -> Call:
    """The order HOLD."""
    return Call(platform(), lambda hub: order(hub, HOLD))


def ordering_to_drain() -> Call:
    """The order DRAIN, with a file inside."""
    ready = platform()
    ready.send(AGENT, name(), request(name(), "SP-1"))
    ready.settle()
    return Call(ready, lambda hub: order(hub, DRAIN))


def closing_to_one() -> Call:
    """The order HOLD for one LDC."""
    return Call(platform(), lambda hub: order(hub, HOLD, Scope(LDC)))


def opening() -> Call:
    """The order OPEN, with held files."""
    return Call(_with_held_files(), lambda hub: order(hub, OPEN))


def letting_in() -> Call:
    """What an opening brings: held files in their order, then new ones."""
    ready = _with_held_files()
    gateway = order(ready.hub, OPEN)
    until = ready.clock.now() + QUARTER
    return Call(ready, lambda hub: attend(hub, gateway.order, until))


def planning() -> Call:
    """The making of a plan."""
    wish = Wish(ALL, HOLD, AT_ONE, AT_TWO, AT_ONE - QUARTER)
    return Call(platform(), lambda hub: ordering.plan(hub, wish, AUTHOR))


def _planned() -> tuple[Platform, str]:
    ready = platform()
    wish = Wish(ALL, HOLD, AT_ONE, AT_TWO, AT_ONE - QUARTER)
    made = ordering.plan(ready.hub, wish, AUTHOR)
    ready.settle()
    return ready, made.id


def cancelling() -> Call:
    """The cancelling of a plan that has not begun."""
    ready, plan = _planned()
    return Call(ready, lambda hub: ordering.cancel(hub, plan, AUTHOR))


def cancelling_while_it_drains() -> Call:
    """The cancelling of a plan that drains, with a file inside."""
    ready, plan = _planned()
    ready.clock.move_to(AT_ONE - QUARTER - SECOND)
    ready.send(AGENT, name(), request(name(), "SP-1"))
    ready.pass_time(SECOND)
    return Call(ready, lambda hub: ordering.cancel(hub, plan, AUTHOR))


def beginning_a_plan() -> Call:
    """The draining that a plan begins, with nothing inside: it closes at once."""
    ready, _ = _planned()
    ready.clock.move_to(AT_ONE - QUARTER)
    return Call(ready, lambda hub: attend(hub, 2, AT_ONE))


def ending_a_plan() -> Call:
    """The opening at the planned end, with a held file."""
    ready, _ = _planned()
    ready.pass_time(timedelta(hours=1))
    late = name(at="20250820130000")
    ready.send(AGENT, late, request(late, "SP-1"))
    ready.settle()
    ready.clock.move_to(AT_TWO)
    return Call(ready, lambda hub: attend(hub, 2, AT_TWO + QUARTER))


def overtaking_a_plan() -> Call:
    """The time of a plan at which the gateway is closed already."""
    ready, _ = _planned()
    gateway = order(ready.hub, HOLD)
    ready.settle()
    ready.clock.move_to(AT_ONE)
    return Call(ready, lambda hub: attend(hub, gateway.order, AT_ONE + QUARTER))


def telling_held_files() -> Call:
    """The notice of a window of held files."""
    ready = _with_held_files()
    _keep_in_mind(ready)
    window = Window(1, AGENT, NOON.replace(minute=15).astimezone(EST))
    ready.clock.move_to(window.ends)
    return Call(ready, lambda hub: tell_held(hub, window))


def telling_many() -> Call:
    """A notice for more organizations than one commit holds."""
    ready = platform()
    for number in range(60, 68):
        each = replace(ORGANIZATIONS[0], org_id=f"ORG000{number}")
        ready.hub.state.commit(Put(registry.item_of_organization(each)))
    gateway = order(ready.hub, HOLD)
    _keep_in_mind(ready)
    return Call(ready, lambda hub: spread(hub, gateway.telling[0]))


GATEWAY_CALLS: dict[str, Callable[[], Call]] = {
    "holding": holding,
    "closing in an emergency": closing_in_an_emergency,
    "ordering to drain": ordering_to_drain,
    "closing to one": closing_to_one,
    "opening": opening,
    "letting in": letting_in,
    "planning": planning,
    "cancelling": cancelling,
    "cancelling while it drains": cancelling_while_it_drains,
    "beginning a plan": beginning_a_plan,
    "ending a plan": ending_a_plan,
    "overtaking a plan": overtaking_a_plan,
    "telling held files": telling_held_files,
    "telling many": telling_many,
}
