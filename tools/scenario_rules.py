"""The page of scenarios: which folder shows which code and rule, and what each folder is about.

A scenario shows a code when its expected files have it. Codes that no scenario can show have a
reason here, and a test of their own. A rule that has no code is in `rules.yaml` with the line of
an expected file in which it is seen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import yaml
from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.schedules.codes import MEANINGS
from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES
from mdmr.synchronization.codes_processing import REFUSALS
from mdmr.synchronization.codes_staging import STAGING_CODES
from msgspec import Struct, convert

from tools.sam_template import ROOT

Table: TypeAlias = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]

FOLDER = ROOT / "tests" / "scenarios"
_CODE = re.compile(r"\|([FISYC][0-9]{3})\|")
_TITLE = re.compile(r"# (.*)")
_CORPUS = "each case of `tests/corpus`"

# Codes that no scenario shows, and where they are held to instead.
ELSEWHERE = {
    **dict.fromkeys(INTAKE_CODES, _CORPUS),
    "Y217": "there are no billing requests yet; `tests/unit/synchronization/test_refusals.py`",
    "Y299": "a fault of the hub itself; `tests/unit/synchronization/test_refusals.py`",
}


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule: what it says, the scenario that shows it, the file and the line where it is seen."""

    rule: str
    scenario: str
    file: str
    line: str

    def is_seen(self, folder: Path = FOLDER) -> bool:
        """Return whether an expected file of the scenario has the line."""
        files = (folder / self.scenario / "expected").glob(f"*/*{self.file}*.DAT")
        return any(
            re.search(self.line, line)
            for path in files
            for line in path.read_text(encoding="ascii").splitlines()
        )


def rules(folder: Path = FOLDER) -> dict[str, list[Rule]]:
    """Return the rules that have no code, by what they are about."""
    told = yaml.safe_load((folder / "rules.yaml").read_text(encoding="utf-8"))
    return convert(told, dict[str, list[Rule]])


def every_code() -> dict[str, str]:
    """Return every code that a report tells, with its text."""
    return {
        **{each.code: each.text for each in INTAKE_CODES.values()},
        **{each.code: each.text for each in INCOMPLETE_CODES.values()},
        **{each.code: each.text for each in STAGING_CODES.values()},
        **{each.code: each.text for each in REFUSALS.values()},
        **{code.value: each.text for code, each in MEANINGS.items()},
    }


def shown(folder: Path = FOLDER) -> Mapping[str, Sequence[str]]:
    """Return the scenarios that show each code, by code."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in folder.glob("*/expected/*/*.DAT"):
        for code in _CODE.findall(path.read_text(encoding="ascii")):
            found[code].add(path.parents[2].name)
    return {code: sorted(names) for code, names in sorted(found.items())}


def unshown(folder: Path = FOLDER) -> list[str]:
    """Return the codes that no scenario shows and that have no reason for it."""
    return sorted(every_code().keys() - shown(folder).keys() - ELSEWHERE.keys())


def scenario_rules(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    found = shown()
    folders = sorted(path.parent for path in FOLDER.glob("*/scenario.yaml"))
    return [
        "# Scenarios",
        "",
        "Folders of `tests/scenarios`: given files go through the whole hub on the embedded AWS,",
        "and what comes out is held to what is expected. Each tells the rules that it covers in",
        "its `README.md`.",
        "",
        *table(("Folder", "What it is about"), ((each.name, _title(each)) for each in folders)),
        "",
        "## Which one shows a rule of synchronization",
        "",
        "The scenario expects a line in which the rule is seen (`tests/scenarios/rules.yaml`).",
        "What has a code is in the next table. Synchronization Status 31 to 40 and 99 are failures",
        "of the hub itself, which no file brings about: `tests/unit/synchronization`.",
        "",
        *table(
            ("About", "Rule", "Scenario"),
            (
                (about, each.rule, each.scenario)
                for about, those in rules().items()
                for each in those
            ),
        ),
        "",
        "## Which one shows a code",
        "",
        *table(
            ("Code", "Text", "Scenarios"),
            (
                (code, text, ", ".join(found.get(code, ())) or f"none: {ELSEWHERE[code]}")
                for code, text in every_code().items()
            ),
        ),
    ]


def _title(folder: Path) -> str:
    text = (folder / "README.md").read_text(encoding="utf-8")
    found = _TITLE.match(text)
    return found[1] if found else ""
