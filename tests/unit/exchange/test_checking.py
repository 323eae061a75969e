from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from mdmr.calendar.instants import est_seconds
from mdmr.exchange.files.filetypes import INBOUND
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_SUMMARY
from mdmr.exchange.files.layouts.synchronization_reports import STAGING
from mdmr.exchange.inbound.checking import Finding, LocalFile, check, limits_by_default
from mdmr.identifiers.checking import RequestRules
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON, framed, name

SCENARIOS = Path(__file__).parents[2] / "scenarios"
RULES = {"1000": RequestRules()}
REQUEST = name()
ROW = f"DTL|{LDC}|{AGENT}|{REQUEST}|20250820101500|1|1|0|0|0"


def found(content: bytes, file_name: str = REQUEST, sender: str = "") -> list[Finding]:
    file = LocalFile(file_name, lambda: [content[:40], content[40:]], sender)
    return list(check(file, NOON, limits_by_default(), RULES))


def places(findings: Sequence[Finding]) -> list[tuple[str, int | None, str]]:
    return [(each.code, each.line, each.field) for each in findings]


def details(*lines: str, file_name: str = REQUEST) -> bytes:
    return framed(file_name, lines)


def _right(file_id: str) -> tuple[str, bytes]:
    """Return the name and the bytes of a file of a type that is right."""
    if file_id == "4000":
        own = name("4000", tail=".tx0001.01.01")
        return own, framed(own, ["COM|A-1|EL||20250820000000|"])
    rows = {"1000": f"DTL|{LDC}|SP-1", "8000": "DTL|BC1|20250910|20251010|A"}
    if file_id in rows:
        return name(file_id), framed(name(file_id), [rows[file_id]])
    every = SCENARIOS.glob(f"*/expected/**/*.{file_id}.*.DAT")
    # The earliest by its name, as no name may lie ahead.
    written = min(every, key=lambda path: path.name.split(".")[4])
    return written.name, written.read_bytes()


class TestAFileThatIsRight:
    @pytest.mark.parametrize("file_id", [key for key in INBOUND if key not in ("5500", "7100")])
    def test_has_no_findings_of_any_type(self, file_id: str) -> None:
        tail = ".tx0001.01.01" if file_id in ("3000", "4000") else ""
        own = name(file_id, version=INBOUND[file_id].version, tail=tail)
        assert found(framed(own, []), own) == []

    @pytest.mark.parametrize(
        ("file_id", "suffix", "content"), [("5500", "XML", "<é/>"), ("7100", "DAT", "MEPMD01,x\n")]
    )
    def test_has_no_frame_where_its_type_has_none(
        self, file_id: str, suffix: str, content: str
    ) -> None:
        assert found(content.encode(), name(file_id, suffix=suffix)) == []

    def test_of_1000_may_write_ids_in_lower_case(self) -> None:
        assert found(details(f"DTL|{LDC}|SP-1", f"DTL| {LDC.lower()} |sp-2 ")) == []

    def test_that_the_hub_sends_has_none(self) -> None:
        own = name("IR01", at="202508201015")
        columns = records.columns(ASSIGNMENT_SUMMARY.details[0])
        content = framed(own, [columns, ROW], count=1, end="EOF|1")
        assert found(content, own) == []


class TestAName:
    @pytest.mark.parametrize(
        ("file_name", "codes"),
        [
            ("requests.txt", ["F001"]),
            (name(suffix="XML"), ["F001"]),
            (name("9999"), ["F002"]),
            (name("9999", suffix="XML"), ["F001", "F002"]),
            (name(version="01", at="20250230120000", tail=".tx.01.01"), ["F003", "F004", "F005"]),
            (name("4000"), ["F005"]),
            (name("4000", tail=".tx.01.00"), ["F005"]),
            (name(at=est_seconds(NOON + timedelta(hours=25))), ["F004"]),
        ],
    )
    def test_is_told_all_that_is_wrong_with_it(self, file_name: str, codes: list[str]) -> None:
        told = found(framed(file_name, []), file_name)
        assert [each.code for each in told if each.code < "F006"] == codes

    def test_is_compared_with_the_sender_where_there_is_one(self) -> None:
        content = details()
        assert found(content, sender=AGENT) == []
        (told,) = found(content, sender=LDC)
        assert (told.code, told.what) == ("F008", f"{AGENT}: must be {LDC}, as the prefix")


class TestTheSize:
    def test_of_nothing_is_told_once(self) -> None:
        assert places(found(b"")) == [("F010", None, "")]

    def test_above_the_limit_is_told(self) -> None:
        file = LocalFile(REQUEST, lambda: [details()])
        limits = replace(limits_by_default(), max_mb=0)
        assert [each.code for each in check(file, NOON, limits, RULES)] == ["F010"]


