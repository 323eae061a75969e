"""Files inside, accepted and not worked to the end: in HOLD the gateway keeps them as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.calendar.instants import from_text
from mdmr.continuity import draining, gateway_item, ordering
from mdmr.continuity.gateway import ALL, Scope
from mdmr.continuity.ordering import Author
from mdmr.continuity.turning import Drain
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.inbound.runs import close_slot, fail_file
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState
from mdmr.identifiers.answering import answer_requests
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Item

from tests.support.call import QUARTER
from tests.support.calls import SLOT, SLOT_END, failing
from tests.support.market import AGENT, LDC, OTHER_LDC, name, request, set_parameter
from tests.support.pictures import essence, outbound
from tests.support.story import ERROR, HOUR, Platform, platform

OPEN, DRAIN, HOLD, REJECT = (
    GatewayMode.OPEN,
    GatewayMode.DRAIN,
    GatewayMode.HOLD,
    GatewayMode.REJECT,
)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def hub() -> Platform:
    return platform()


def ask(hub: Platform, *sdp_ids: str, sender: str = AGENT, ldc: str = LDC, at: int = 0) -> str:
    """Send a 1000 and return its name."""
    file_name = name(ldc=ldc, sender=sender, at=f"202508201200{at:02d}")
    hub.send(sender, file_name, request(file_name, *sdp_ids))
    hub.settle()
    hub.clock.advance(SECOND)
    return file_name


def order(hub: Platform, mode: GatewayMode, scope: Scope = ALL) -> None:
    drain = Drain(HOLD) if mode is DRAIN else None
    ordering.change(hub.hub, scope, mode, Author("ann", "new disks"), drain=drain)
    hub.settle()


def states(hub: Platform) -> dict[str, str]:
    found = essence(hub.hub).files
    return {key.partition("/")[2]: state for (key, _), (state, _) in found.items()}


def files(hub: Platform, file_id: str) -> list[list[str]]:
    """Return the lines of every outbound file of a type, by the time in its name."""
    found = sorted(outbound(hub.hub).items(), key=lambda each: each[0].split(".")[4])
    return [body.decode().splitlines() for key, body in found if f".{file_id}." in key]


def answered(hub: Platform) -> dict[str, list[str]]:
    """Return the statuses in the answers to each request file, one text for each part."""
    found: dict[str, list[str]] = {}
    for lines in files(hub, "2000"):
        rows = [split(line) for line in lines if line.startswith("DTL|")]
        found.setdefault(split(lines[1])[7], []).append(" ".join(row[4] for row in rows))
    return found


def summaries(hub: Platform) -> list[list[str]]:
    """Return the request file names in each IR01."""
    return [
        [split(line)[3] for line in lines if line.startswith("DTL|")]
        for lines in files(hub, "IR01")
    ]


def outbound_but_notices(hub: Platform) -> list[str]:
    return [key for key in outbound(hub.hub) if ".NT01." not in key]


def row(hub: Platform) -> Item:
    found = hub.hub.state.get(SLOT.key)
    assert found is not None
    return found


class TestWhenTheGatewayIsHold:
    def test_it_is_untouched_at_the_end_of_its_slot_and_nothing_has_failed(
        self, hub: Platform
    ) -> None:
        asked = ask(hub, "SP-1")
        order(hub, HOLD)
        hub.pass_time(4 * HOUR)
        assert states(hub) == {asked: "ACCEPTED"}
        assert outbound_but_notices(hub) == []
        assert hub.hub.directory.items() == []
        assert hub.failed_runs == []

    def test_its_slot_is_looked_after_once_a_day_and_not_every_two_hours(
        self, hub: Platform
    ) -> None:
        ask(hub, "SP-1")
        order(hub, HOLD)
        hub.pass_time(QUARTER)
        assert row(hub)["state"] == "KEPT"
        assert from_text(str(row(hub)["due"])) == SLOT_END + DAY
        hub.pass_time(23 * HOUR)
        assert [each for each in hub.hub.processes.started if SLOT.id in each[1]] == [
            ("identifiers", SLOT.id)
        ]
        hub.pass_time(2 * HOUR)
        assert row(hub)["state"] == "KEPT"
        assert from_text(str(row(hub)["due"])) > SLOT_END + 2 * DAY

    def test_what_is_finished_is_reported_all_the_same(self, hub: Platform) -> None:
        """Its first part was decided before, its neighbour is done."""
        set_parameter(hub.hub, "out.max_details", "1")
        done, begun = ask(hub, "SP-1"), ask(hub, "SP-2", "SP-3", at=1)
        hub.clock.move_to(SLOT_END)
        close_slot(hub.hub, SLOT)
        for _ in range(2):
            answer_requests(hub.hub, SLOT, LDC, until=SLOT_END - SECOND)
        order(hub, HOLD)
        hub.pass_time(HOUR)
        assert states(hub) == {done: "DONE", begun: "PROCESSING"}
        assert answered(hub) == {done: ["00"], begun: ["00"]}
        assert summaries(hub) == [[done]]

    def test_a_later_file_of_the_same_ldc_does_not_overtake_it(self, hub: Platform) -> None:
        """Whoever sent it; other LDCs go on."""
        kept = ask(hub, "SP-1")
        order(hub, HOLD, Scope(AGENT))
        behind = ask(hub, "SP-1", sender=LDC)
        other = ask(hub, "SP-1", sender=OTHER_LDC, ldc=OTHER_LDC)
        hub.pass_time(QUARTER)
        later = ask(hub, "SP-2", sender=LDC, at=1)
        hub.pass_time(HOUR)
        waiting = {kept: "ACCEPTED", behind: "ACCEPTED", later: "ACCEPTED"}
        assert states(hub) == {**waiting, other: "DONE"}
        order(hub, OPEN, Scope(AGENT))
        assert set(states(hub).values()) == {"DONE"}
        assert answered(hub) == {kept: ["00"], behind: ["01"], later: ["00"], other: ["00"]}
        assert hub.failed_runs == []

    def test_it_is_never_set_aside(self) -> None:
        call = failing()
        hub = call.platform
        order(hub, HOLD)
        assert fail_file(hub.hub, SLOT, LDC, ERROR) is None
        order(hub, OPEN)
        failed = fail_file(hub.hub, SLOT, LDC, ERROR)
        assert failed is not None
        assert failed.state is FileState.FAILED


class TestWhenTheGatewayLetsItGoOn:
    @pytest.mark.parametrize("mode", [OPEN, REJECT])
    def test_it_is_answered_at_once(self, hub: Platform, mode: GatewayMode) -> None:
        asked = ask(hub, "SP-1")
        order(hub, HOLD)
        hub.pass_time(HOUR)
        order(hub, mode)
        assert states(hub) == {asked: "DONE"}
        assert (answered(hub), summaries(hub)) == ({asked: ["00"]}, [[asked]])
        assert row(hub)["state"] == "WORKED"
        assert gateway_item.read(hub.hub.state).attention is None

    def test_it_is_kept_on_while_another_scope_is_hold(self, hub: Platform) -> None:
        asked = ask(hub, "SP-1")
        order(hub, HOLD)
        order(hub, HOLD, Scope(LDC))
        hub.pass_time(HOUR)
        order(hub, OPEN)
        assert states(hub) == {asked: "ACCEPTED"}
        assert row(hub)["state"] == "KEPT"
        order(hub, OPEN, Scope(LDC))
        assert states(hub) == {asked: "DONE"}

    def test_it_is_let_go_on_by_a_stricter_mode_of_another_scope(self, hub: Platform) -> None:
        asked = ask(hub, "SP-1")
        order(hub, HOLD, Scope(AGENT))
        hub.pass_time(HOUR)
        order(hub, HOLD)
        order(hub, REJECT)
        assert states(hub) == {asked: "DONE"}

    def test_its_parts_go_on_where_they_ended(self, hub: Platform) -> None:
        set_parameter(hub.hub, "out.max_details", "2")
        asked = ask(hub, "SP-1", "SP-2", "SP-3", "SP-1")
        hub.clock.move_to(SLOT_END)
        close_slot(hub.hub, SLOT)
        answer_requests(hub.hub, SLOT, LDC, until=SLOT_END - SECOND)
        order(hub, HOLD)
        hub.pass_time(HOUR)
        assert answered(hub) == {asked: ["00 00"]}
        order(hub, OPEN)
        assert answered(hub) == {asked: ["00 00", "00 01"]}

    def test_its_row_comes_in_a_further_summary_of_its_submitter_alone(self, hub: Platform) -> None:
        done, own = ask(hub, "SP-1"), ask(hub, "SP-2", sender=LDC)
        asked = ask(hub, "SP-3", at=2)
        set_parameter(hub.hub, "out.max_details", "1")
        hub.clock.move_to(SLOT_END)
        close_slot(hub.hub, SLOT)
        for _ in range(2):
            answer_requests(hub.hub, SLOT, LDC, until=SLOT_END - SECOND)
        set_parameter(hub.hub, "out.max_details", "9")
        order(hub, HOLD)
        hub.pass_time(MINUTE)
        assert sorted(summaries(hub)) == [[own], [done]]
        order(hub, OPEN)
        assert sorted(summaries(hub)) == [[own], [done], [done, asked]]

    def test_it_goes_before_what_was_held_at_the_gateway(self, hub: Platform) -> None:
        inside = ask(hub, "SP-1", at=9)
        order(hub, HOLD)
        held = ask(hub, "SP-1", "SP-2", at=1)
        hub.pass_time(2 * QUARTER)
        order(hub, OPEN)
        assert states(hub) == {inside: "DONE", held: "ACCEPTED"}
        hub.pass_time(QUARTER)
        assert answered(hub) == {inside: ["00"], held: ["01 00"]}

    def test_its_run_is_started_again_by_the_sweep_when_the_execution_died(
        self, hub: Platform
    ) -> None:
        asked = ask(hub, "SP-1")
        order(hub, HOLD)
        hub.pass_time(QUARTER)
        ordering.change(hub.hub, ALL, OPEN, Author("ann", "mended"))
        hub.run_gateway(("gateway", "gateway-3"), hub.hub.processes.started["gateway", "gateway-3"])
        again = [each for each in hub.hub.processes.started if SLOT.id in each[1]][1:]
        assert again == [("identifiers", f"{SLOT.id}-gateway-3")]
        del hub.hub.processes.started[again[0]]
        hub.pass_time(HOUR)
        assert states(hub) == {asked: "DONE"}


class TestDraining:
    def test_waits_for_a_file_that_goes_on(self, hub: Platform) -> None:
        ask(hub, "SP-1")
        order(hub, HOLD)
        hub.pass_time(QUARTER)
        ordering.change(hub.hub, ALL, OPEN, Author("ann", "mended"))
        order(hub, DRAIN)
        assert mode(hub) is DRAIN
        assert set(states(hub).values()) == {"DONE"}
        hub.pass_time(MINUTE)
        assert mode(hub) is HOLD

    def test_does_not_wait_for_a_file_that_is_kept(self, hub: Platform) -> None:
        ask(hub, "SP-1")
        order(hub, HOLD, Scope(AGENT))
        hub.pass_time(QUARTER)
        assert draining.is_drained(hub.hub, ALL, hub.clock.now())
        order(hub, DRAIN)
        assert mode(hub) is HOLD

    def test_that_ends_with_files_inside_keeps_them(self, hub: Platform) -> None:
        asked = ask(hub, "SP-1")
        planned = hub.clock.now() + MINUTE
        author = Author("ann", "new disks")
        ordering.change(hub.hub, ALL, DRAIN, author, drain=Drain(HOLD, planned))
        hub.pass_time(HOUR)
        assert states(hub) == {asked: "ACCEPTED"}
        order(hub, OPEN)
        assert states(hub) == {asked: "DONE"}


def mode(hub: Platform) -> GatewayMode:
    return gateway_item.read(hub.hub.state).modes[0].mode


def test_the_history_of_a_kept_file_tells_only_its_own_steps(hub: Platform) -> None:
    ask(hub, "SP-1")
    order(hub, HOLD)
    hub.pass_time(HOUR)
    order(hub, OPEN)
    (receipt,) = receipts.of_organization(hub.hub.state, AGENT)
    assert [step.state.value for step in receipt.history] == ["ACCEPTED", "PROCESSING", "DONE"]
