"""The examples of the codes are what they say: `mdmr check` finds the code in what is wrong."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mdmr.organizations.parameter_table import PARAMETERS
from mdmr_cli.findings import Checked, check_files
from mdmr_cli.sets import check_sets

from tools import intake_codes, set_codes
from tools.code_sections import EXAMPLES, unused
from tools.sam_template import ROOT

NOW = datetime(2025, 8, 20, 15, tzinfo=UTC)
SECTIONS = [*intake_codes.sections(), *set_codes.sections()]
FIRST_DAY = ROOT / "docs/ldc/first-day.md"
FIRST_SET = ROOT / "docs/ldc/first-i-sync"
NAME = "ORG11111.ORG22222.1000.00.202508200905.DAT"
# What a set of another shape than the first one would get; a schedule has checks of its own.
TRIED = [each for each in EXAMPLES if "wrong" in EXAMPLES[each] and not each.startswith("C")]


def request() -> str:
    """Return the corrected request of the first day."""
    (text,) = re.findall(
        r"```text title=\"[^\"]+\"\n([^`]*SP-0003\nEOF\|3\n)```", FIRST_DAY.read_text()
    )
    return str(text)


@pytest.mark.parametrize("key", [each.key for each in SECTIONS])
def test_a_code_has_an_example(key: str) -> None:
    assert EXAMPLES[key]


def test_no_example_is_of_a_code_that_there_is_not() -> None:
    assert unused({each.key for each in SECTIONS}) == []
    assert unused(set()) == sorted(EXAMPLES)


def test_every_section_has_an_anchor_of_its_own() -> None:
    anchors = [each.anchor for each in SECTIONS]
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("key", TRIED)
def test_what_is_wrong_gets_the_code(key: str, tmp_path: Path) -> None:
    example = EXAMPLES[key]
    wrong = "" if example.get("gone") else example["wrong"]
    found = _request if key.startswith(("F", "2")) else _set
    assert key.removeprefix("2000-") in found(example["right"], wrong, tmp_path)


def test_the_first_request_gets_no_code(tmp_path: Path) -> None:
    assert _request(NAME, NAME, tmp_path) == set()


def test_the_first_set_gets_no_code(tmp_path: Path) -> None:
    assert _set("EOF|6", "EOF|6", tmp_path) == set()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_a_default_that_is_named_is_that_of_the_parameter(section: object) -> None:
    text = f"{getattr(section, 'means', '')} {getattr(section, 'must', '')}"
    for name, default in re.findall(r"`([a-z.]+_?[a-z_]*)` \(default: ([^ )]+)", text):
        assert str(PARAMETERS[name].default).split()[0] == default


def _request(right: str, wrong: str, folder: Path) -> set[str]:
    """Return the codes of the first request with something wrong in its name or its text."""
    text = request()
    name = wrong if right == NAME else NAME
    if right in text and right != NAME:
        text = text.replace(right, wrong)
    path = folder / name
    path.write_text(text.replace(NAME, name) if right == NAME else text, encoding="utf-8")
    return _codes(check_files([path], now=NOW, most=100))


def _set(right: str, wrong: str, folder: Path) -> set[str]:
    """Return the codes of the first set with something wrong in it, its counts being right."""
    for path in FIRST_SET.glob("*.DAT"):
        shutil.copy(path, folder)
    at = next(path for path in sorted(folder.iterdir()) if right + "\n" in path.read_text())
    text = at.read_text().replace(right + "\n", wrong and wrong + "\n")
    at.write_text(text)
    if not right.startswith(("EOF", "FHR", "FNR")):
        _count(folder, at, len(text.splitlines()) - 3)
    checked, sets = check_sets(
        check_files(sorted(folder.iterdir()), now=NOW, most=100), now=NOW, most=100
    )
    return _codes(checked) | {reason.code for each in sets for reason in each.reasons}


def _count(folder: Path, at: Path, details: int) -> None:
    """Write the number of details of a file into it, and into the Manifest."""
    lines = at.read_text().splitlines()
    fields = lines[1].split("|")
    fields[6] = str(details)
    if at.name.endswith(".00.01.DAT"):
        fields[13] = str(details)
    at.write_text("\n".join([lines[0], "|".join(fields), *lines[2:-1], f"EOF|{details}", ""]))
    (manifest,) = folder.glob("*.00.01.DAT")
    listed = re.sub(rf"({re.escape(at.name)})\|\d+", rf"\1|{details}", manifest.read_text())
    manifest.write_text(listed)


def _codes(checked: list[Checked]) -> set[str]:
    return {code for each in checked for code in each.counts}