ASCII = "must be printable ASCII (0x20 to 0x7E)"


class TestTheBytes:
    def test_are_told_line_by_line_and_the_other_lines_are_still_checked(self) -> None:
        content = details("DTL|é|SP-1", "", f"DTL|{LDC}|SP 1", "x" * 16_385, f"DTL|{LDC}|SP\r1")
        told = [each for each in found(content) if each.code == "F013"]
        assert [(each.line, each.what) for each in told] == [
            (3, f"has the byte 0xE9 in column 5: {ASCII}"),
            (4, "is empty: must have a record"),
            (6, "is too long: must have at most 16384 bytes"),
            (7, f"has the byte 0x0D in column 16: {ASCII}"),
        ]
        assert ("03", 5, "SDP ID") in places(found(content))

    @pytest.mark.parametrize("file_id", ["1000", "8000", "IR14", "NT01", "4000"])
    @pytest.mark.parametrize("byte", [b"\x00", b"\xff", b"\r\x09"])
    def test_are_told_once_wherever_one_of_them_is_wrong(self, file_id: str, byte: bytes) -> None:
        own, content = _right(file_id)
        assert found(content, own) == []
        for at in range(len(content)):
            line = content.count(b"\n", 0, at) + 1
            told = found(content[:at] + byte + content[at + 1 :], own)
            assert places(told) == [("F013", line, "")], at

    def test_of_a_message_must_be_utf_8(self) -> None:
        assert places(found(b"\xff", name("5500", suffix="XML"))) == [("F013", None, "")]

    def test_are_not_counted_as_long_as_they_are_wrong(self) -> None:
        assert [each.code for each in found(details(f"DTL|{LDC}|SP-1") + b"\n")] == ["F013"]


class TestAnEndDate:
    @pytest.mark.parametrize(
        ("end", "what"),
        [
            ("", "is empty"),
            ("   ", "is empty"),
            ("99991231", "'99991231' means that there is no end"),
            ("99991232", "'99991232'"),
        ],
    )
    def test_of_a_billing_period_must_be_there(self, end: str, what: str) -> None:
        content = framed(name("8000"), [f"DTL|BC01|20260310|{end}|A"])
        told = [each for each in found(content, name("8000")) if each.field]
        assert [(each.line, each.what) for each in told] == [
            (3, f"{what}: must be a real date YYYYMMDD")
        ]


class TestTheFrame:
    def test_names_the_line_that_is_not_the_files_name(self) -> None:
        (told,) = found(details().replace(b"FNR|", b"FNR|X"))
        assert (told.code, told.line) == ("F015", 1)

    @pytest.mark.parametrize(
        ("header", "places_told"),
        [
            ("FHR|1000|00|ORG11111|ORG22222|20250820120000|0|x", [("F016", 2, "")]),
            ("DTL|1", [("F016", 2, "")]),
            ("FHR|1000|01|ORG44444|ORG22222|20250230120000|0", None),
        ],
    )
    def test_names_what_is_wrong_with_the_header(
        self, header: str, places_told: list[tuple[str, int, str]] | None
    ) -> None:
        told = places(found(framed(REQUEST, [], header=header)))
        assert told == (
            places_told
            or [("F016", 2, field) for field in ("Created Date/Time", "Version", "ORG_ID_1")]
        )

    def test_tells_each_count_that_differs(self) -> None:
        told = found(framed(REQUEST, [f"DTL|{LDC}|SP-1"], count=2, end="EOF|3"))
        assert places(told) == [("F017", 2, "Detail Count"), ("F017", 4, "Detail Count")]

    @pytest.mark.parametrize(
        ("end", "more", "line"), [("EOF|0", b"DTL|x\n", 4), ("EOF", b"", 3), ("EOF|0|", b"", 3)]
    )
    def test_tells_what_is_wrong_with_the_end(self, end: str, more: bytes, line: int) -> None:
        told = found(framed(REQUEST, [], end=end) + more)
        assert [(each.code, each.line) for each in told] == [("F017", line)]

    def test_must_have_an_eof_record_where_the_type_asks_for_it(self) -> None:
        own = name("7000")
        assert places(found(framed(own, [], end=""), own)) == [("F017", None, "")]

    @pytest.mark.parametrize("content", [b"FNR|x\n", b"FNR|x\nEOF|0\n", b"EOF|0\n"])
    def test_that_is_cut_short_is_told(self, content: bytes) -> None:
        assert {"F015", "F016"} <= {each.code for each in found(content)}

    def test_of_a_file_of_a_set_is_left_to_staging(self) -> None:
        own = name("4000", tail=".tx0001.01.01")
        assert found(framed(own, ["SDP|1"], header="?"), own) == []
        assert places(found(b"x\xff\ny\n", own)) == [("F013", 1, "")]


