"""Every correction of the embedded AWS has its report to ministack."""

from __future__ import annotations

import importlib

import pytest
from mdmr_local.corrections import NAMES

from tools import corrections
from tools.corrections import Report, reports, unreported

REPORT = Report(reproduce="Do this.", expected="That.")


def test_the_corrections_are_those_that_are_applied() -> None:
    assert corrections.corrections().keys() == set(NAMES)
    module = importlib.import_module("mdmr_local.corrections.registry")
    assert set(module.Correction.__dataclass_fields__) == {"name", "wrong", "apply"}


def test_each_has_a_report_that_is_whole() -> None:
    assert unreported(corrections.corrections(), reports()) == []


@pytest.mark.parametrize(
    ("reported", "fault"),
    [
        ({}, "one: a correction without a report"),
        ({"one": REPORT, "two": REPORT}, "two: a report without a correction"),
        *(
            ({"one": report}, "one: needs `reproduce` and `expected`, or `ours` alone")
            for report in (
                Report(),
                Report(reproduce="Do this."),
                Report(ours="It is right.", reproduce="Do this."),
                Report(ours="It is right.", link="https://example.org/1"),
            )
        ),
    ],
)
def test_what_is_missing_is_told(reported: dict[str, Report], fault: str) -> None:
    assert unreported({"one": "wrong"}, reported) == [fault]


def test_a_page_is_not_made_without_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "reports", dict)
    with pytest.raises(LookupError, match="lambda_error_type: a correction without a report"):
        corrections.page(lambda *_: [])


def test_a_report_that_was_sent_is_a_link() -> None:
    sent = Report(reproduce="Do this.", expected="That.", link="https://example.org/1")
    assert sent.is_whole
    assert corrections._text(sent) == "[sent](https://example.org/1)"
    assert corrections._text(REPORT).startswith("Not sent yet. Reproduce: Do this.")
