"""Compares outbound files with those expected, field by field by their layouts.

A correct hub may differ in a few fields. Times of processing, in fields and in names, may lie a
while apart; Universal SDP IDs and notice ids may be other ones, but one for one, and those that
the scenario gives must be the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from mdmr.calendar.instants import read_est
from mdmr.exchange.files.filetypes import OUTBOUND
from mdmr.exchange.files.layouts.tables import END_RECORD, Field, FileLayout
from mdmr.exchange.files.layouts.types import UNIVERSAL_SDP_ID, FieldType, char
from mdmr.exchange.files.names import FileName

# Short enough that a record of another run, a quarter of an hour away, is told apart.
APART = timedelta(minutes=10)

# Fields of each file that tell when the hub did something, beside the created time of all.
PROCESSING_TIMES = {
    "2000": (),
    "IR01": ("Processed Date Time",),
    "IR03": (),
    "IR06": ("Sync Start", "Sync End"),
    "IR07": ("Sync Start", "Sync End"),
    "IR10": ("First File Date Time", "Rejected Date Time"),
    "IR14": ("STL Start", "STL End"),
    "FR01": ("Received Date Time",),
    "NT01": ("Effective From", "Effective To"),
}
_CREATED = "Created Date/Time"
# Notices that were decided at one instant may have each other's numbers.
_NOTICE_IDS = ("Notice ID", "Supersedes")
_NOTICE_ID = char(14, "NT-[0-9]{4}-[0-9]{6}")

_Group = tuple[str, str, str, str]


@dataclass
class Numbers:
    """Which Universal SDP ID was found for each that was expected.

    `given` are those that the scenario gives: they are found as they are.
    """

    given: Iterable[str] = ()
    found: dict[str, str] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in self.given:
            self.found[number] = self.expected[number] = number

    def match(self, expected: str, found: str, form: FieldType = UNIVERSAL_SDP_ID) -> bool:
        """Tell whether a number may stand for another, as it did before."""
        if not (expected and found):
            return expected == found
        return (
            form.accepts(found)
            and self.found.setdefault(expected, found) == found
            and self.expected.setdefault(found, expected) == expected
        )


def compare(expected: Path, found: Path, given: Iterable[str] = ()) -> list[str]:
    """Return the differences between two folders of `<ORG_ID>/<file name>`, a line each.

    Args:
        expected: what the hub should have written.
        found: what it wrote.
        given: the Universal SDP IDs that the scenario gives.
    """
    wanted, got = _groups(expected), _groups(found)
    numbers = Numbers(given)
    differences: list[str] = []
    for group in sorted(wanted.keys() | got.keys()):
        one, other = wanted[group], got[group]
        if len(one) != len(other):
            names = ", ".join(path.name for path in other) or "none"
            differences.append(f"{'.'.join(group)}: {len(one)} files expected, found {names}")
        for pair in zip(one, other, strict=False):
            differences += _compare_files(*pair, numbers)
    return differences


def _groups(folder: Path) -> defaultdict[_Group, list[Path]]:
    """Return the files by recipient, ORG_ID_1, id and version, each group in order of time."""
    groups: defaultdict[_Group, list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("*/*")):
        name = _name(path)
        groups[path.parent.name, name.org_1, name.file_id, name.version].append(path)
    return groups


def _name(path: Path) -> FileName:
    name = FileName.parse(path.name)
    assert name is not None, f"{path} has no name of a file"
    return name


def _compare_files(expected: Path, found: Path, numbers: Numbers) -> Iterator[str]:
    where = f"{expected.parent.name}/{expected.name}"
    one, other = _name(expected), _name(found)
    if one.org_2 != other.org_2 or not _near(one.date_time, other.date_time):
        yield f"{where}: name: found {found.name}"
    lines, others = _lines(expected), _lines(found)
    if len(lines) != len(others):
        yield f"{where}: {len(lines)} lines expected, {len(others)} found"
    layout = OUTBOUND[one.file_id].layout
    for number, (line, other_line) in enumerate(zip(lines, others, strict=False), start=1):
        own_line = f"FNR|{found.name}" if number == 1 else line
        for text in _compare_lines(own_line, other_line, layout, numbers):
            yield f"{where}: line {number}: {text}"


def _compare_lines(
    expected: str, found: str, layout: FileLayout, numbers: Numbers
) -> Iterator[str]:
    ones, others = expected.split("|"), found.split("|")
    fields = _fields(ones[0], layout)
    if fields is None or len(ones) != len(others) or len(ones) != len(fields) + 1:
        if ones != others:
            yield f"{expected!r} expected, {found!r} found"
        return
    if ones[0] != others[0]:
        yield f"record {ones[0]} expected, {others[0]} found"
    for each, one, other in zip(fields, ones[1:], others[1:], strict=True):
        if not _same(each, one, other, layout.file_id, numbers):
            yield f"{each.name}: {one!r} expected, {other!r} found"


def _fields(record: str, layout: FileLayout) -> tuple[Field, ...] | None:
    if record == "FHR":
        return layout.file_header.fields
    if record == "EOF":
        return END_RECORD.fields
    if layout.status is not None and record == layout.status.record:
        return layout.status.fields
    return layout.own[record].fields if record in layout.own else None


def _same(each: Field, expected: str, found: str, file_id: str, numbers: Numbers) -> bool:
    if each.type is UNIVERSAL_SDP_ID:
        return numbers.match(expected, found)
    if each.name in _NOTICE_IDS:
        return numbers.match(expected, found, _NOTICE_ID)
    if each.name == _CREATED or each.name in PROCESSING_TIMES[file_id]:
        return expected == found or _near(expected, found)
    return expected == found


def _near(expected: str, found: str) -> bool:
    """Tell whether two times are of one form and not too far apart."""
    one, other = read_est(expected), read_est(found)
    if one is None or other is None or len(expected) != len(found):
        return False
    return abs(one - other) < APART


def _lines(path: Path) -> list[str]:
    """Return the lines of a file with their ends cut; a missing last end is seen."""
    return path.read_bytes().decode("ascii").split("\n")
