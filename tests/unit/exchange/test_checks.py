from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations

import pytest
from mdmr.calendar.instants import est_seconds
from mdmr.calendar.period import Period
from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.filetypes import INBOUND, InboundType
from mdmr.exchange.files.frame import scan
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.case import Case
from mdmr.exchange.inbound.checks import CHECKS, Facts, Limits, verdict
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.organizations.entities import Organization, Role
from msgspec import Struct
from msgspec.structs import replace

from tests.support.market import AGENT, ALWAYS, LDC, NOON, framed

HYDRO = Organization(LDC, "Example Hydro", frozenset({Role.LDC}), ALWAYS)
BILLING = Organization(AGENT, "Billing Services", frozenset({Role.AGENT}), ALWAYS)
OVER = Period(NOON - timedelta(days=2), NOON)
SETS, MESSAGES = ("3000", "4000"), ("5500",)


class Sent(Struct, frozen=True):
    """A file as it was sent, in parts that a test can spoil one by one; as it is, it is right."""

    file_id: str = "1000"
    version: str = ""
    time: str = "20250820120000"
    tail: str = ""
    suffix: str = "DAT"
    whole_name: str | None = None
    prefix: str = AGENT
    details: tuple[str, ...] = ("DTL|ORG11111|SP-1",)
    first_line: str | None = None
    header: str | None = None
    count: int | str | None = None
    end: str | None = None
    more: str = ""
    content: bytes | None = None
    refused: bool = False
    ldc: Organization | None = HYDRO
    submitter: Organization | None = BILLING
    authorized: bool = True
    taken: frozenset[str] = frozenset()
    max_mb: int = 500

    @property
    def name(self) -> str:
        if self.whole_name is not None:
            return self.whole_name
        known = INBOUND.get(self.file_id)
        version = self.version or (known.version if known else "00")
        elements = f"{LDC}.{AGENT}.{self.file_id}.{version}.{self.time}"
        return f"{elements}{self.tail}.{self.suffix}"

    @property
    def body(self) -> bytes:
        if self.content is not None:
            return self.content
        end = self.end
        body = framed(self.name, self.details, header=self.header, count=self.count, end=end)
        if self.first_line is not None:
            body = self.first_line.encode() + b"\n" + body.partition(b"\n")[2]
        return body + self.more.encode()

    @property
    def facts(self) -> Facts:
        name = FileName.parse(self.name)
        kind = INBOUND.get(name.file_id) if name else None
        arrival = Arrival(f"{self.prefix}/{self.name}", "v1", len(self.body), NOON)
        return Facts(
            Case(arrival, name, kind, scan([self.body], kind.form if kind else None)),
            Limits(self.max_mb, timedelta(hours=24)),
            refused=self.refused,
            ldc=self.ldc,
            submitter=self.submitter,
            authorized=self.authorized,
            taken=self.taken,
        )


def code(**spoiled: object) -> str | None:
    """Return the code that a file gets which is right but for what is given."""
    return verdict(replace(Sent(), **spoiled).facts)


FAULTS: dict[str, Callable[[Sent], Sent]] = {
    "F000": lambda sent: replace(sent, refused=True),
    "F001": lambda sent: replace(sent, suffix="XML"),
    "F002": lambda sent: replace(sent, file_id="9999"),
    "F003": lambda sent: replace(sent, version="99"),
    "F004": lambda sent: replace(sent, time="20251301000000"),
    "F005": lambda sent: replace(sent, tail=".tx0001.01.01"),
    "F006": lambda sent: replace(sent, ldc=None),
    "F007": lambda sent: replace(sent, submitter=None),
    "F008": lambda sent: replace(sent, prefix="ORG33333"),
    "F009": lambda sent: replace(sent, authorized=False),
    "F010": lambda sent: replace(sent, max_mb=0),
    "F011": lambda sent: replace(sent, taken=sent.taken | {"F011"}),
    "F012": lambda sent: replace(sent, taken=sent.taken | {"F012"}),
    "F013": lambda sent: replace(sent, details=("DTL|ORG11111|\x00",)),
    "F014": lambda sent: replace(sent, taken=sent.taken | {"F014"}),
    "F015": lambda sent: replace(sent, first_line="FNR|other"),
    "F016": lambda sent: replace(sent, header="FHR|1000"),
    "F017": lambda sent: replace(sent, more="EOF|1\n"),
}


