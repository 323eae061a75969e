from __future__ import annotations

import pytest
from mdmr.exchange.files.filetypes import INBOUND, OUTBOUND
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_SUMMARY
from mdmr.exchange.files.layouts.tables import Field, Need, RecordLayout
from mdmr.exchange.files.layouts.types import Why, number, varchar

LAYOUT = RecordLayout("DTL", (Field("Name", varchar(5)), Field("Count", number(3), Need.OPTIONAL)))


class TestReading:
    def test_a_valid_line_gives_its_values(self) -> None:
        reading = records.read(LAYOUT, "DTL|abc|007")
        assert reading.valid
        assert reading.values == ("abc", 7)

    def test_an_empty_optional_field_is_null(self) -> None:
        reading = records.read(LAYOUT, "DTL|abc|")
        assert reading.valid
        assert reading.values == ("abc", None)

    @pytest.mark.parametrize("line", ["DTL|abc", "DTL|abc|7|", "XYZ|abc|7", "DTL", "", "dtl|abc|7"])
    def test_another_number_of_fields_or_record_type_is_not_counted(self, line: str) -> None:
        reading = records.read(LAYOUT, line)
        assert not reading.counted
        assert not reading.valid
        assert reading.values == ()

    def test_every_fault_is_told_with_its_field(self) -> None:
        reading = records.read(LAYOUT, "DTL||x")
        assert [(fault.field.name, fault.why) for fault in reading.faults] == [
            ("Name", Why.MISSING),
            ("Count", Why.FORM),
        ]
        assert reading.values == (None, None)


class TestWriting:
    def test_a_line_that_ends_in_a_delimiter_has_an_empty_last_field(self) -> None:
        assert records.write(LAYOUT, ("abc", None)) == "DTL|abc|"

    def test_a_mandatory_field_must_be_filled(self) -> None:
        with pytest.raises(ValueError, match="Name must be filled"):
            records.write(LAYOUT, ("", 1))

    def test_a_value_that_breaks_its_type_is_told_with_its_field(self) -> None:
        with pytest.raises(ValueError, match="Count: '1000' is no"):
            records.write(LAYOUT, ("abc", 1000))

    @pytest.mark.parametrize("values", [("abc",), ("abc", 1, 2)])
    def test_every_field_needs_its_value(self, values: tuple[str | int, ...]) -> None:
        with pytest.raises(ValueError, match="has 2 own fields"):
            records.write(LAYOUT, values)

    def test_the_names_of_the_columns_are_those_of_the_layout(self) -> None:
        assert records.columns(ASSIGNMENT_SUMMARY.details[0]) == (
            "CHR|LDC ORG ID|Submitting ORG ID|Request File Name|Processed Date Time|Requested"
            "|Issued|Already Issued|Invalid ORG ID|Incomplete Data"
        )


class TestPrintable:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("plain.DAT", "plain.DAT"),
            ("a|b", "a?b"),
            ("a\nDTL|b", "a?DTL?b"),
            ("é", "??"),
            ("\x00\x7f\t", "???"),
            ("a\ud800b", "a?b"),
        ],
    )
    def test_no_foreign_text_can_forge_a_record(self, text: str, shown: str) -> None:
        assert records.printable(text, 255) == shown

    def test_a_long_text_is_cut(self) -> None:
        assert records.printable("x" * 300, 255) == "x" * 255


class TestTheTables:
    def test_hold_the_types_and_versions_of_the_interface(self) -> None:
        assert {each.file_id: each.version for each in INBOUND.values()} == {
            "1000": "00",
            "3000": "01",
            "4000": "00",
            "5000": "00",
            "5500": "00",
            "7000": "00",
            "7100": "00",
            "8000": "00",
        }

    def test_write_12_digits_of_time_in_2000_and_ir_reports_and_14_elsewhere(self) -> None:
        for file_id, kind in OUTBOUND.items():
            assert kind.digits == (12 if file_id == "2000" or file_id.startswith("IR") else 14)

    def test_require_an_eof_record_of_7000_only(self) -> None:
        assert [each.file_id for each in INBOUND.values() if each.end_required] == ["7000"]

    def test_refuse_content_sent_again_of_1000_7000_and_7100_only(self) -> None:
        once = [each.file_id for each in INBOUND.values() if each.once]
        assert once == ["1000", "7000", "7100"]
