"""Retired words do not come back in what people read."""

from __future__ import annotations

import re

import pytest

from tools.check_words import faults, table, texts

ROWS = table("sentence")


def test_no_page_and_no_help_has_a_retired_word() -> None:
    assert faults(texts(), ROWS) == []


def test_pages_and_helps_are_read() -> None:
    read = texts()
    assert {"README.md", "docs/ldc/sets.md", "mdmr send --help", "mdmr gateway plan --help"} <= set(
        read
    )
    assert "synchronization set" in read["mdmr send --help"]


@pytest.mark.parametrize(
    "sentence",
    [
        "mend what the code tells; the name is free",
        "Save this under its name, which is told in the first line",
        "the first hit refuses the whole file",
        "It is taken up again when its cause is mended.",
    ],
)
def test_a_retired_word_is_found(sentence: str) -> None:
    (fault, *_) = faults({"page.md": f"A page.\n\n{sentence}"}, ROWS)
    assert fault.startswith("page.md:3: ")
    assert ": write " in fault


def test_code_and_addresses_are_not_prose() -> None:
    assert faults({"page.md": "```text\ntold\n```\n`told` and [this](told.md)"}, ROWS) == []


def test_rows_of_both_kinds_have_a_standard_word_and_can_be_read() -> None:
    for row in [*ROWS, *table("name")]:
        assert row.standard
        re.compile(row.word)
    assert all(re.fullmatch(r"\w+", row.word) for row in table("name"))