class TestTheOrderOfTheChecks:
    def test_is_that_of_the_codes(self) -> None:
        codes = [each for each, _ in CHECKS]
        assert codes == sorted(codes) == list(FAULTS)
        assert set(INTAKE_CODES) == {*codes, "F099"}

    def test_a_right_file_gets_no_code(self) -> None:
        assert verdict(Sent().facts) is None

    @pytest.mark.parametrize("wrong", FAULTS)
    def test_a_file_with_one_fault_gets_its_code(self, wrong: str) -> None:
        assert verdict(FAULTS[wrong](Sent()).facts) == wrong

    @pytest.mark.parametrize(("first", "second"), list(combinations(FAULTS, 2)))
    def test_a_file_with_two_faults_gets_the_first(self, first: str, second: str) -> None:
        assert verdict(FAULTS[first](FAULTS[second](Sent())).facts) == first

    def test_a_file_with_every_fault_gets_f000(self) -> None:
        sent = Sent()
        for spoil in FAULTS.values():
            sent = spoil(sent)
        assert verdict(sent.facts) == "F000"


class TestF001FileNameInvalid:
    @pytest.mark.parametrize("name", ["", "odd", "a/b.DAT", "é.DAT", "org11111.org22222.1000.00"])
    def test_a_name_that_does_not_match_the_pattern(self, name: str) -> None:
        assert code(whole_name=name) == "F001"

    @pytest.mark.parametrize("file_id", [*INBOUND, "9999", "IR01"])
    def test_the_ending_xml_on_anything_but_5500(self, file_id: str) -> None:
        tail = ".tx1.01.01" if file_id in SETS else ""
        given = code(file_id=file_id, suffix="XML", tail=tail, content=b"<a/>")
        assert given == (None if file_id in MESSAGES else "F001")

    def test_the_ending_dat_on_5500(self) -> None:
        assert code(file_id="5500", suffix="DAT") == "F001"


class TestF002FileTypeNotAccepted:
    @pytest.mark.parametrize("file_id", ["0000", "2000", "6000", "9999", "IR01", "FR01", "NT01"])
    def test_an_id_that_is_no_inbound_type(self, file_id: str) -> None:
        assert code(file_id=file_id) == "F002"


class TestF003VersionNotSupported:
    @pytest.mark.parametrize("kind", INBOUND.values(), ids=INBOUND.keys())
    def test_any_version_but_the_types_own(self, kind: InboundType) -> None:
        tail = ".tx1.01.01" if kind.file_id in SETS else ""
        for other in {"00", "01", "02", "99"} - {kind.version}:
            spoiled = {"file_id": kind.file_id, "tail": tail, "suffix": kind.suffix}
            assert code(version=other, **spoiled) == "F003"


class TestF004NameDateTimeInvalid:
    @pytest.mark.parametrize(
        "time", ["20251301000000", "20250229000000", "20250820106000", "202508202500"]
    )
    def test_a_time_that_is_not_real(self, time: str) -> None:
        assert code(time=time) == "F004"

    def test_a_time_more_than_the_parameter_ahead(self) -> None:
        limit = NOON + timedelta(hours=24)
        assert code(time=est_seconds(limit)) is None
        assert code(time=est_seconds(limit + timedelta(seconds=1))) == "F004"

    @pytest.mark.parametrize("time", ["99991231235959", "99991231240000"])
    def test_the_end_of_all_time(self, time: str) -> None:
        assert code(time=time) == "F004"

    @pytest.mark.parametrize("time", ["00010101000000", "19700101000000", "202508201200"])
    def test_no_time_that_lies_back_however_long(self, time: str) -> None:
        assert code(time=time) is None


