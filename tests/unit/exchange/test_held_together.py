"""Uploads that share all but their version: while the gateway keeps them, none takes another's."""

from __future__ import annotations

import pytest
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger import held, receipts, slots
from mdmr.exchange.ledger.receipts import FileState
from mdmr.ports.authority import GatewayMode
from msgspec.structs import replace

from tests.support.gateway import set_mode
from tests.support.market import AGENT, LDC, name, request
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform


@pytest.fixture
def hub() -> Platform:
    closed = platform()
    set_mode(closed.hub, GatewayMode.HOLD)
    return closed


def test_two_versions_of_one_name_in_one_second_are_both_held(hub: Platform) -> None:
    sent = [hub.send(AGENT, name(), request(name(), sdp_id)) for sdp_id in ("SP-1", "SP-2")]
    assert sent[0].arrived == sent[1].arrived
    hub.settle()
    assert hub.dead == []
    known = [receipts.find(hub.hub.state, each.id) for each in sent]
    assert [each and each.state for each in known] == [FileState.HELD, FileState.HELD]
    found = [each.receipt_id for each in held.of_closure(hub.hub.state, 1)]
    assert sorted(found) == sorted(each.id for each in sent)


def test_the_earlier_of_them_is_accepted_when_the_gateway_opens(hub: Platform) -> None:
    sent = [hub.send(AGENT, name(), request(name(), sdp_id)) for sdp_id in ("SP-1", "SP-2")]
    hub.settle()
    set_mode(hub.hub, GatewayMode.OPEN)
    hub.pass_time(2 * HOUR)
    known = [receipts.find(hub.hub.state, each.id) for each in sent]
    assert sorted((each.state.value, each.code) for each in known if each) == [
        ("DONE", ""),
        ("REJECTED", "F011"),
    ]


def test_names_that_are_alike_once_cut_are_both_held(hub: Platform) -> None:
    """A name is cut and made printable in the key: what orders them may be the same."""
    odd = [f"{'x' * 300}{end}" for end in "ab"] + ["naïve", "naéve"]
    sent = [hub.send(AGENT, each, b"12345") for each in odd]
    hub.settle()
    assert hub.dead == []
    assert {state for state, _ in essence(hub.hub).files.values()} == {"HELD"}
    assert len(list(held.of_closure(hub.hub.state, 1))) == len(sent)


def test_two_versions_in_one_second_have_places_of_their_own_in_a_slot() -> None:
    hub = platform()
    first, second = (hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1")) for _ in range(2))
    receipt = take_in(hub.hub, first)
    slot = slots.Slot.of(receipt.work_id)
    other = replace(receipt, arrival=second)
    assert slots.member_key(slot, receipt) != slots.member_key(slot, other)
    assert slots.member_key(slot, receipt).sort.startswith(f"FILE#{LDC}#")
