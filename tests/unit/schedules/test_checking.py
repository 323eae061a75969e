"""Schedule records, each code given where it is due and nowhere else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.schedules.checking import Checked, Terms, check, read_row
from mdmr.schedules.codes import MEANINGS, Code
from mdmr.schedules.loaded import BillingPeriod, Cycles

TERMS = Terms(date(2025, 9, 4), 5, frozenset({"BC01", "BC02"}))
LOADED: Cycles = {
    "BC01": (
        BillingPeriod(date(2025, 7, 15), date(2025, 8, 15)),
        BillingPeriod(date(2025, 8, 15), date(2025, 9, 15)),
        BillingPeriod(date(2025, 9, 15), date(2025, 10, 15)),
    )
}


def checked(*lines: str, before: Cycles = LOADED, terms: Terms = TERMS) -> Checked:
    rows = [read_row(number, text) for number, text in enumerate(lines, start=3)]
    return check(rows, before, terms)


def codes(found: Checked) -> list[tuple[int, str]]:
    return [(each.row.line, each.code.value) for each in found.findings]


def periods(found: Checked, cycle: str) -> list[tuple[str, str]]:
    return [(f"{each.start:%m%d}", f"{each.end:%m%d}") for each in found.cycles.get(cycle, ())]


def test_every_code_has_its_meaning() -> None:
    assert list(MEANINGS) == list(Code)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("DTL|BC01|20251015|20251117", "C001"),
        ("DTL|BC01|20251015|20251117|A|", "C001"),
        ("ITV|BC01|20251015|20251117|A", "C001"),
        ("DTL|", "C001"),
        ("DTL||20251015|20251117|A", "C002"),
        ("DTL|BC01||20251117|A", "C002"),
        ("DTL|BC01|20251015||A", "C002"),
        ("DTL|BC01|20251015|20251117|", "C002"),
        ("DTL|BC 1|20251015|20251117|A", "C002"),
        ("DTL|BC345678901|20251015|20251117|A", "C002"),
        ("DTL|BC01|20250229|20251117|A", "C002"),
        ("DTL|BC01|20251015|20251117|AA", "C002"),
        ("DTL|BC01|20251015|20251117|X", "C003"),
        ("DTL|BC01|20251015|20251117|a", "C003"),
        ("DTL|BC01|20251015|20251015|A", "C004"),
        ("DTL|BC01|20251015|20251014|X", "C003"),
        ("DTL|BC01|20250915|20251117|A", "C005"),
        ("DTL|BC02|20250915|20251117|U", "C006"),
        ("DTL|BC01|20250916|20251015|D", "C006"),
        ("DTL|BC02|20250801|20250903|A", "C007"),
        ("DTL|BC01|20250715|20251015|U", "C007"),
        ("DTL|BC01|20250815|20250903|U", "C007"),
        ("DTL|BC01|20250715|20250815|D", "C007"),
        ("DTL|BC01|20251014|20251117|A", "C008"),
        ("DTL|BC01|20250815|20250916|U", "C008"),
        ("DTL|BC01|20250501|20270503|A", "C008"),
    ],
)
def test_a_record_with_an_error_refuses_the_file(line: str, code: str) -> None:
    found = checked(line)
    assert codes(found)[:1] == [(3, code)]
    assert found.errors == 1


@pytest.mark.parametrize(
    "line",
    [
        "DTL|BC01|20251015|20251117|A",
        "DTL| bc01 |20251015|20251117|A",
        "DTL|BC02|20250804|20250904|A",
        "DTL|BC01|20250915|20251014|U",
        "DTL|BC01|20250915|20251016|U",
        "DTL|BC01|20250915|20251015|D",
    ],
)
def test_a_sound_record_is_loaded_without_a_word(line: str) -> None:
    assert codes(checked(line)) == []


def test_records_act_in_their_order() -> None:
    found = checked(
        "DTL|BC01|20250915|20251015|D",
        "DTL|BC01|20250915|20251016|A",
        "DTL|BC01|20251016|20251117|A",
        "DTL|BC01|20251016|20251118|U",
    )
    assert codes(found) == []
    assert periods(found, "BC01")[2:] == [("0915", "1016"), ("1016", "1118")]


def test_a_key_that_is_added_twice_is_refused_even_where_it_was_deleted_between() -> None:
    add, delete = "DTL|BC02|20251015|20251117|A", "DTL|BC02|20251015|20251117|D"
    assert codes(checked(add, add)) == [(4, "C005")]
    assert codes(checked(add, delete, add)) == [(5, "C005")]


def test_both_records_that_overlap_are_told() -> None:
    found = checked(
        "DTL|BC02|20251015|20251117|A",
        "DTL|BC02|20251114|20251215|A",
        "DTL|BC02|20251215|20260115|A",
    )
    assert codes(found) == [(3, "C008"), (4, "C008")]


def test_records_that_are_too_many_of_a_cycle_are_told() -> None:
    months = [f"DTL|BC02|2026{month:02}02|2026{month + 1:02}02|A" for month in range(1, 8)]
    found = checked(*months, "DTL|BC01|20251015|20251117|A")
    errors = [line for line, code in codes(found) if code == "C009"]
    assert (errors, found.errors) == ([8, 9], 2)


def test_a_gap_is_told_on_the_record_after_it() -> None:
    found = checked("DTL|BC01|20251016|20251117|A")
    assert codes(found) == [(3, "C101")]
    assert (found.errors, found.warnings) == (0, 1)


def test_a_gap_before_a_period_that_was_there_is_told_on_the_record_that_leaves_it() -> None:
    assert codes(checked("DTL|BC01|20250815|20250912|U")) == [(3, "C101")]
    following = "DTL|BC01|20251015|20251117|A"
    assert codes(checked(following, "DTL|BC01|20250915|20251015|D")) == [(3, "C101")]
    before: Cycles = {**LOADED, "BC01": (*LOADED["BC01"], BillingPeriod(date(2025, 10, 15), MAY))}
    assert codes(checked("DTL|BC01|20250915|20251015|D", before=before)) == [(3, "C101")]


MAY = date(2026, 5, 15)


def test_a_gap_that_was_there_before_is_not_told_again() -> None:
    before: Cycles = {"BC01": (LOADED["BC01"][0], LOADED["BC01"][2])}
    assert codes(checked("DTL|BC01|20251015|20251117|A", before=before)) == []
    # Nor is it where the period beside it gets another end, or is deleted and added again.
    assert codes(checked("DTL|BC01|20250915|20251014|U", before=before)) == []
    again = ("DTL|BC01|20250915|20251015|D", "DTL|BC01|20250915|20251016|A")
    assert codes(checked(*again, before=before)) == []


def test_a_gap_that_gets_larger_is_told() -> None:
    before: Cycles = {"BC01": (LOADED["BC01"][1], BillingPeriod(date(2025, 10, 15), MAY))}
    found = checked("DTL|BC01|20250815|20250912|U", before=before)
    assert codes(found) == [(3, "C101")]


def test_a_cycle_without_sdp_is_told_once() -> None:
    found = checked("DTL|BC07|20251010|20251110|A", "DTL|BC07|20251110|20251210|A", before={})
    assert codes(found) == [(3, "C102")]
    assert periods(found, "BC07") == [("1010", "1110"), ("1110", "1210")]


def test_an_end_on_a_holiday_is_told() -> None:
    assert codes(checked("DTL|BC01|20251015|20251115|A")) == [(3, "C103")]
    assert codes(checked("DTL|BC01|20251015|20251226|A")) == [(3, "C103")]


def test_a_record_may_have_one_error_and_every_warning() -> None:
    found = checked("DTL|BC09|20250801|20250831|A")
    assert codes(found) == [(3, "C007"), (3, "C102"), (3, "C103")]
    assert (found.errors, found.warnings) == (1, 2)


def test_a_cycle_that_loses_its_last_period_is_no_cycle_any_more() -> None:
    before: Cycles = {"BC02": (BillingPeriod(date(2025, 9, 15), date(2025, 10, 15)),)}
    found = checked("DTL|BC02|20250915|20251015|D", before=before)
    assert (codes(found), found.cycles) == ([], {})


def test_no_records_change_nothing() -> None:
    assert checked() == Checked((), LOADED)


days = st.dates(date(2025, 8, 1), date(2025, 12, 31))
lines = st.builds(
    lambda cycle, start, end, action: f"DTL|{cycle}|{start:%Y%m%d}|{end:%Y%m%d}|{action}",
    st.sampled_from(["BC01", "BC02"]),
    st.one_of(days, st.sampled_from([each.start for each in LOADED["BC01"]])),
    days,
    st.sampled_from("AUD"),
)


@given(st.lists(lines, max_size=6))
def test_what_is_loaded_never_overlaps_and_is_in_order(file: list[str]) -> None:
    found = checked(*file)
    if found.errors:
        return
    for cycle in found.cycles.values():
        ends = [each.end for each in cycle]
        assert all(each.start < each.end for each in cycle)
        assert all(end <= each.start for end, each in zip(ends, cycle[1:], strict=False))
    assert {row.cycle for row in map(read_row, range(len(file)), file)} >= {
        name for name, each in found.cycles.items() if each != LOADED.get(name)
    }
