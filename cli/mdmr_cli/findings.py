"""Files checked on this machine, and how what was found is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import add_row, say, show_table, table

if TYPE_CHECKING:
    from mdmr.exchange.inbound.checking import Finding

MOST = 100
_BLOCK = 1 << 18
# The checks read a file about twice: for its frame and for its details.
_READINGS = 2


@dataclass(frozen=True)
class Checked:
    """A file with the first of its findings, and how many there are of each code."""

    path: Path
    findings: Sequence[Finding]
    counts: Counter[str]

    @property
    def found(self) -> int:
        """How many findings there are, shown or not."""
        return self.counts.total()

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "file": str(self.path),
            "found": self.found,
            "codes": dict(sorted(self.counts.items())),
            "findings": [asdict(each) for each in self.findings],
        }


def check_files(
    paths: Sequence[Path], *, now: datetime, most: int, sender: str = ""
) -> list[Checked]:
    """Return the files checked as the hub would `now`, at most `most` findings of each kept.

    `sender` is who would send them. Ends the command with 2 when one cannot be read.
    """
    return [_check(path, now, most, sender) for path in paths]


def _check(path: Path, now: datetime, most: int, sender: str) -> Checked:
    from mdmr.exchange.inbound.checking import LocalFile, check, limits_by_default
    from mdmr.identifiers.checking import RequestRules

    from mdmr_cli.progress import progress

    kept: list[Finding] = []
    counts: Counter[str] = Counter()
    if not path.is_file():
        fail(ExitCode.FAULTY, [f"{path}: is no file"])
    try:
        with progress(path.name, path.stat().st_size * _READINGS) as advance:
            file = LocalFile(path.name, lambda: _pieces(path, advance), sender)
            rules = {"1000": RequestRules()}
            for finding in check(file, now, limits_by_default(), rules):
                counts[finding.code] += 1
                if len(kept) < most:
                    kept.append(finding)
    except OSError as error:
        fail(ExitCode.FAULTY, [f"{path}: {error.strerror}"])
    return Checked(path, kept, counts)


def _pieces(path: Path, advance: Callable[[int], None]) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_BLOCK):
            advance(len(piece))
            yield piece


def show(checked: Sequence[Checked], *, stderr: bool = False) -> None:
    """Print a table of findings for each file that has some, a line for each that has none."""
    for each in checked:
        if not each.found:
            say(f"{each.path}: no findings", err=stderr)
            continue
        say(f"{each.path}: {_findings(each.found)}", err=stderr)
        shown = table("", "Line", "Field", "Code", "Text", "What", right=("Line",))
        for finding in each.findings:
            line = "" if finding.line is None else str(finding.line)
            add_row(shown, line, finding.field, finding.code, finding.text, finding.what)
        show_table(shown, err=stderr)
        if each.found > len(each.findings):
            codes = ", ".join(f"{code or '-'}: {n}" for code, n in sorted(each.counts.items()))
            say(f"The first {len(each.findings)} are shown. In all {codes}", err=stderr)


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"
