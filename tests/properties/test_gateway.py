"""Laws of the gateway: however it opens and closes, the same becomes of every file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from mdmr.continuity import gateway_item, ordering
from mdmr.continuity.gateway import ALL, Scope
from mdmr.continuity.modes import refusal
from mdmr.continuity.ordering import Author
from mdmr.exchange.inbound.sweep import sweep
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.authority import GatewayMode

from tests.support.examples import examples
from tests.support.market import AGENT, LDC, framed, name, request
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform

OPEN, HOLD, REJECT = GatewayMode.OPEN, GatewayMode.HOLD, GatewayMode.REJECT
AUTHOR = Author("ann", "a law")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Sent:
    """A file that an organization sends: some names and some contents repeat."""

    sender: str
    name: str
    body: bytes


def _sent(sender: str, minute: int, content: int) -> Sent:
    file_name = name(sender=sender, at=f"20250820110{minute}00")
    return Sent(sender, file_name, request(file_name, f"SP-{content}"))


_BILLING = name("5000")
uploads = st.lists(
    st.builds(_sent, st.sampled_from([AGENT, LDC]), st.integers(0, 3), st.integers(0, 2))
    | st.just(Sent(AGENT, "odd", b"odd"))
    | st.just(Sent(AGENT, _BILLING, framed(_BILLING, []))),
    min_size=1,
    max_size=8,
)


def arrive(hub: Platform, sent: list[Sent]) -> list[Arrival]:
    """Let files arrive, a second apart; no event tells of them."""
    arrivals = []
    for each in sent:
        arrivals.append(hub.upload(f"{each.sender}/{each.name}", each.body))
        hub.clock.advance(SECOND)
    return arrivals


def one_after_the_other(sent: list[Sent]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return what becomes of files that are worked as they come by a gateway that is open."""
    hub = platform()
    for arrival in arrive(hub, sent):
        hub.tell(arrival)
        hub.settle()
    hub.pass_time(HOUR)
    return essence(hub.hub).files


@examples(60)
@given(uploads, st.data())
def test_files_that_come_while_it_is_closed_end_as_if_worked_one_after_the_other(
    sent: list[Sent], data: st.DataObject
) -> None:
    """Their events come in any order, several times; the gateway changes between any two."""
    hub = platform()
    ordering.change(hub.hub, ALL, HOLD, AUTHOR)
    hub.settle()
    arrivals = arrive(hub, sent)
    events = data.draw(st.permutations(arrivals + data.draw(st.lists(st.sampled_from(arrivals)))))
    scopes = st.sampled_from([Scope(LDC), Scope(AGENT), Scope("1000")])
    for arrival in events:
        hub.tell(arrival)
        if data.draw(st.booleans()):
            hub.settle()
        scope = data.draw(scopes)
        if data.draw(st.booleans()):
            mode = OPEN if _closed(hub, scope) else HOLD
            ordering.change(hub.hub, scope, mode, AUTHOR)
    for scope in (Scope(LDC), Scope(AGENT), Scope("1000"), ALL):
        ordering.change(hub.hub, scope, OPEN, AUTHOR)
    hub.settle()
    again = data.draw(st.lists(st.sampled_from(arrivals)))
    for arrival in again:
        hub.tell(arrival)
    hub.pass_time(HOUR)
    sweep(hub.hub)
    hub.settle()
    assert essence(hub.hub).files == one_after_the_other(sent)


@examples(60)
@given(uploads, st.data())
def test_every_file_is_decided_by_the_mode_in_which_its_first_event_came(
    sent: list[Sent], data: st.DataObject
) -> None:
    """Refused while it is REJECT and never again looked at; else as if the refused were not."""
    hub, refused, mode = platform(), [], OPEN
    for number, each in enumerate(sent):
        wanted = data.draw(st.sampled_from([OPEN, HOLD, REJECT]))
        if wanted is not mode and refusal(mode, wanted) is None:
            ordering.change(hub.hub, ALL, wanted, AUTHOR)
            mode = wanted
            hub.settle()
        (arrival,) = arrive(hub, [each])
        for _ in range(data.draw(st.integers(1, 3))):
            hub.tell(arrival)
        hub.settle()
        if mode is REJECT:
            refused.append(number)
    ordering.change(hub.hub, ALL, OPEN, AUTHOR)
    hub.pass_time(HOUR)
    ends = sorted(essence(hub.hub).files.items(), key=lambda end: end[0][1])
    assert {ends[number][1] for number in refused} <= {("REJECTED", "F000")}
    left = [each for number, each in enumerate(sent) if number not in refused]
    expected = sorted(one_after_the_other(left).items(), key=lambda end: end[0][1])
    found = [end for number, (_, end) in enumerate(ends) if number not in refused]
    assert found == [end for _, end in expected]


def _closed(hub: Platform, scope: Scope) -> bool:
    mode = gateway_item.read(hub.hub.state).of(scope)
    return mode is not None and mode.mode is not OPEN
