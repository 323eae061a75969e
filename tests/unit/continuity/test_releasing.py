"""Held files on their way in: only those that are held are handed over, nobody is let past them."""

from __future__ import annotations

from mdmr.continuity import gateway_item, ordering
from mdmr.continuity.gateway import ALL, Gateway
from mdmr.continuity.ordering import Author
from mdmr.continuity.releasing import count_held, hand_over
from mdmr.exchange.inbound import intake
from mdmr.exchange.ledger.receipts import Arrival, FileState
from mdmr.ports.authority import GatewayMode

from tests.support.market import AGENT, name, request
from tests.support.story import Platform, platform

AUTHOR = Author("ann", "new disks")


def opening() -> tuple[Platform, Gateway, Arrival]:
    """A hub that held one file and whose gateway is being opened; nothing was released yet."""
    hub = platform()
    ordering.change(hub.hub, ALL, GatewayMode.HOLD, AUTHOR)
    held = name()
    arrival = hub.send(AGENT, held, request(held, "SP-1"))
    hub.settle()
    ordering.change(hub.hub, ALL, GatewayMode.OPEN, AUTHOR)
    return hub, gateway_item.read(hub.hub.state), arrival


def handed_over(hub: Platform) -> int:
    """How many files wait for intake."""
    return len(hub.hub.arrivals_queue)


class TestHandingOver:
    def test_hands_over_what_is_held(self) -> None:
        hub, gateway, _ = opening()
        hand_over(hub.hub, gateway)
        assert handed_over(hub) == count_held(hub.hub, gateway) == 1

    def test_hands_over_nothing_that_was_decided_meanwhile(self) -> None:
        hub, gateway, arrival = opening()
        assert intake.release(hub.hub, arrival).state is FileState.ACCEPTED
        hand_over(hub.hub, gateway)
        assert handed_over(hub) == 0
        assert count_held(hub.hub, gateway) == 0


def test_releasing_lets_no_file_in_that_was_not_held() -> None:
    hub, _, _ = opening()
    new = name(at="20250820120100")
    arrival = hub.upload(f"{AGENT}/{new}", request(new, "SP-2"))
    assert intake.release(hub.hub, arrival).state is FileState.HELD
