from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.files.names import FileName, SetPart, name_time, next_free

REQUEST = "ORG11111.ORG22222.1000.00.20250820100500.DAT"
NOW = datetime(2025, 8, 20, 10, 15, 30, 900_000, tzinfo=EST)


class TestAName:
    def test_is_read_in_its_elements(self) -> None:
        assert FileName.parse(REQUEST) == FileName(
            "ORG11111", "ORG22222", "1000", "00", "20250820100500"
        )

    def test_may_have_12_digits_of_time(self) -> None:
        name = FileName.parse("ORG11111.ORG22222.1000.00.202508201005.DAT")
        assert name is not None
        assert name.time == datetime(2025, 8, 20, 10, 5, tzinfo=EST)

    def test_of_a_set_has_a_tail(self) -> None:
        name = FileName.parse("ORG11111.ORG22222.4000.00.20250902090000.tx_0-1.07.99.DAT")
        assert name is not None
        assert name.part == SetPart("tx_0-1", "07", "99")

    def test_of_a_report_has_letters_in_its_id(self) -> None:
        name = FileName.parse("ORG11111.ORG22222.IR01.00.202508201015.DAT")
        assert name is not None
        assert name.file_id == "IR01"

    def test_of_a_message_ends_in_xml(self) -> None:
        name = FileName.parse("ORG11111.ORG22222.5500.00.20250820100500.XML")
        assert name is not None
        assert name.suffix == "XML"

    @pytest.mark.parametrize(
        "text",
        [
            REQUEST,
            "ORG11111.ORG22222.IR01.00.202508201015.DAT",
            "ORG11111.ORG22222.4000.00.20250902090000.tx0001.01.01.DAT",
            "ORG11111.ORG22222.5500.00.20250820100500.XML",
        ],
    )
    def test_is_written_as_it_was_read(self, text: str) -> None:
        assert str(FileName.parse(text)) == text

    def test_matches_the_pattern_also_with_a_time_that_is_not_real(self) -> None:
        name = FileName.parse("ORG11111.ORG22222.1000.00.20251301000000.DAT")
        assert name is not None
        assert name.time is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            REQUEST.lower(),
            REQUEST + "\n",
            " " + REQUEST,
            REQUEST + ".gz",
            "x/" + REQUEST,
            REQUEST.replace(".DAT", ""),
            REQUEST.replace(".DAT", ".CSV"),
            REQUEST.replace("ORG11111", "ORG1111"),
            REQUEST.replace("ORG11111", "ORG111111"),
            REQUEST.replace("ORG11111", "ORG1111１"),  # noqa: RUF001 - a digit, not of ASCII
            REQUEST.replace("1000", "100"),
            REQUEST.replace("1000", "1R01"),
            REQUEST.replace(".00.", ".0."),
            REQUEST.replace("20250820100500", "20250820"),
            REQUEST.replace("20250820100500", "2025082010050"),
            REQUEST.replace("20250820100500", "202508201005000"),
            REQUEST.replace(".DAT", ".tx0001.01.DAT"),
            REQUEST.replace(".DAT", ".tx0001.06.01.DAT"),
            REQUEST.replace(".DAT", ".tx0001.08.01.DAT"),
            REQUEST.replace(".DAT", ".tx0001.01.1.DAT"),
            REQUEST.replace(".DAT", f".{'t' * 21}.01.01.DAT"),
            REQUEST.replace(".DAT", "..01.01.DAT"),
        ],
    )
    def test_that_breaks_the_pattern_is_none(self, text: str) -> None:
        assert FileName.parse(text) is None


class TestTheTimeOfAnOutboundName:
    @pytest.mark.parametrize(("digits", "text"), [(14, "20250820101530"), (12, "202508201015")])
    def test_is_written_in_est_with_what_is_finer_cut_off(self, digits: int, text: str) -> None:
        assert name_time(NOW.astimezone(UTC), digits) == text

    @pytest.mark.parametrize(("digits", "expected"), [(14, "20250820101530"), (12, "202508201015")])
    def test_is_now_when_no_name_was_given_before(self, digits: int, expected: str) -> None:
        assert name_time(next_free(NOW, None, digits), digits) == expected

    @pytest.mark.parametrize("digits", [14, 12])
    def test_is_now_when_the_last_name_lies_back(self, digits: int) -> None:
        long_ago = NOW - timedelta(days=1)
        assert next_free(NOW, long_ago, digits) == next_free(NOW, None, digits)

    @pytest.mark.parametrize(
        ("digits", "expected"),
        [
            (14, ["20250820101530", "20250820101531", "20250820101532"]),
            (12, ["202508201015", "202508201016", "202508201017"]),
        ],
    )
    def test_steps_to_the_next_free_second_or_minute(
        self, digits: int, expected: list[str]
    ) -> None:
        last: datetime | None = None
        given = []
        for _ in expected:
            last = next_free(NOW, last, digits)
            given.append(name_time(last, digits))
        assert given == expected

    @pytest.mark.parametrize("digits", [14, 12])
    def test_steps_on_from_a_name_that_lies_ahead(self, digits: int) -> None:
        """A burst of reports may have run ahead of the clock."""
        ahead = next_free(NOW + timedelta(hours=1), None, digits)
        assert next_free(NOW, ahead, digits) > ahead

    def test_steps_over_midnight_and_the_end_of_the_year(self) -> None:
        last = datetime(2025, 12, 31, 23, 59, tzinfo=EST)
        assert name_time(next_free(last, last, 12), 12) == "202601010000"