class TestDetails:
    @pytest.mark.parametrize(
        ("line", "status", "fields"),
        [
            (f"DTL|{LDC}|", "03", ["SDP ID"]),
            (f"DTL|{LDC}|SP 1", "03", ["SDP ID"]),
            ("DTL|ORG44444|SP-1", "02", ["LDC ORG ID"]),
            ("DTL||SP-1", "02", ["LDC ORG ID"]),
            ("DTL||", "03", ["LDC ORG ID", "SDP ID"]),
            (f"DTL|{LDC}", "03", [""]),
            ("XYZ|x", "03", [""]),
        ],
    )
    def test_of_1000_are_told_with_the_status_they_would_get(
        self, line: str, status: str, fields: list[str]
    ) -> None:
        told = found(details(f"DTL|{LDC}|SP-1", line))
        assert places(told) == [(status, 4, field) for field in fields]
        assert {each.text for each in told} <= {"INCOMPLETE DATA", "INVALID ORG ID"}

    def test_of_what_the_hub_sends_are_told_by_their_layout(self) -> None:
        own = name("2000", version="01", at="202508201015")
        header = f"FHR|2000|01|{LDC}|{AGENT}|20250820101500|1|{REQUEST}"
        content = framed(own, [f"DTL|{LDC}|SP-1|0|00"], header=header)
        (told,) = found(content, own)
        assert (told.code, told.line, told.field) == ("", 3, "Universal SDP ID")
        assert told.what == "'0': must be exactly 8 digits of which the first is not 0"

    def test_of_a_report_stand_under_the_names_of_their_columns(self) -> None:
        own = name("IR01", at="202508201015")
        told = found(framed(own, [ROW]), own)
        assert [(each.text, each.line) for each in told] == [("COLUMN NAMES INVALID", 3)]

    def test_show_foreign_text_printable_and_cut(self) -> None:
        (told,) = found(details(f"DTL|{LDC}|{'x y' * 100}"))
        assert told.what.startswith(f"'{('X Y' * 20)[:60]}...': must be")


def test_a_long_file_is_checked_in_bounded_memory() -> None:
    line, count = f"DTL|{LDC}|SP-1\n".encode(), 400_000
    head, end = framed(REQUEST, [], count=count, end=""), f"EOF|{count}\n".encode()

    def pieces() -> Iterator[bytes]:
        yield head
        for _ in range(400):
            yield line * (count // 400)
        yield end

    tracemalloc.start()
    told = list(check(LocalFile(REQUEST, pieces), NOON, limits_by_default(), RULES))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert told == []
    assert peak < 2_000_000


class TestTheHeadOfAReportWithAStatus:
    NAME = name("IR14", at="202508201015")
    FIELDS = f"{LDC}|{AGENT}|4000|tx1|1|20250820091500|20250820101500|20250820101500|00|0|0|0"
    HEAD = (
        records.columns(STAGING.status or STAGING.details[0]),
        f"STS|{FIELDS}",
        records.columns(STAGING.details[0]),
    )

    def told_of(self, *head: str) -> list[tuple[str, int | None, str]]:
        told = found(framed(self.NAME, head, count=0, end="EOF|0"), self.NAME)
        return [(each.text, each.line, each.field) for each in told]

    def test_is_no_detail(self) -> None:
        assert self.told_of(*self.HEAD) == []

    def test_is_told_when_its_columns_are_others(self) -> None:
        other = self.HEAD[0].replace("Warnings", "Warning")
        assert self.told_of(other, *self.HEAD[1:]) == [("COLUMN NAMES INVALID", 3, "")]

    def test_is_told_when_a_field_of_its_status_is_wrong(self) -> None:
        other = self.HEAD[1].replace("|00|", "|04|")
        told = self.told_of(self.HEAD[0], other, self.HEAD[2])
        assert told == [("STATUS RECORD INVALID", 4, "STL Status")]

    def test_is_told_when_its_status_is_missing(self) -> None:
        told = self.told_of(self.HEAD[0], self.HEAD[2])
        assert told == [("STATUS RECORD INVALID", 4, "")]

    def test_is_told_when_all_of_it_is_missing(self) -> None:
        texts = [each for each, _, _ in self.told_of()]
        assert texts == ["COLUMN NAMES INVALID", "STATUS RECORD INVALID", "COLUMN NAMES INVALID"]
