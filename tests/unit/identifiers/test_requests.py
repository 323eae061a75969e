from __future__ import annotations

import pytest
from mdmr.identifiers.assignment import answers
from mdmr.identifiers.requests import (
    Answer,
    Request,
    Status,
    Tally,
    read_request,
    write_answer,
)
from mdmr.identifiers.universal_id import Pair
from mdmr.stores.memory.state import MemoryState

from tests.support.market import LDC


def read(line: str) -> Request:
    return read_request(3, line, LDC)


def echoed(line: str) -> str:
    """Return the record of the 2000 that answers a line to which no number is given."""
    request = read(line)
    assert request.refused is not None
    return write_answer(Answer(request, request.refused))


class TestARequestRecord:
    @pytest.mark.parametrize(
        "line", ["DTL|ORG11111|SP-0001", "DTL| org11111 | sp-0001 ", "DTL|ORG11111|sp-0001"]
    )
    def test_asks_for_its_pair_trimmed_and_upper_cased(self, line: str) -> None:
        assert read(line).pair == Pair(LDC, "SP-0001")
        assert read(line).refused is None

    @pytest.mark.parametrize(
        "line",
        [
            "DTL|ORG11111",
            "DTL",
            "DTL|ORG11111|SP-1|",
            "DTL|ORG11111|SP-1|more",
            "XYZ|ORG11111|SP-1",
            "dtl|ORG11111|SP-1",
            "x",
        ],
    )
    def test_that_has_not_three_fields_counts_as_incomplete(self, line: str) -> None:
        assert read(line).refused is Status.INCOMPLETE_DATA

    @pytest.mark.parametrize("sdp_id", ["", "   ", "S" * 51, "SP 1", "SP#1", "SP;1", '"SP-1"'])
    def test_whose_sdp_id_is_empty_too_long_or_breaks_its_pattern_counts_as_incomplete(
        self, sdp_id: str
    ) -> None:
        assert read(f"DTL|ORG11111|{sdp_id}").refused is Status.INCOMPLETE_DATA

    @pytest.mark.parametrize("sdp_id", ["S", "S" * 50, "a.b_c/d-9", " " * 60 + "S"])
    def test_may_have_any_sdp_id_that_keeps_the_pattern(self, sdp_id: str) -> None:
        assert read(f"DTL|ORG11111|{sdp_id}").refused is None

    @pytest.mark.parametrize("ldc", ["", " ", "ORG44444", "ORG1111", "ORG111111", "HYDRO"])
    def test_of_no_or_another_ldc_has_an_invalid_org_id(self, ldc: str) -> None:
        assert read(f"DTL|{ldc}|SP-1").refused is Status.INVALID_ORG_ID

    @pytest.mark.parametrize("line", ["DTL||", "DTL|ORG44444|SP 1", "DTL|ORG44444|SP-1|"])
    def test_with_both_faults_counts_as_incomplete_only(self, line: str) -> None:
        assert read(line).refused is Status.INCOMPLETE_DATA


class TestTheAnswer:
    @pytest.mark.parametrize(
        ("line", "answer"),
        [
            ("DTL|ORG11111|", "DTL|ORG11111|||03"),
            ("DTL||", "DTL||||03"),
            ("DTL", "DTL||||03"),
            ("DTL|ORG11111", "DTL|ORG11111|||03"),
            ("XYZ|ORG11111|sp-1|more|still", "DTL|ORG11111|SP-1||03"),
            ("DTL|ORG4444444|SP-1", "DTL|ORG44444|SP-1||02"),
            ("DTL| org11111|sp 1 ", "DTL|org11111|SP 1||03"),
            ("DTL|ORG11111|" + "s" * 60, "DTL|ORG11111|" + "S" * 50 + "||03"),
            ("DTL|~{}!|~", "DTL|~{}!|~||03"),
            ("DTL||SP-1", "DTL||SP-1||02"),
        ],
    )
    def test_repeats_ldc_and_sdp_id_as_received_and_cut(self, line: str, answer: str) -> None:
        assert echoed(line) == answer

    def test_bears_the_number_with_00_and_01(self) -> None:
        request = read("DTL|org11111|sp-1")
        for status in (Status.ISSUED, Status.ALREADY_ISSUED):
            line = write_answer(Answer(request, status, "48217730"))
            assert line == f"DTL|org11111|SP-1|48217730|{status.value}"


class TestTheAnswersOfAFile:
    @staticmethod
    def given(directory: MemoryState, lines: list[str], receipt: str = "r") -> list[Answer]:
        requests = [read_request(number, line, LDC) for number, line in enumerate(lines, start=3)]
        return answers(directory, b"secret", requests, receipt_id=receipt, epoch=1)

    def test_come_in_request_order_one_per_record(self) -> None:
        lines = ["DTL|ORG11111|SP-2", "DTL|ORG11111|", "DTL|ORG44444|SP-2", "DTL|ORG11111|SP-1"]
        found = self.given(MemoryState(), lines)
        assert [each.status.value for each in found] == ["00", "03", "02", "00"]
        assert [each.request.line for each in found] == [3, 4, 5, 6]

    def test_give_a_pair_that_stands_twice_its_number_twice_and_issue_it_once(self) -> None:
        found = self.given(MemoryState(), ["DTL|ORG11111|SP-1", "DTL|ORG11111|sp-1"])
        assert [each.status.value for each in found] == ["00", "01"]
        assert len({each.universal_sdp_id for each in found}) == 1

    def test_are_the_same_when_the_file_is_answered_again(self) -> None:
        directory, lines = MemoryState(), ["DTL|ORG11111|SP-1", "DTL|ORG11111|SP-1"]
        assert self.given(directory, lines) == self.given(directory, lines)

    def test_tell_the_next_file_that_the_number_was_issued(self) -> None:
        directory, lines = MemoryState(), ["DTL|ORG11111|SP-1"]
        (first,), (second,) = self.given(directory, lines), self.given(directory, lines, "s")
        assert (first.status, second.status) == (Status.ISSUED, Status.ALREADY_ISSUED)
        assert first.universal_sdp_id == second.universal_sdp_id


class TestTheTally:
    def test_counts_each_status_and_requested_is_their_sum(self) -> None:
        request = read("DTL|ORG11111|SP-1")
        statuses = [Status.ISSUED] * 4 + [Status.ALREADY_ISSUED] * 3 + [Status.INVALID_ORG_ID] * 2
        tally = Tally.of(Answer(request, each) for each in [*statuses, Status.INCOMPLETE_DATA])
        assert tally == Tally(issued=4, already_issued=3, invalid_org_id=2, incomplete_data=1)
        assert tally.requested == 10

    def test_of_parts_adds_up(self) -> None:
        assert Tally(1, 2, 3, 4) + Tally(10, 20, 30, 40) == Tally(11, 22, 33, 44)
