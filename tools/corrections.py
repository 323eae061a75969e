"""The page of what is corrected in the embedded AWS, each with its report to ministack."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import yaml
from msgspec import Struct, convert

from tools.sam_template import ROOT

Table: TypeAlias = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]

FOLDER = ROOT / "local" / "mdmr_local" / "corrections"
UPSTREAM = "https://github.com/ministackorg/ministack"
_HEAD = (
    f"The embedded AWS is [ministack]({UPSTREAM}), of one exact version. Each row is a module of "
    "`local/mdmr_local/corrections` with a test that fails once ministack does it right: then the "
    "module goes. `reports.yaml` beside them has the text of each report to "
    f"[ministack's issues]({UPSTREAM}/issues); a correction without one fails "
    "`make check-catalogues`."
)


class Report(Struct, frozen=True, forbid_unknown_fields=True):
    """The report of a correction, or in `ours` why it is no fault of ministack."""

    reproduce: str = ""
    expected: str = ""
    link: str = ""
    ours: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it can be sent, or says why it is not."""
        written = bool(self.reproduce and self.expected)
        begun = bool(self.reproduce or self.expected or self.link)
        return bool(self.ours) != written and not (self.ours and begun)


def corrections(folder: Path = FOLDER) -> dict[str, str]:
    """Return what each correction corrects, by its name.

    The modules are read, not imported: importing one starts parts of ministack.
    """
    found = {}
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Correction":
                given = {each.arg: each.value for each in node.keywords}
                found[ast.literal_eval(given["name"])] = ast.literal_eval(given["wrong"])
    return found


def reports(folder: Path = FOLDER) -> dict[str, Report]:
    """Return the report of each correction, by the correction's name.

    Raises:
        msgspec.ValidationError: a row is none.
    """
    return convert(yaml.safe_load((folder / "reports.yaml").read_text()), dict[str, Report])


def unreported(wrong: Mapping[str, str], reported: Mapping[str, Report]) -> list[str]:
    """Return what is missing: a report, one that is whole, or the correction of a report."""
    return [
        *(f"{name}: a correction without a report" for name in sorted(wrong.keys() - reported)),
        *(f"{name}: a report without a correction" for name in sorted(reported.keys() - wrong)),
        *(
            f"{name}: needs `reproduce` and `expected`, or `ours` alone"
            for name, report in sorted(reported.items())
            if not report.is_whole
        ),
    ]


def page(table: Table) -> list[str]:
    """Return the page.

    Raises:
        LookupError: a correction is without a report.
    """
    wrong, reported = corrections(), reports()
    if faults := unreported(wrong, reported):
        raise LookupError("; ".join(faults))
    sent = {name: report for name, report in reported.items() if not report.ours}
    rows = ((f"`{name}`", wrong[name], _text(report)) for name, report in sorted(sent.items()))
    ours = ((f"`{name}`", each.ours) for name, each in sorted(reported.items()) if each.ours)
    return [
        "# Corrections of the embedded AWS",
        "",
        _HEAD,
        "",
        "## Reported",
        "",
        *table(("Correction", "What is wrong", "Report"), rows),
        "",
        "## Only for virtual time",
        "",
        "Right in ministack, and in the way of a clock that jumps.",
        "",
        *table(("Correction", "Why"), ours),
    ]


def _text(report: Report) -> str:
    if report.link:
        return f"[sent]({report.link})"
    return (
        f"Not sent yet. Reproduce: {_plain(report.reproduce)} Expected: {_plain(report.expected)}"
    )


def _plain(text: str) -> str:
    """Return a text in which Markdown marks nothing."""
    return text.replace("*", r"\*").replace("<", "&lt;").replace("_", r"\_")
