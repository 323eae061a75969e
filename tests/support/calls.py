"""Every use case of the hub, each about to be called on a hub prepared for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from mdmr.calendar.instants import EST
from mdmr.exchange.inbound import uploads
from mdmr.exchange.inbound.intake import refuse_for_good, take_in
from mdmr.exchange.inbound.routing import route
from mdmr.exchange.inbound.runs import close_slot, fail_file, finish_slot
from mdmr.exchange.inbound.sweep import sweep
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.publishing import publish
from mdmr.exchange.outbound.resending import Asked, deliver_after_all, resend
from mdmr.exchange.outbound.states import WITHHELD
from mdmr.identifiers.answering import answer_requests
from mdmr.identifiers.summarizing import summarize
from mdmr.operation import document
from mdmr.operation.commands import answer
from mdmr.operation.faults import Raw
from mdmr.operation.plan import apply
from mdmr.operation.taking_up import take_up
from mdmr.ports.authority import GatewayMode
from mdmr.ports.hub import Hub
from mdmr.stores.memory.hub import REGION

from tests.support.call import QUARTER, Call
from tests.support.crashing import Effect, watched
from tests.support.gateway import set_mode
from tests.support.gateway_calls import GATEWAY_CALLS
from tests.support.market import (
    AGENT,
    LDC,
    NOON,
    end_authorization,
    framed,
    name,
    request,
    set_parameter,
)
from tests.support.plan_calls import PLAN_CALLS
from tests.support.schedule_calls import SCHEDULE_CALLS
from tests.support.story import ERROR, Platform, platform

SLOT_END = NOON.replace(minute=15)
SLOT = Slot("identifiers", SLOT_END)
POISON = "SP-POISON"
_Asked: TypeAlias = tuple[str, tuple[str, ...]]


def routing() -> Call:
    """Routing of three uploads of which two are in one line."""
    ready = platform()
    files = (f"{AGENT}/{name()}", f"{AGENT}/{name(at='20250820120001')}", f"{LDC}/odd")
    arrivals = [ready.upload(key, request(key.partition("/")[2], "SP-1")) for key in files]
    messages = {each.id: uploads.message_of(each) for each in arrivals}
    return Call(ready, lambda hub: route(hub, messages))


def taking_in() -> Call:
    """Intake of a request file that will be accepted."""
    ready = platform()
    arrival = ready.upload(f"{AGENT}/{name()}", request(name(), "SP-1", "SP-2"))
    return Call(ready, lambda hub: take_in(hub, arrival))


def refusing() -> Call:
    """Intake of a file that is refused: a name that was accepted before."""
    ready = platform()
    ready.send(AGENT, name(), request(name(), "SP-1"))
    ready.settle()
    arrival = ready.upload(f"{AGENT}/{name()}", request(name(), "SP-2"))
    return Call(ready, lambda hub: take_in(hub, arrival))


def taking_in_without_process() -> Call:
    """Intake of a file that no process works yet."""
    ready = platform()
    billing = name("5000")
    arrival = ready.upload(f"{AGENT}/{billing}", framed(billing, ["DTL|BC01|20260101"]))
    return Call(ready, lambda hub: take_in(hub, arrival))


def taking_in_held() -> Call:
    """Intake of a held file, the gateway being open again."""
    ready = platform()
    set_mode(ready.hub, GatewayMode.HOLD)
    arrival = ready.send(AGENT, name(), request(name(), "SP-1"))
    ready.settle()
    set_mode(ready.hub, GatewayMode.OPEN)
    return Call(ready, lambda hub: take_in(hub, arrival))


def giving_up() -> Call:
    """The refusal for good of a file that intake failed at."""
    ready = platform()
    arrival = ready.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
    return Call(ready, lambda hub: refuse_for_good(hub, arrival))


def giving_up_what_is_gone() -> Call:
    """The refusal for good of a file whose version is gone, by what its message tells."""
    ready = platform()
    message = uploads.message_of(ready.upload(f"{AGENT}/{name()}", b"gone"))
    ready.hub.inbound._versions.clear()
    return Call(
        ready, lambda hub: refuse_for_good(hub, uploads.arrival_at_last(hub.inbound, message))
    )


_LONG: _Asked = (AGENT, ("SP-1", "SP-2", "SP-1"))
_OTHER: _Asked = (LDC, ("SP-2",))
_EMPTY: _Asked = (AGENT, ())


def _with_files(*asked: _Asked) -> Platform:
    """Return a platform at the end of a slot with files of an LDC in it, split at two records."""
    ready = platform()
    set_parameter(ready.hub, "out.max_details", "2")
    for second, (sender, sdp_ids) in enumerate(asked):
        file_name = name(sender=sender, at=f"202508201200{second:02d}")
        ready.send(sender, file_name, request(file_name, *sdp_ids))
    ready.settle()
    ready.clock.move_to(SLOT_END)
    return ready


def closing() -> Call:
    """The closing of a slot."""
    return Call(_with_files(_LONG, _OTHER), lambda hub: close_slot(hub, SLOT))


def answering() -> Call:
    """The answers to two files, one in two parts, with a pair that stands in both."""
    ready = _with_files(_LONG, _OTHER)
    close_slot(ready.hub, SLOT)
    until = SLOT_END + QUARTER
    return Call(ready, lambda hub: answer_requests(hub, SLOT, LDC, until=until))


def summarizing() -> Call:
    """The summaries of two submitters, one in two parts."""
    ready = _with_files(_LONG, _OTHER, _EMPTY, _EMPTY)
    close_slot(ready.hub, SLOT)
    answer_requests(ready.hub, SLOT, LDC, until=SLOT_END + QUARTER)
    return Call(ready, lambda hub: summarize(hub, SLOT, LDC))


def finishing() -> Call:
    """The end of a slot's run."""
    ready = summarizing().platform
    summarize(ready.hub, SLOT, LDC)
    return Call(ready, lambda hub: finish_slot(hub, SLOT))


