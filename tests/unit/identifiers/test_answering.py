from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound.deliveries import MOST_AT_ONCE
from mdmr.identifiers.answering import answer_requests
from mdmr.identifiers.kept import Kept, keep
from mdmr.identifiers.universal_id import Pair
from mdmr.ports.state import Put

from tests.support.call import QUARTER
from tests.support.calls import SLOT, SLOT_END, failing
from tests.support.market import AGENT, LDC, OTHER_LDC, framed, name, request, set_parameter
from tests.support.pictures import essence, outbound
from tests.support.story import Platform, platform

SECOND = timedelta(seconds=1)
EXAMPLE = datetime(2025, 8, 20, 10, 5, tzinfo=EST)


@pytest.fixture
def hub() -> Platform:
    return platform()


def ask(hub: Platform, *sdp_ids: str, sender: str = AGENT, ldc: str = LDC, at: int = 0) -> str:
    """Send a 1000 and return its name."""
    file_name = name(sender=sender, ldc=ldc, at=f"202508201200{at:02d}")
    hub.send(sender, file_name, request(file_name, *sdp_ids))
    return file_name


def files(hub: Platform, file_id: str) -> list[list[str]]:
    """Return the lines of every outbound file of a type, by key."""
    found = outbound(hub.hub).items()
    return [body.decode().splitlines() for key, body in sorted(found) if f".{file_id}." in key]


def statuses(lines: list[str]) -> list[str]:
    return [split(line)[4] for line in lines if line.startswith("DTL|")]


class TestTheExampleOfTheInterface:
    """The agent asks for four SDPs, one repeated, one without id."""

    @pytest.fixture
    def delivered(self) -> dict[str, str]:
        hub = platform(EXAMPLE)
        numbers = ("48217730", "90155462", "31774205", "44901826")
        for place, number in enumerate(numbers, start=1):
            keep(hub.hub, Kept(Pair(LDC, f"SP-000{place}"), number, issued=False), "test")
        file_name = name(at="202508201005")
        sdp_ids = ("SP-0001", "SP-0002", "SP-0003", "SP-0004", "SP-0002", "")
        hub.send(AGENT, file_name, request(file_name, *sdp_ids))
        hub.pass_time(QUARTER)
        return {key: body.decode() for key, body in outbound(hub.hub).items()}

    def test_gets_its_2000(self, delivered: dict[str, str]) -> None:
        assert delivered["ORG22222/ORG11111.ORG22222.2000.01.202508201015.DAT"] == (
            "FNR|ORG11111.ORG22222.2000.01.202508201015.DAT\n"
            "FHR|2000|01|ORG11111|ORG22222|20250820101500|6"
            "|ORG11111.ORG22222.1000.00.202508201005.DAT\n"
            "DTL|ORG11111|SP-0001|48217730|00\n"
            "DTL|ORG11111|SP-0002|90155462|00\n"
            "DTL|ORG11111|SP-0003|31774205|00\n"
            "DTL|ORG11111|SP-0004|44901826|00\n"
            "DTL|ORG11111|SP-0002|90155462|01\n"
            "DTL|ORG11111|||03\n"
            "EOF|6\n"
        )

    def test_gets_its_ir01(self, delivered: dict[str, str]) -> None:
        assert delivered["ORG22222/ORG11111.ORG22222.IR01.00.202508201015.DAT"] == (
            "FNR|ORG11111.ORG22222.IR01.00.202508201015.DAT\n"
            "FHR|IR01|00|ORG11111|ORG22222|20250820101500|1\n"
            "CHR|LDC ORG ID|Submitting ORG ID|Request File Name|Processed Date Time|Requested"
            "|Issued|Already Issued|Invalid ORG ID|Incomplete Data\n"
            "DTL|ORG11111|ORG22222|ORG11111.ORG22222.1000.00.202508201005.DAT|20250820101500"
            "|6|4|1|0|1\n"
            "EOF|1\n"
        )

    def test_gets_nothing_else(self, delivered: dict[str, str]) -> None:
        assert len(delivered) == 2