class TestF005SynchronizationTailInvalid:
    @pytest.mark.parametrize("file_id", SETS)
    def test_no_tail_on_a_part_of_a_set(self, file_id: str) -> None:
        assert code(file_id=file_id) == "F005"

    @pytest.mark.parametrize("file_id", [each for each in INBOUND if each not in SETS])
    def test_a_tail_on_any_other_type(self, file_id: str) -> None:
        suffix = "XML" if file_id in MESSAGES else "DAT"
        assert code(file_id=file_id, tail=".tx1.01.01", suffix=suffix) == "F005"

    def test_the_segment_00(self) -> None:
        assert code(file_id="4000", tail=".tx1.01.00") == "F005"
        assert code(file_id="4000", tail=".tx1.01.01") is None
        assert code(file_id="4000", tail=".tx1.01.99") is None


class TestF006LdcNotActive:
    @pytest.mark.parametrize(
        "ldc",
        [
            None,
            replace(HYDRO, roles=frozenset({Role.AGENT})),
            replace(HYDRO, active=OVER),
            replace(HYDRO, active=Period(NOON + timedelta(seconds=1))),
        ],
        ids=["unknown", "no LDC", "not any more", "not yet"],
    )
    def test_an_organization_that_is_no_active_ldc(self, ldc: Organization | None) -> None:
        assert code(ldc=ldc) == "F006"


class TestF007SubmitterNotActive:
    @pytest.mark.parametrize(
        "submitter", [None, replace(BILLING, active=OVER)], ids=["unknown", "not any more"]
    )
    def test_a_submitter_that_is_not_registered_and_active(
        self, submitter: Organization | None
    ) -> None:
        assert code(submitter=submitter) == "F007"


class TestF008SubmitterIsNotTheSender:
    @pytest.mark.parametrize("prefix", [LDC, "org22222", "ORG2222", "ORG22222 ", ""])
    def test_a_prefix_of_another(self, prefix: str) -> None:
        assert code(prefix=prefix) == "F008"


class TestF010FileSizeInvalid:
    def test_no_bytes(self) -> None:
        assert code(content=b"") == "F010"

    def test_more_megabytes_than_the_parameter(self) -> None:
        header = framed(Sent().name, ["x"], count=1, end="")[:-2]
        details = b"x" * 9_999 + b"\n"
        million = (header + details * 100)[: 1_000_000 - len(details)] + details
        assert len(million) == 1_000_000
        assert code(content=million, max_mb=1) != "F010"
        assert code(content=b"x" + million, max_mb=1) == "F010"


class TestF013InvalidBytes:
    @pytest.mark.parametrize("file_id", ["4000", "7100"])
    def test_of_files_without_a_checked_frame_too(self, file_id: str) -> None:
        tail = ".tx1.01.01" if file_id in SETS else ""
        assert code(file_id=file_id, tail=tail, content=b"a\n\nb\n") == "F013"

    def test_of_a_message_are_those_that_are_not_utf_8(self) -> None:
        assert code(file_id="5500", suffix="XML", content="<a>é</a>".encode()) is None
        assert code(file_id="5500", suffix="XML", content="<a>é</a>".encode("latin-1")) == "F013"


class TestF015FileNameRecordInvalid:
    @pytest.mark.parametrize(
        "line", ["FNR", "FNR|", "fnr|{}", "FNR|{}|", "FNR| {}", "FNR|{}x", "{}", "XXX|{}"]
    )
    def test_a_first_line_that_is_not_fnr_and_the_name(self, line: str) -> None:
        assert code(first_line=line.format(Sent().name)) == "F015"