def poison(effect: Effect) -> Any:  # noqa: ANN401 - as any effect
    """Fail whenever a number is wanted for one certain SDP."""
    if effect.name == "directory.put_all_new":
        (items,) = effect.arguments
        if any(item["sdp_id"] == POISON for item in items):
            raise RuntimeError(POISON)
    return effect.happen()


def failing() -> Call:
    """The setting aside of a file that cannot be answered, with neighbours behind it."""
    ready = platform()
    for minute, sdp_id in enumerate((POISON, "SP-1", "SP-2")):
        file_name = name(at=f"2025082012{minute:02d}00")
        ready.send(AGENT, file_name, request(file_name, sdp_id))
        ready.clock.advance(timedelta(seconds=1))
    ready.settle()
    ready.clock.move_to(SLOT_END)
    ready.worker = watched(ready.hub, poison)
    close_slot(ready.hub, SLOT)
    try:
        answer_requests(ready.worker, SLOT, LDC, until=SLOT_END + QUARTER)
    except RuntimeError:
        return Call(ready, lambda hub: fail_file(hub, SLOT, LDC, ERROR))
    raise AssertionError


def failed() -> tuple[Platform, Receipt]:
    """Return a platform with a file that failed; its cause is mended, its neighbours are done."""
    call = failing()
    call.on(call.platform.worker)
    ready = call.platform
    ready.worker = ready.hub
    ready.settle()
    (found,) = (
        each
        for each in receipts.of_organization(ready.hub.state, AGENT)
        if each.state is FileState.FAILED
    )
    return ready, found


def taking_a_failed_file_up() -> Call:
    """The decision to work a file again that failed inside."""
    ready, file = failed()

    def call(hub: Hub) -> Receipt:
        return take_up(hub, receipts.find(hub.state, file.id) or file, ASKED)

    return Call(ready, call)


def publishing() -> Call:
    """The publishing of a decided delivery."""
    ready = platform()
    take_in(ready.hub, ready.upload(f"{AGENT}/odd", b"odd"))
    (message,) = ready.hub.publish_queue.receive()
    return Call(ready, lambda hub: publish(hub, message["delivery"]))


def blocked(ready: Platform, minutes: int) -> Platform:
    """Let no object be written to the outbound bucket for some minutes."""
    until = ready.clock.now() + timedelta(minutes=minutes)

    def around(effect: Effect) -> Any:  # noqa: ANN401 - as any effect
        if effect.name == "outbound.put_new" and ready.clock.now() < until:
            raise RuntimeError(effect.name)
        return effect.happen()

    ready.worker = watched(ready.hub, around)
    return ready


def _owed(ready: Platform) -> str:
    """Return the id of a delivery that is decided and not yet made."""
    take_in(ready.hub, ready.upload(f"{AGENT}/odd", b"odd"))
    (message,) = ready.hub.publish_queue.receive()
    return str(message["delivery"])


def failing_to_publish() -> Call:
    """A try of a delivery that fails, and the one ten minutes later that does not."""
    ready = blocked(platform(), minutes=5)
    delivery_id = _owed(ready)
    return Call(ready, lambda hub: publish(hub, delivery_id))


def giving_a_delivery_up() -> Call:
    """The last try of a delivery, which fails too."""
    ready = blocked(platform(), minutes=60)
    set_parameter(ready.hub, "out.retry_min", "10")
    delivery_id = _owed(ready)
    publish(ready.worker, delivery_id)
    ready.clock.advance(timedelta(minutes=10))
    ready.hub.publish_queue.receive()
    return Call(ready, lambda hub: publish(hub, delivery_id))


