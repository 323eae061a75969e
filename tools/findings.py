"""What security scanners find, and which findings are passed over with a reason.

The reasons are data, tools/security_skips.yaml. One that covers nothing any more is a fault: what
it excused was mended or renamed, and it would hide the next thing of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from tools.sam_template import ROOT

# Makes the lines of a Markdown table from its head and rows.
Table: TypeAlias = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]

SKIPS = ROOT / "tools" / "security_skips.yaml"


@dataclass(frozen=True)
class Finding:
    """One finding: which scanner, by which of its rules, where, and in its words what.

    `where` is a logical id of the template or a file's path; `group` is a wider name that a skip
    may use instead: a resource's type, or the file's top folder.
    """

    scanner: str
    rule: str
    where: str
    group: str
    text: str


@dataclass(frozen=True)
class Skip:
    """A rule of a scanner that is passed over in places, and why."""

    scanner: str
    rule: str
    what: str
    places: tuple[str, ...]
    why: str


class SkipsError(Exception):
    """The file of skips cannot be read as such."""


def read_skips(path: Path = SKIPS) -> list[Skip]:
    """Return the skips of a file. Raises SkipsError naming the one that is not whole."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_skip(number, row) for number, row in enumerate(rows, start=1)]


def page(table: Table) -> list[str]:
    """Return the page of what is passed over; `table` makes the lines of a Markdown table."""
    rows = (
        (each.what, ", ".join(f"`{place}`" for place in each.places), each.why, _name(each))
        for each in read_skips()
    )
    return [
        "# Findings left as they are",
        "",
        "What the scanners find in template and code and is not changed, and why. A row that",
        "covers nothing any more fails the check.",
        "",
        *table(("What", "Where", "Why it stays", "Rule"), rows),
    ]


def _name(skip: Skip) -> str:
    return f"{skip.scanner} {skip.rule}"


def judge(findings: Sequence[Finding], skips: Sequence[Skip]) -> list[str]:
    """Return one line for each finding that no skip covers and each skip that covers none."""
    faults = [
        f"{each.scanner} {each.rule} {each.where}: {each.text}"
        for each in findings
        if not any(_covers(skip, place, each) for skip in skips for place in skip.places)
    ]
    return faults + [
        f"{skip.scanner} {skip.rule} {place}: nothing to skip any more ({SKIPS.name})"
        for skip in skips
        for place in skip.places
        if not any(_covers(skip, place, each) for each in findings)
    ]


def _covers(skip: Skip, place: str, found: Finding) -> bool:
    return (skip.scanner, skip.rule) == (found.scanner, found.rule) and place in (
        found.where,
        found.group,
    )


def _skip(number: int, row: Mapping[str, object]) -> Skip:
    places = row.get("where")
    texts = [str(row.get(key) or "").strip() for key in ("scanner", "rule", "what", "why")]
    if not all(texts) or not isinstance(places, list) or not places:
        message = f"skip {number} needs scanner, rule, what, where (a list) and why"
        raise SkipsError(message)
    scanner, rule, what, why = texts
    return Skip(scanner, rule, what, tuple(map(str, places)), why)