class TestARun:
    def test_without_files_writes_nothing(self, hub: Platform) -> None:
        hub.pass_time(QUARTER * 2)
        assert outbound(hub.hub) == {}
        assert hub.hub.processes.started == {}

    def test_writes_one_2000_for_each_request_file(self, hub: Platform) -> None:
        names = [ask(hub, f"SP-{each}", at=each) for each in range(3)]
        hub.pass_time(QUARTER)
        assert [split(lines[1])[7] for lines in files(hub, "2000")] == names

    def test_answers_the_asking_organization_only(self, hub: Platform) -> None:
        ask(hub, "SP-1")
        hub.pass_time(QUARTER)
        assert {key.partition("/")[0] for key in outbound(hub.hub)} == {AGENT}

    def test_sends_one_copy_where_the_ldc_asks_itself(self, hub: Platform) -> None:
        ask(hub, "SP-1", sender=LDC)
        hub.pass_time(QUARTER)
        assert len(files(hub, "2000")) == len(files(hub, "IR01")) == 1

    def test_works_the_oldest_arrival_first_whatever_its_name(self, hub: Platform) -> None:
        first = ask(hub, "SP-1", at=9)
        hub.settle()
        hub.clock.advance(SECOND)
        ask(hub, "SP-1", "SP-2", at=1)
        hub.pass_time(QUARTER)
        one, two = files(hub, "2000")
        assert split(one[1])[7] == first
        assert (statuses(one), statuses(two)) == (["00"], ["01", "00"])

    def test_works_files_of_one_second_in_the_order_of_their_names(self, hub: Platform) -> None:
        ask(hub, "SP-1", "SP-2", at=9)
        first = ask(hub, "SP-1", at=1)
        hub.pass_time(QUARTER)
        one, two = files(hub, "2000")
        assert split(one[1])[7] == first
        assert (statuses(one), statuses(two)) == (["00"], ["01", "00"])

    def test_gives_one_sdp_of_two_submitters_one_number(self, hub: Platform) -> None:
        ask(hub, "SP-1")
        ask(hub, "SP-1", sender=LDC)
        hub.pass_time(QUARTER)
        numbers = {line.split("|")[3] for lines in files(hub, "2000") for line in lines[2:-1]}
        assert len(numbers) == 1
        assert sorted(map(statuses, files(hub, "2000"))) == [["00"], ["01"]]

    def test_answers_a_file_without_details_with_one_without_details(self, hub: Platform) -> None:
        file_name = ask(hub)
        hub.pass_time(QUARTER)
        ((_, header, end),) = files(hub, "2000")
        assert header.endswith(f"|0|{file_name}")
        assert end == "EOF|0"
        ((*_, row, _),) = files(hub, "IR01")
        assert row.endswith("|0|0|0|0|0")

    def test_answers_files_with_crlf_without_last_lf_and_without_eof_alike(
        self, hub: Platform
    ) -> None:
        for at, variant in enumerate(("crlf", "no lf", "no eof")):
            file_name = name(at=f"2025082012000{at}")
            body = request(file_name, f"SP-{at}", "bad id", f"SP-{at}")
            if variant == "crlf":
                body = body.replace(b"\n", b"\r\n")
            body = body.removesuffix(b"\n") if variant == "no lf" else body
            body = body.removesuffix(b"EOF|3\n") if variant == "no eof" else body
            hub.send(AGENT, file_name, body)
        hub.pass_time(QUARTER)
        assert list(map(statuses, files(hub, "2000"))) == [["00", "03", "01"]] * 3

    def test_serves_every_ldc(self, hub: Platform) -> None:
        ask(hub, "SP-1", sender=LDC)
        ask(hub, "SP-1", sender=OTHER_LDC, ldc=OTHER_LDC)
        hub.pass_time(QUARTER)
        assert [lines[1].split("|")[3] for lines in files(hub, "2000")] == [LDC, OTHER_LDC]
        assert list(map(statuses, files(hub, "2000"))) == [["00"], ["00"]]

    def test_leaves_each_file_done_with_its_steps(self, hub: Platform) -> None:
        ask(hub, "SP-1")
        hub.pass_time(QUARTER)
        (receipt,) = receipts.of_organization(hub.hub.state, AGENT)
        steps = [(step.state.value, step.reason) for step in receipt.history]
        assert steps == [("ACCEPTED", SLOT.id), ("PROCESSING", ""), ("DONE", "answered")]