def withholding() -> Call:
    """The announcement of a delivery whose recipient is not entitled."""
    ready = summarizing().platform
    end_authorization(ready.hub, AGENT, "IR01", at=NOON)
    summarize(ready.hub, SLOT, LDC)
    owed = [message["delivery"] for message in ready.hub.publish_queue.receive(99)]
    withheld = next(
        each
        for each in owed
        if (found := deliveries.find(ready.hub.state, each)) and found.state == WITHHELD
    )
    for each in owed:
        if each != withheld:
            ready.hub.publish_queue.send({"delivery": each})
    return Call(ready, lambda hub: publish(hub, withheld))


def _delivered() -> tuple[Platform, Delivery]:
    ready = platform()
    return ready, _published(ready.hub, _owed(ready))


def _published(hub: Hub, delivery_id: str) -> Delivery:
    delivery = publish(hub, delivery_id)
    assert delivery is not None
    return delivery


ASKED = Asked("a request", "test", "the LDC lost it")


def asking_for_a_resend() -> Call:
    """The decision to send a file again."""
    ready, delivery = _delivered()
    return Call(ready, lambda hub: resend(hub, delivery, ASKED))


def sending_again() -> Call:
    """The publishing of a resend."""
    ready, delivery = _delivered()
    again = resend(ready.hub, delivery, ASKED)
    ready.hub.publish_queue.receive()
    return Call(ready, lambda hub: publish(hub, again.id))


def taking_up_what_was_given_up() -> Call:
    """The decision to deliver what was given up, the cause being mended."""
    ready = blocked(platform(), minutes=1)
    set_parameter(ready.hub, "out.retry_min", "0")
    given_up = _published(ready.worker, _owed(ready))
    ready.clock.advance(timedelta(minutes=1))
    return Call(ready, lambda hub: deliver_after_all(hub, _as_it_is(hub, given_up), ASKED))


def _as_it_is(hub: Hub, delivery: Delivery) -> Delivery:
    return deliveries.find(hub.state, delivery.id) or delivery


def sweeping() -> Call:
    """A sweep that finds an upload, a decision, a delivery and a run that were all lost."""
    ready = platform()
    hub = ready.hub
    ready.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
    ready.send(AGENT, "odd", b"odd")
    ready.settle()
    other = name(sender=LDC)
    take_in(hub, ready.upload(f"{LDC}/{other}", request(other, "SP-2")))
    hub.processes.started.clear()
    take_in(hub, ready.upload(f"{AGENT}/odd", b"odd again"))
    hub.publish_queue.receive()
    ready.clock.move_to(NOON.replace(hour=13, minute=0).astimezone(EST))
    return Call(ready, sweep)


_DOCUMENT: Raw = {
    "organizations": [
        {"org_id": "ORG55555", "name": "New Hydro", "roles": ["LDC"]},
        {"org_id": AGENT, "name": "Billing Services Inc", "roles": ["AGENT", "ESP"]},
    ],
    "authorizations": [
        {"ldc": "ORG55555", "organization": AGENT, "file_id": "1000", "right": "SUBMIT"}
    ],
    "parameters": {"global": {"usdp.run_min": 30}, AGENT: {"out.max_details": 5}},
    "universal_sdp_ids": [
        {"ldc": "ORG55555", "sdp_id": "SP-1", "universal_sdp_id": "48217730"},
        {"ldc": "ORG55555", "sdp_id": "SP-2", "universal_sdp_id": "48217731", "issued": False},
    ],
}


def applying() -> Call:
    """The application of a document to a hub that has some of it already."""
    wanted, _ = document.read(_DOCUMENT)
    if wanted is None:
        raise AssertionError
    return Call(platform(), lambda hub: apply(hub, wanted, by="test"))


def operating() -> Call:
    """An operator's command, to the filing of its evidence."""
    order = {"action": "gateway.change", "by": "test", "mode": "HOLD", "why": "trouble"}
    return Call(platform(), lambda hub: answer(hub, order, REGION))


CALLS: dict[str, Callable[[], Call]] = {
    "routing": routing,
    "taking in": taking_in,
    "refusing": refusing,
    "taking in without process": taking_in_without_process,
    "taking in what was held": taking_in_held,
    "giving up": giving_up,
    "giving up what is gone": giving_up_what_is_gone,
    "closing": closing,
    "answering": answering,
    "failing": failing,
    "taking a failed file up": taking_a_failed_file_up,
    "summarizing": summarizing,
    "finishing": finishing,
    "publishing": publishing,
    "failing to publish": failing_to_publish,
    "giving a delivery up": giving_a_delivery_up,
    "withholding": withholding,
    "asking for a resend": asking_for_a_resend,
    "sending again": sending_again,
    "taking up what was given up": taking_up_what_was_given_up,
    "sweeping": sweeping,
    "applying": applying,
    "operating": operating,
    **GATEWAY_CALLS,
    **PLAN_CALLS,
    **SCHEDULE_CALLS,
}