class TestF016FileHeaderRecordInvalid:
    RIGHT = "FHR|1000|00|ORG11111|ORG22222|20250820120000|1"

    @pytest.mark.parametrize(
        "header",
        [
            RIGHT.replace("FHR", "XXX"),
            RIGHT.replace("FHR", "fhr"),
            RIGHT + "|",
            RIGHT.rpartition("|")[0],
            RIGHT.replace("1000", "4000"),
            RIGHT.replace("|00|", "|01|"),
            RIGHT.replace("ORG11111", "ORG44444"),
            RIGHT.replace("ORG22222", "ORG44444"),
            RIGHT.replace("20250820120000", ""),
            RIGHT.replace("20250820120000", "20251320120000"),
            RIGHT.replace("20250820120000", "20250820"),
            RIGHT.removesuffix("1"),
            RIGHT.removesuffix("1") + "1.0",
            RIGHT.removesuffix("1") + "-1",
            RIGHT.removesuffix("1") + "1000000000",
            RIGHT.removesuffix("1") + "0x1",
        ],
    )
    def test_a_header_that_breaks_its_layout_or_differs_from_the_name(self, header: str) -> None:
        assert code(header=header) == "F016"

    @pytest.mark.parametrize(
        "header",
        [
            RIGHT,
            RIGHT.replace("20250820120000", "20250820 120000"),
            RIGHT.replace("20250820120000", "19990101240000"),
            RIGHT.replace("ORG22222", " org22222 "),
            RIGHT.removesuffix("1") + "000000000000001",
            RIGHT.removesuffix("1") + "0" * 15_000 + "1",
        ],
    )
    def test_no_header_that_means_the_same(self, header: str) -> None:
        assert code(header=header) is None

    def test_a_file_of_one_line(self) -> None:
        assert code(content=b"FNR|" + Sent().name.encode()) == "F016"

    @pytest.mark.parametrize("file_id", ["5000", "7000", "8000"])
    def test_types_whose_details_no_process_reads_yet_too(self, file_id: str) -> None:
        assert code(file_id=file_id) is None
        assert code(file_id=file_id, header="FHR|1000") == "F016"


class TestF017CountOrEndOfFileInvalid:
    @pytest.mark.parametrize("count", [0, 2, 999_999_999])
    def test_a_count_in_the_header_that_differs_from_the_details(self, count: int) -> None:
        assert code(count=count) == "F017"

    @pytest.mark.parametrize("end", ["EOF|0", "EOF|2", "EOF", "EOF|", "EOF|1|", "EOF|x", "EOF|1 1"])
    def test_an_eof_record_that_differs_or_breaks_its_layout(self, end: str) -> None:
        assert code(end=end) == "F017"

    @pytest.mark.parametrize("more", ["EOF|1\n", "DTL|ORG11111|SP-2\n", "x"])
    def test_anything_after_the_eof_record(self, more: str) -> None:
        assert code(more=more) == "F017"

    def test_a_missing_eof_record_where_it_is_mandatory(self) -> None:
        assert code(file_id="7000", end="") == "F017"

    @pytest.mark.parametrize("file_id", ["1000", "5000", "8000"])
    def test_no_missing_eof_record_where_it_is_optional(self, file_id: str) -> None:
        assert code(file_id=file_id, end="") is None

    @pytest.mark.parametrize("file_id", ["1000", "5000", "7000", "8000"])
    def test_no_file_without_details(self, file_id: str) -> None:
        assert code(file_id=file_id, details=()) is None

    def test_no_detail_of_an_unknown_record_type(self) -> None:
        assert code(details=("DTL|ORG11111|SP-1", "XYZ", "EOFX|1")) is None


class TestFilesWithoutACheckedFrame:
    @pytest.mark.parametrize("file_id", SETS)
    def test_the_frame_of_a_part_of_a_set_is_left_to_staging(self, file_id: str) -> None:
        assert code(file_id=file_id, tail=".tx1.01.01", content=b"no frame\nEOF|7\nmore\n") is None

    def test_cmep_and_messages_have_no_frame(self) -> None:
        assert code(file_id="7100", content=b"MEPMD01,1\n") is None
        assert code(file_id="5500", suffix="XML", content=b"<a/>\n\n") is None
