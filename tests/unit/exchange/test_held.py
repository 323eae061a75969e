from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.exchange.announcing.telling_held import WindowUnknownError, tell_held
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger import held, receipts
from mdmr.exchange.ledger.held import Window
from mdmr.organizations import registry
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Put
from msgspec.structs import replace

from tests.support.gateway import set_mode
from tests.support.market import (
    AGENT,
    ALWAYS,
    LDC,
    NOON,
    ORGANIZATIONS,
    OTHER_LDC,
    name,
    request,
    set_parameter,
)
from tests.support.pictures import outbound
from tests.support.story import Platform, platform

MINUTE = timedelta(minutes=1)
QUARTER = NOON.replace(minute=15)


@pytest.fixture
def hub() -> Platform:
    closed = platform()
    set_mode(closed.hub, GatewayMode.HOLD)
    return closed


def send(hub: Platform, file_name: str, sender: str = AGENT, content: bytes | None = None) -> None:
    hub.send(sender, file_name, request(file_name, "SP-1") if content is None else content)
    hub.settle()


def notices(hub: Platform) -> dict[str, list[str]]:
    """Return the lines of each notice about held files, by its key."""
    found = {}
    for key, body in outbound(hub.hub).items():
        lines = body.decode().splitlines()
        if "|HELD_FILES|" in lines[1]:
            found[key] = [split(line)[2] for line in lines if line.startswith("DTL")]
    return found


def test_a_sender_is_told_of_its_files_at_the_end_of_the_window(hub: Platform) -> None:
    send(hub, name())
    hub.clock.advance(MINUTE)
    send(hub, name(at="20250820110000"))
    assert notices(hub) == {}
    hub.pass_time(10 * MINUTE)
    (lines,) = notices(hub).values()
    receipt = next(receipts.of_organization(hub.hub.state, AGENT, newest_first=False))
    assert lines[0] == f"{name()} {receipt.arrival.size} {receipt.sha256}"
    assert [line.split()[0] for line in lines] == [name(), name(at="20250820110000")]


def test_the_notice_counts_from_the_first_of_its_files(hub: Platform) -> None:
    hub.clock.advance(MINUTE)
    send(hub, name())
    hub.clock.advance(MINUTE)
    send(hub, name(at="20250820110000"))
    hub.pass_time(10 * MINUTE)
    (key,) = notices(hub)
    header = split(outbound(hub.hub)[key].decode().splitlines()[1])
    assert header[11] == "20250820120600"


def test_each_sender_is_told_of_its_own(hub: Platform) -> None:
    send(hub, name())
    send(hub, name(sender=LDC), LDC)
    hub.pass_time(10 * MINUTE)
    told = {key.partition("/")[0]: len(lines) for key, lines in notices(hub).items()}
    assert told == {AGENT: 1, LDC: 1}


def test_the_next_window_tells_of_the_next_files(hub: Platform) -> None:
    send(hub, name())
    hub.pass_time(15 * MINUTE)
    send(hub, name(at="20250820110000"))
    hub.pass_time(15 * MINUTE)
    assert [len(lines) for lines in notices(hub).values()] == [1, 1]


def test_the_length_of_a_window_is_a_parameter(hub: Platform) -> None:
    set_parameter(hub.hub, "gateway.held_notice_min", "5")
    hub.clock.advance(MINUTE)
    send(hub, name())
    hub.pass_time(4 * MINUTE)
    assert len(notices(hub)) == 1


def test_a_file_that_is_told_again_is_not_told_again(hub: Platform) -> None:
    send(hub, name())
    for arrival in (each.arrival for each in receipts.of_organization(hub.hub.state, AGENT)):
        hub.tell(arrival)
    hub.pass_time(60 * MINUTE)
    assert [len(lines) for lines in notices(hub).values()] == [1]


@pytest.mark.parametrize(
    ("names", "org_1"),
    [
        ([name(), name(at="20250820110000")], LDC),
        ([name(), name(ldc=OTHER_LDC)], AGENT),
        ([name(), "odd"], AGENT),
    ],
)
def test_a_notice_is_named_for_the_one_ldc_of_all_its_files(
    hub: Platform, names: list[str], org_1: str
) -> None:
    for each in names:
        send(hub, each)
    hub.pass_time(10 * MINUTE)
    (key,) = notices(hub)
    assert key.startswith(f"{AGENT}/{org_1}.{AGENT}.NT01.00.")


@pytest.mark.parametrize("odd", ["naïve|name", "x" * 400, "y", ""])
def test_an_odd_name_makes_no_odd_line(hub: Platform, odd: str) -> None:
    send(hub, odd, content=b"12345")
    hub.pass_time(10 * MINUTE)
    ((line,),) = notices(hub).values()
    shown, size, digest = line.rsplit(" ", 2)
    assert (size, len(digest), len(line) <= 200) == ("5", 64, True)
    assert shown == (odd.replace("ï", "??").replace("|", "?") or "?")[: len(shown)]


@pytest.mark.parametrize("prefix", ["ORG99999", "nobody", "n" * 300])
def test_nobody_is_told_where_nobody_could_fetch_it(hub: Platform, prefix: str) -> None:
    send(hub, "odd", prefix)
    hub.pass_time(60 * MINUTE)
    assert notices(hub) == {}
    assert hub.failed_runs == []


def test_an_organization_that_is_not_active_is_told_by_its_final_state_only(hub: Platform) -> None:
    agent = next(each for each in ORGANIZATIONS if each.org_id == AGENT)
    former = replace(agent, active=replace(ALWAYS, end=datetime(2025, 1, 1, tzinfo=NOON.tzinfo)))
    hub.hub.state.commit(Put(registry.item_of_organization(former)))
    send(hub, name())
    hub.pass_time(60 * MINUTE)
    assert notices(hub) == {}


def test_a_window_is_not_told_before_its_end(hub: Platform) -> None:
    send(hub, name())
    assert tell_held(hub.hub, Window(1, AGENT, QUARTER)) == QUARTER


def test_a_window_without_files_is_unknown(hub: Platform) -> None:
    hub.clock.move_to(QUARTER)
    with pytest.raises(WindowUnknownError):
        tell_held(hub.hub, Window(1, AGENT, QUARTER))


def test_all_files_of_a_closure_come_in_order_of_arrival(hub: Platform) -> None:
    names = [("b", AGENT), ("a", AGENT), (name(sender=LDC), LDC), ("c", "nobody")]
    for each, sender in names:
        send(hub, each, sender)
        hub.clock.advance(7 * MINUTE)
    found = [each.line.split()[0] for each in held.of_closure(hub.hub.state, 1)]
    assert found == [each for each, _ in names]
    assert list(held.of_closure(hub.hub.state, 2)) == []
