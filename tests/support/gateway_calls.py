"""Every use case of the gateway, each about to be called on a hub prepared for it."""

from __future__ import annotations

from collections.abc import Callable
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
from mdmr.exchange.inbound.runs import close_slot, finish_slot
from mdmr.exchange.ledger.held import Window
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers.answering import answer_requests
from mdmr.organizations import registry
from mdmr.ports.authority import GatewayMode
from mdmr.ports.hub import Hub
from mdmr.ports.state import Put
from msgspec.structs import replace

from tests.support.call import QUARTER, Call
from tests.support.gateway import set_mode
from tests.support.market import AGENT, LDC, NOON, ORGANIZATIONS, name, request, set_parameter
from tests.support.story import Platform, platform

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
    return ordering.change(hub, scope, mode, AUTHOR, drain=drain).gateway


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


def _with_kept_files() -> tuple[Platform, Slot]:
    """Return a platform in HOLD at a slot's end: a file answered, one half, one not; one held."""
    ready = platform()
    set_parameter(ready.hub, "out.max_details", "2")
    for second, sdp_ids in enumerate((("SP-1",), ("SP-2", "SP-3", "SP-2"), ("SP-3",))):
        file_name = name(at=f"202508201200{second:02d}")
        ready.send(AGENT, file_name, request(file_name, *sdp_ids))
        ready.settle()
        ready.clock.advance(SECOND)
    slot = Slot("identifiers", NOON.replace(minute=15))
    ready.clock.move_to(slot.ends)
    close_slot(ready.hub, slot)
    for _ in range(2):
        answer_requests(ready.hub, slot, LDC, until=slot.ends - SECOND)
    order(ready.hub, HOLD)
    late = name(sender=LDC)
    ready.send(LDC, late, request(late, "SP-1"))
    return ready, slot


def leaving_to_the_gateway() -> Call:
    """The end of a run in HOLD."""
    ready, slot = _with_kept_files()
    return Call(ready, lambda hub: finish_slot(hub, slot))


def going_on() -> Call:
    """What an opening brings with files inside: their runs again, then held files."""
    ready, slot = _with_kept_files()
    ready.settle()
    gateway = order(ready.hub, OPEN)
    return Call(ready, lambda hub: attend(hub, gateway.order, slot.ends + QUARTER))


def going_on_in_reject() -> Call:
    """What REJECT after HOLD brings with files inside."""
    ready, slot = _with_kept_files()
    ready.settle()
    gateway = order(ready.hub, REJECT)
    return Call(ready, lambda hub: attend(hub, gateway.order, slot.ends + QUARTER))


def planning() -> Call:
    """The making of a plan."""
    wish = Wish(ALL, HOLD, AT_ONE, AT_TWO, AT_ONE - QUARTER)
    return Call(platform(), lambda hub: ordering.plan(hub, wish, AUTHOR))


def _planned() -> tuple[Platform, str]:
    ready = platform()
    wish = Wish(ALL, HOLD, AT_ONE, AT_TWO, AT_ONE - QUARTER)
    made = ordering.plan(ready.hub, wish, AUTHOR).plan
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
    "leaving to the gateway": leaving_to_the_gateway,
    "going on": going_on,
    "going on in REJECT": going_on_in_reject,
    "planning": planning,
    "cancelling": cancelling,
    "cancelling while it drains": cancelling_while_it_drains,
    "beginning a plan": beginning_a_plan,
    "ending a plan": ending_a_plan,
    "overtaking a plan": overtaking_a_plan,
    "telling held files": telling_held_files,
    "telling many": telling_many,
}
