from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.files.layouts.types import (
    BOUNDARY,
    DATE,
    DATE_TIME,
    END,
    END_DATE,
    ORG_ID,
    POSTAL_CODE,
    SDP_ID,
    TIME_INTERVAL,
    UNIVERSAL_SDP_ID,
    FieldType,
    FieldValue,
    char,
    fixed_number,
    number,
    varchar,
)


class TestRead:
    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            (char(2), "ab"),
            (varchar(3), "a"),
            (varchar(3), "a ~"),
            (fixed_number(3), "007"),
            (number(3), "7"),
            (number(3), "00000007"),
            (number(3, signed=True), "-7"),
            (number(3, 2), "1"),
            (number(3, 2), "1."),
            (number(3, 2), ".5"),
            (number(3, 2), "123.45"),
            (number(3, 2, signed=True), "-123.45"),
            (DATE, "20240229"),
            (DATE_TIME, "20250820100500"),
            (DATE_TIME, "20250820 100500"),
            (DATE_TIME, "20250820240000"),
            (ORG_ID, "ORG11111"),
            (UNIVERSAL_SDP_ID, "10000000"),
            (SDP_ID, "SP-1_/.9"),
            (SDP_ID, "S" * 50),
        ],
    )
    def test_a_text_in_the_types_form_is_accepted(self, kind: FieldType, text: str) -> None:
        assert kind.accepts(text)

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            (char(2), "a"),
            (char(2), "abc"),
            (char(2), "a|"),
            (char(2), "a\x7f"),
            (char(2), "aé"),
            (varchar(3), ""),
            (varchar(3), "abcd"),
            (varchar(3), "ab\n"),
            (fixed_number(3), "07"),
            (fixed_number(3), "0007"),
            (fixed_number(3), "00７"),  # noqa: RUF001 - a digit, not of ASCII
            (number(3), "1000"),
            (number(3), "-7"),
            (number(3), "+7"),
            (number(3), "7.0"),
            (number(3), "1e2"),
            (number(3), "1_0"),
            (number(3), " 7"),
            (number(3, 2), "1.234"),
            (number(3, 2), "1000"),
            (number(3, 2), "."),
            (number(3, 2), "-1"),
            (number(3, 2), "1,0"),
            (number(3, 2), "NaN"),
            (DATE, "20250229"),
            (DATE, "202502"),
            (DATE_TIME, "20250820"),
            (DATE_TIME, "20250820250000"),
            (ORG_ID, "org11111"),
            (UNIVERSAL_SDP_ID, "01234567"),
            (SDP_ID, "S" * 51),
            (SDP_ID, "SP 1"),
            (SDP_ID, "SP#1"),
        ],
    )
    def test_any_other_text_is_not(self, kind: FieldType, text: str) -> None:
        assert not kind.accepts(text)

    @pytest.mark.parametrize(
        ("kind", "text", "value"),
        [
            (number(3), "007", 7),
            (number(3, signed=True), "-007", -7),
            (number(3), "0", 0),
            (number(3, 2), ".5", Decimal("0.5")),
            (fixed_number(3), "007", "007"),
            (DATE, "20250820", date(2025, 8, 20)),
            (DATE_TIME, "20250820240000", datetime(2025, 8, 21, tzinfo=EST)),
        ],
    )
    def test_the_value_is_what_the_text_means(
        self, kind: FieldType, text: str, value: FieldValue
    ) -> None:
        assert kind.read(text) == value

    @pytest.mark.parametrize("zeros", [5_000, 16_000])
    def test_leading_zeros_may_fill_a_line(self, zeros: int) -> None:
        text = "0" * zeros + "42"
        assert number(9).accepts(text)
        assert number(9).read(text) == 42

    def test_ids_are_trimmed_and_upper_cased_before_any_comparison(self) -> None:
        assert ORG_ID.fold("  org11111 ") == "ORG11111"
        assert SDP_ID.fold(" sp-1 ") == "SP-1"

    def test_other_texts_are_trimmed_and_keep_their_case(self) -> None:
        assert varchar(9).fold(" a b ") == "a b"
        assert varchar(9).fold("   ") == ""

    @pytest.mark.parametrize("kind", [DATE, DATE_TIME, BOUNDARY, END, number(5), TIME_INTERVAL])
    def test_dates_numbers_and_codes_are_trimmed_too(self, kind: FieldType) -> None:
        assert kind.fold("  00000100 ") == "00000100"

    def test_a_postal_code_is_trimmed_before_the_blank_in_its_middle_is_dropped(self) -> None:
        assert POSTAL_CODE.fold(" L6H 0A1  ") == "L6H0A1"
        assert POSTAL_CODE.normalizes(" L6H0A1")
        assert not POSTAL_CODE.normalizes("L6H 0A1")

    @pytest.mark.parametrize(
        "end",
        ["99991231", " 99991231", "99991231000000", "99991231 235959", "99991231240000"],
    )
    def test_an_end_on_the_last_day_is_none_whatever_its_time(self, end: str) -> None:
        assert END.fold(end) == ""
        assert END.normalizes(end)

    @pytest.mark.parametrize(
        "end", ["99991230235959", "99991231250000", "99991231240001", "99990101", "999912312359"]
    )
    def test_another_end_is_what_it_is(self, end: str) -> None:
        assert END.fold(end) == end
        assert not END.normalizes(end)

    def test_an_end_date_on_the_last_day_is_none(self) -> None:
        assert END_DATE.fold("99991231") == ""
        assert END_DATE.fold("99991230") == "99991230"

    @pytest.mark.parametrize("kind", [DATE, DATE_TIME, BOUNDARY])
    def test_other_times_of_the_last_day_are_what_they_are(self, kind: FieldType) -> None:
        text = "99991231" if kind is DATE else "99991231235959"
        assert kind.fold(text) == text
        assert kind.accepts(text)


class TestWritten:
    @pytest.mark.parametrize(
        ("kind", "value", "text"),
        [
            (fixed_number(4), 7, "0007"),
            (fixed_number(4), "0007", "0007"),
            (number(9), 7, "7"),
            (number(9, 3), Decimal(0), "0.000"),
            (number(9, 3), Decimal("0.5"), "0.500"),
            (number(9, 3, signed=True), Decimal("-1.5"), "-1.500"),
            (DATE, date(2025, 8, 20), "20250820"),
            (DATE_TIME, datetime(2025, 8, 20, 15, 5, tzinfo=UTC), "20250820100500"),
            (ORG_ID, "ORG11111", "ORG11111"),
        ],
    )
    def test_a_value_is_written_in_the_types_form(
        self, kind: FieldType, value: FieldValue, text: str
    ) -> None:
        assert kind.write(value) == text

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (fixed_number(2), 100),
            (number(3), 1000),
            (number(3), -1),
            (char(2), "a"),
            (varchar(3), "a|b"),
            (varchar(3), "a\nb"),
            (varchar(3), "é"),
            (ORG_ID, "org11111"),
            (UNIVERSAL_SDP_ID, "00000001"),
            (DATE_TIME, "20251301000000"),
        ],
    )
    def test_what_the_type_cannot_hold_is_refused(self, kind: FieldType, value: FieldValue) -> None:
        with pytest.raises(ValueError, match="is no"):
            kind.write(value)
