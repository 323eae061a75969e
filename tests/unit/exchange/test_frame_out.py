from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from mdmr.exchange.files.filetypes import INBOUND, Form
from mdmr.exchange.files.frame import compose, scan
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_RESPONSE, ASSIGNMENT_SUMMARY
from mdmr.exchange.files.layouts.tables import FileLayout
from mdmr.exchange.files.layouts.types import FieldValue

CREATED = datetime(2025, 8, 20, 15, 15, tzinfo=UTC)
NAME = "ORG11111.ORG22222.2000.01.202508201015.DAT"
REQUEST = "ORG11111.ORG22222.1000.00.202508201005.DAT"


def whole(
    layout: FileLayout, header: Sequence[FieldValue | None], count: int, *body: bytes
) -> bytes:
    return b"".join(compose(layout, NAME, header, count, body))


class TestAnOutboundFile:
    def test_has_name_header_details_and_end(self) -> None:
        header = ("2000", "01", "ORG11111", "ORG22222", CREATED, REQUEST)
        body = b"DTL|ORG11111|SP-0001|48217730|00\n"
        assert whole(ASSIGNMENT_RESPONSE, header, 1, body) == (
            b"FNR|ORG11111.ORG22222.2000.01.202508201015.DAT\n"
            b"FHR|2000|01|ORG11111|ORG22222|20250820101500|1"
            b"|ORG11111.ORG22222.1000.00.202508201005.DAT\n"
            b"DTL|ORG11111|SP-0001|48217730|00\n"
            b"EOF|1\n"
        )

    def test_of_a_report_names_its_columns(self) -> None:
        header = ("IR01", "00", "ORG11111", "ORG22222", CREATED)
        lines = whole(ASSIGNMENT_SUMMARY, header, 0).decode().split("\n")
        assert [line[:3] for line in lines] == ["FNR", "FHR", "CHR", "EOF", ""]

    def test_ends_with_eof_and_a_line_end_also_without_details(self) -> None:
        header = ("2000", "01", "ORG11111", "ORG22222", CREATED, REQUEST)
        content = whole(ASSIGNMENT_RESPONSE, header, 0)
        assert content.endswith(b"|0|" + REQUEST.encode() + b"\nEOF|0\n")

    def test_is_clean_to_the_hubs_own_scan(self) -> None:
        header = ("2000", "01", "ORG11111", "ORG22222", CREATED, REQUEST)
        content = whole(ASSIGNMENT_RESPONSE, header, 1, b"DTL|ORG11111||03\n")
        found = scan([content], Form.FRAME)
        assert found.clean
        assert found.details == 1
        assert found.ends == ("EOF|1",)


class TestInboundTypes:
    def test_end_in_xml_for_messages_and_in_dat_for_all_others(self) -> None:
        suffixes = {each.file_id: each.suffix for each in INBOUND.values()}
        assert [each for each, suffix in suffixes.items() if suffix == "XML"] == ["5500"]
        assert set(suffixes.values()) == {"DAT", "XML"}