class TestALongFile:
    """An outbound file is split at `out.max_details`; each part is a complete file."""

    @pytest.fixture
    def split_at_2(self, hub: Platform) -> Platform:
        set_parameter(hub.hub, "out.max_details", "2")
        return hub

    def test_is_answered_in_parts_with_names_of_their_own(self, split_at_2: Platform) -> None:
        ask(split_at_2, "SP-1", "SP-2", "SP-3", "SP-1", "SP-4")
        split_at_2.pass_time(QUARTER)
        found = files(split_at_2, "2000")
        assert [statuses(lines) for lines in found] == [["00", "00"], ["00", "01"], ["00"]]
        assert [lines[-1] for lines in found] == ["EOF|2", "EOF|2", "EOF|1"]
        assert [split(lines[1])[6] for lines in found] == ["2", "2", "1"]
        assert [lines[0][-16:-4] for lines in found] == [
            "202508201215",
            "202508201216",
            "202508201217",
        ]

    def test_has_one_row_in_the_summary(self, split_at_2: Platform) -> None:
        ask(split_at_2, "SP-1", "SP-2", "SP-3", "SP-1", "SP-4")
        split_at_2.pass_time(QUARTER)
        ((*_, row, end),) = files(split_at_2, "IR01")
        assert row.endswith("|5|4|1|0|0")
        assert end == "EOF|1"

    @pytest.mark.parametrize("details", [1, 2, 3, 4])
    def test_that_fills_its_parts_exactly_gets_no_empty_one(
        self, split_at_2: Platform, details: int
    ) -> None:
        ask(split_at_2, *(f"SP-{each}" for each in range(details)))
        split_at_2.pass_time(QUARTER)
        assert len(files(split_at_2, "2000")) == (details + 1) // 2

    def test_is_split_as_its_submitter_has_it(self, hub: Platform) -> None:
        set_parameter(hub.hub, "out.max_details", "1", AGENT)
        ask(hub, "SP-1", "SP-2")
        ask(hub, "SP-3", "SP-4", sender=LDC)
        hub.pass_time(QUARTER)
        assert sorted(lines[-1] for lines in files(hub, "2000")) == ["EOF|1", "EOF|1", "EOF|2"]

    def test_is_answered_on_where_a_call_ran_out_of_time(self, split_at_2: Platform) -> None:
        split_at_2.working_time = timedelta(seconds=-1)
        ask(split_at_2, "SP-1", "SP-2", "SP-3", "SP-1", "SP-4")
        ask(split_at_2, "SP-5", sender=LDC)
        split_at_2.pass_time(QUARTER)
        assert set(essence(split_at_2.hub).files.values()) == {("DONE", "")}
        assert len(files(split_at_2, "2000")) == 4

    def test_one_call_answers_one_part_at_least(self, split_at_2: Platform) -> None:
        ask(split_at_2, "SP-1", "SP-2", "SP-3")
        split_at_2.settle()
        split_at_2.clock.move_to(SLOT_END)
        close_slot(split_at_2.hub, SLOT)
        past = SLOT_END - SECOND
        calls = [answer_requests(split_at_2.hub, SLOT, LDC, until=past) for _ in range(3)]
        assert calls == [True, True, False]

    def test_keeps_its_parts_when_the_limit_changes_in_between(self, split_at_2: Platform) -> None:
        ask(split_at_2, "SP-1", "SP-2", "SP-3", "SP-1", "SP-4")
        split_at_2.settle()
        split_at_2.clock.move_to(SLOT_END)
        close_slot(split_at_2.hub, SLOT)
        answer_requests(split_at_2.hub, SLOT, LDC, until=SLOT_END - SECOND)
        set_parameter(split_at_2.hub, "out.max_details", "250000")
        split_at_2.pass_time(QUARTER)
        assert list(map(statuses, files(split_at_2, "2000"))) == [["00", "00"], ["00", "01", "00"]]


class TestAFileOfAnotherRun:
    def test_that_ended_meanwhile_is_not_taken_up_again(self, hub: Platform) -> None:
        """The second run listed the slot's files while this one was still to be done."""
        ask(hub, "SP-1")
        hub.settle()
        hub.clock.move_to(SLOT_END)
        close_slot(hub.hub, SLOT)
        hub.pass_time(QUARTER)
        before = hub.hub.state.items()
        member = next(item for item in before if str(item["sk"]).startswith("FILE#"))
        stale = {**member, "done": False}
        hub.hub.state.commit(Put(stale))
        assert answer_requests(hub.hub, SLOT, LDC, until=SLOT_END) is False
        hub.hub.state.commit(Put(member))
        assert hub.hub.state.items() == before


