"""Files checked on this machine, and how what was found is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from msgspec.structs import asdict

from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import say

if TYPE_CHECKING:
    from mdmr.exchange.inbound.checking import Finding

MOST = 100
_BLOCK = 1 << 18
# The checks read a file about twice: for its frame and for its details.
_READINGS = 2


class _HasRemedy(Protocol):
    """A code of some table."""

    @property
    def remedy(self) -> str:
        """What the sender must do."""


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
        fail(ExitCode.FAULTY, [f"{path}: is not a file: name a file"])
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
    """Print a line for each finding and for each file without any, then what to do."""
    for each in checked:
        if not each.found:
            say(f"{each.path}: no findings", err=stderr)
        for finding in each.findings:
            say(line_of(each.path, finding), err=stderr)
        if each.found > len(each.findings):
            codes = ", ".join(f"{code or '-'}: {n}" for code, n in sorted(each.counts.items()))
            shown = f"the first {len(each.findings)} of {each.found} findings are shown"
            say(f"{each.path}: {shown}. All findings by code: {codes}", err=stderr)
    for line in remedies(finding for each in checked for finding in each.findings):
        say(line, err=stderr)


def line_of(path: Path, finding: Finding) -> str:
    """Return a finding as one line: where, the code, what was found, what is allowed.

    >>> from mdmr.exchange.inbound.checking import Finding
    >>> line_of(Path("a.DAT"), Finding("03", "INCOMPLETE DATA", "is empty: must be there", 5, "Id"))
    "a.DAT:5: 03 Id is empty: must be there"
    """
    place = str(path) if finding.line is None else f"{path}:{finding.line}"
    words = (finding.code or finding.text, finding.field, finding.what)
    return f"{place}: {' '.join(filter(None, words))}"


def remedies(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield what to do about each code of some findings, once each, in the order of the codes."""
    texts = {each.code: each.text for each in findings if each.code}
    if texts:
        yield "What to do:"
    for code, text in sorted(texts.items()):
        yield f"  {code} {text}: {_remedy(code)}"


def _remedy(code: str) -> str:
    from mdmr.exchange.files.codes import INTAKE_CODES
    from mdmr.identifiers.requests import MEANINGS
    from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES
    from mdmr.synchronization.codes_staging import STAGING_CODES

    statuses = {status.value: each for status, each in MEANINGS.items()}
    tables: tuple[Mapping[str, _HasRemedy], ...]
    tables = (INTAKE_CODES, STAGING_CODES, INCOMPLETE_CODES, statuses)
    for table in tables:
        if code in table:
            return table[code].remedy
    raise KeyError(code)