class TestTheSummaryOfTheDay:
    def rows(self, hub: Platform) -> list[list[str]]:
        """Return the request file names in each IR01 of the agent, in order."""
        found = [lines for lines in files(hub, "IR01") if split(lines[1])[4] == AGENT]
        return [[split(line)[3] for line in lines[3:-1]] for lines in found]

    def test_repeats_the_rows_of_the_days_earlier_runs_oldest_first(self, hub: Platform) -> None:
        one, two = ask(hub, "SP-1", at=9), ask(hub, "SP-2", at=1)
        hub.pass_time(QUARTER)
        three = ask(hub, "SP-3", at=0)
        hub.pass_time(QUARTER)
        assert self.rows(hub) == [[two, one], [two, one, three]]

    def test_is_written_once_for_each_submitter_of_the_run(self, hub: Platform) -> None:
        ask(hub, "SP-1")
        ask(hub, "SP-2", sender=LDC)
        hub.pass_time(QUARTER)
        ask(hub, "SP-3", at=1)
        hub.pass_time(QUARTER)
        recipients = [split(lines[1])[4] for lines in files(hub, "IR01")]
        assert recipients == [LDC, AGENT, AGENT]

    def test_holds_the_rows_of_one_ldc_and_one_submitter(self, hub: Platform) -> None:
        ask(hub, "SP-1")
        own = ask(hub, "SP-2", sender=LDC)
        hub.pass_time(QUARTER)
        ldcs = [lines for lines in files(hub, "IR01") if split(lines[1])[4] == LDC]
        assert [[split(line)[1:4] for line in lines[3:-1]] for lines in ldcs] == [[[LDC, LDC, own]]]

    def test_begins_anew_at_midnight_est(self, hub: Platform) -> None:
        """A file that arrives at 23:50 and is worked at 00:00 belongs to the new day."""
        day_before = hub.clock.now().astimezone(EST).replace(hour=23, minute=31)
        hub.clock.move_to(day_before)
        evening = ask(hub, "SP-1", at=1)
        hub.pass_time(timedelta(minutes=19))
        night = ask(hub, "SP-2", at=2)
        hub.pass_time(QUARTER)
        morning = ask(hub, "SP-3", at=3)
        hub.pass_time(QUARTER)
        assert self.rows(hub) == [[evening], [night], [night, morning]]

    def test_counts_every_status(self, hub: Platform) -> None:
        file_name = name()
        details = [
            "DTL|ORG11111|SP-1",
            "DTL|ORG11111|SP-2",
            "DTL|ORG11111|SP-1",
            "DTL|ORG44444|SP-1",
            "DTL||",
            "DTL|ORG11111",
        ]
        hub.send(AGENT, file_name, framed(file_name, details))
        hub.pass_time(QUARTER)
        ((*_, row, _),) = files(hub, "IR01")
        assert row.split("|")[5:] == ["6", "2", "1", "1", "2"]

    def test_is_split_as_any_file_is(self, hub: Platform) -> None:
        set_parameter(hub.hub, "out.max_details", "2")
        names = [ask(hub, f"SP-{each}", at=each) for each in range(5)]
        hub.pass_time(QUARTER)
        assert self.rows(hub) == [names[:2], names[2:4], names[4:]]
        assert [lines[-1] for lines in files(hub, "IR01")] == ["EOF|2", "EOF|2", "EOF|1"]

    def test_has_longer_parts_where_there_would_be_more_than_one_commit_holds(
        self, hub: Platform
    ) -> None:
        set_parameter(hub.hub, "out.max_details", "1")
        names = [name(at=f"202508201{each // 60}{each % 60:02d}") for each in range(101)]
        for each in names:
            hub.send(AGENT, each, request(each))
        hub.pass_time(QUARTER)
        assert not hub.failed_runs
        parts = self.rows(hub)
        assert [row for part in parts for row in part] == names
        assert {len(part) for part in parts} == {2, 1}
        assert len(parts) <= MOST_AT_ONCE

    def test_leaves_out_a_file_that_failed(self) -> None:
        call = failing()
        call.on(call.platform.worker)
        call.end()
        (rows,) = self.rows(call.platform)
        assert rows == [name(at="20250820120100"), name(at="20250820120200")]

    def test_of_a_late_run_repeats_what_the_next_run_answered_before_it(
        self, hub: Platform
    ) -> None:
        early = ask(hub, "SP-1", at=1)
        hub.settle()
        hub.hub.processes.started.clear()
        hub.pass_time(QUARTER)
        late = ask(hub, "SP-2", at=2)
        hub.pass_time(QUARTER)
        hub.run_slot(Slot.of(SLOT.id))
        hub.settle()
        assert self.rows(hub) == [[early, late], [early, late]]
