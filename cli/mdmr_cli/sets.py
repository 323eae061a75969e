"""Synchronization sets checked on this machine: what the hub would do with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.exchange.files.layouts.types import FieldType
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.checking import Finding
from mdmr.exchange.inbound.explaining import Told, allowed
from mdmr.ports.hub import Hub
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES, When
from mdmr.synchronization.codes_staging import STAGING_CODES, Needs
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import manifest
from mdmr.synchronization.sets.foreseeing import Foreseen, foresee
from mdmr.synchronization.sets.manifest import FIRST_SEGMENT, Manifest, UnreadableManifestError
from mdmr.synchronization.sets.rows import SetFile
from mdmr.synchronization.staging.findings import Finding as Staged
from mdmr.synchronization.staging.report import detail_line, status_line
from msgspec.structs import replace

from mdmr_cli.files_as_objects import FilesAsObjects
from mdmr_cli.findings import Checked
from mdmr_cli.staging_at_desk import SetAtDesk, StagedSet

_MANIFEST = ("00", FIRST_SEGMENT)
_PART_TAKEN = "F014"
# What is wrong with a value: what is allowed there is told.
_OF_A_VALUE = frozenset(("S013", "S014", "S016", "S017"))
# Fields of records with variants that are the same in all of them, or decide which it is.
_THE_SAME = frozenset(("Level", "Relationship Type", "Start", "End"))
_COMES_ANOTHER_WAY = frozenset(("I001", "I002"))


@dataclass(frozen=True)
class Reason:
    """Why a set would be rejected as it is: the I code, and the file it is about if it is one."""

    code: str
    file: str = ""

    @property
    def text(self) -> str:
        """The short text of the code."""
        return INCOMPLETE_CODES[self.code].text

    def data(self) -> dict[str, str]:
        """Return it as plain data."""
        return {"code": self.code, "text": self.text, "file": self.file}


@dataclass(frozen=True)
class CheckedSet:
    """A set, why it would be rejected, and what staging would come to (`status` empty: nothing).

    `foreseen` is what the hub would do with the set. `reasons` are that, and what would have it
    rejected beside. `report` are the lines of IR14 from the status record on, `by_file` what is
    found in each file and how many of each code. `not_compared` are records that are too many to be
    compared on this machine.
    """

    name: str
    foreseen: Foreseen
    reasons: Sequence[Reason]
    status: str = ""
    records: int = 0
    errors: int = 0
    warnings: int = 0
    report: Sequence[str] = ()
    by_file: dict[Path, tuple[list[Finding], Counter[str]]] = field(default_factory=dict)
    not_compared: int = 0

    @property
    def found(self) -> int:
        """How many findings and reasons there are."""
        return self.errors + self.warnings + len(self.reasons)

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "set": self.name,
            "rejected": self.foreseen.rejected,
            "files": [
                {"file": each.name, "state": each.state, "code": each.code}
                for each in self.foreseen.details
            ],
            "reasons": [each.data() for each in self.reasons],
            "status": self.status,
            "records": self.records,
            "errors": self.errors,
            "warnings": self.warnings,
            "not_compared": self.not_compared,
            "report": list(self.report),
            "only_the_hub_can_tell": only_the_hub(),
        }


def only_the_hub() -> list[str]:
    """Return the S codes that cannot be told, or not always, without the directory of the hub."""
    return [each.code for each in STAGING_CODES.values() if each.needs is not Needs.SET]


def check_sets(
    checked: Sequence[Checked], *, now: datetime, most: int, whole: bool = True
) -> tuple[list[Checked], list[CheckedSet]]:
    """Return files with what staging would find in them, and the sets that they belong to.

    They would come to the hub `now`, in this order. A file in which intake would find something
    does not come to its set. Of the findings of a file `most` are kept. `whole`: the other files of
    a set do not come another way. Raises OSError.
    """
    checked, found = list(checked), []
    for set_id, places in _sets(checked).items():
        own: dict[tuple[str, str], Path] = {}
        for at in places:
            path = checked[at].path
            if checked[at].found:
                continue
            if _place(path) in own:
                checked[at] = _part_taken(path, own[_place(path)])
            else:
                own[_place(path)] = path
        if own:
            found.append(_check(set_id, dict(sorted(own.items())), now, most, whole=whole))
    of_sets = {path: told for each in found for path, told in each.by_file.items()}
    return [_with(each, of_sets.get(each.path)) for each in checked], found


def _sets(checked: Sequence[Checked]) -> dict[SetId, list[int]]:
    """Return the positions of the files of each set, in the order given."""
    found: dict[SetId, list[int]] = defaultdict(list)
    for at, each in enumerate(checked):
        name = FileName.parse(each.path.name)
        if name is not None and name.part is not None and name.file_id in {"3000", "4000"}:
            found[SetId(name.org_1, name.org_2, name.file_id, name.part.tx_id)].append(at)
    return found


def _place(path: Path) -> tuple[str, str]:
    """Return file number and segment of a file of a set."""
    *_, number, segment, _ = path.name.split(".")
    return number, segment


def _part_taken(path: Path, other: Path) -> Checked:
    known = INTAKE_CODES[_PART_TAKEN]
    what = f"{other.name} has this FILE_NO and SEGMENT_NO already: each must come once"
    return Checked(path, [Finding(known.code, known.text, what)], Counter({known.code: 1}))


def _with(each: Checked, told: tuple[list[Finding], Counter[str]] | None) -> Checked:
    """Return a file with what staging found in it."""
    if told is None:
        return each
    findings, counts = told
    return Checked(each.path, [*each.findings, *findings], each.counts + counts)


def _check(
    set_id: SetId,
    paths: Mapping[tuple[str, str], Path],
    now: datetime,
    most: int,
    *,
    whole: bool,
) -> CheckedSet:
    keys = {f"{set_id.submitter}/{path.name}": path for path in paths.values()}
    hub = replace(memory_hub(FixedClock(now)), inbound=FilesAsObjects(keys))
    files = [
        SetFile(*place, path.name, key, "", "", 0, now, now)
        for (place, path), key in zip(paths.items(), keys, strict=True)
    ]
    read, faults = _manifest(hub, files)
    foreseen = foresee(set_id, files, read, faults, now)
    at_desk = SetAtDesk(hub, set_id, files, read, most)
    if foreseen.rejected:
        reasons = [
            each for each in _reasons(files, read) if whole or each.code not in _COMES_ANOTHER_WAY
        ]
        found = _told(set_id, foreseen, reasons, at_desk.by_layout(), paths)
        if faults:
            found.by_file[paths[_MANIFEST]] = _unreadable(faults)
        return found
    return _told(set_id, foreseen, (), at_desk.stage(), paths)


def _unreadable(faults: Sequence[Told]) -> tuple[list[Finding], Counter[str]]:
    """Return what is wrong with a Manifest as findings about it."""
    known = INCOMPLETE_CODES["I007"]
    found = [Finding(known.code, known.text, each.what, each.line, each.field) for each in faults]
    return found, Counter({known.code: len(found)})


def _manifest(hub: Hub, files: Iterable[SetFile]) -> tuple[Manifest | None, tuple[Told, ...]]:
    here = next((file for file in files if (file.number, file.segment) == _MANIFEST), None)
    if here is None:
        return None, ()
    try:
        return manifest.read(hub, here), ()
    except UnreadableManifestError as error:
        return None, error.faults


def _reasons(files: Sequence[SetFile], read: Manifest | None) -> Iterator[Reason]:
    """Yield why a set would be rejected: what the hub gives first, and what is wrong beside."""
    name = next((file.name for file in files if (file.number, file.segment) == _MANIFEST), "")
    if read is None:
        yield Reason("I007", name) if name else Reason("I001")
        return
    if read.lacks_mandatory:
        yield Reason("I003")
    if read.lacks_first_segment:
        yield Reason("I008")
    here = {(file.number, file.segment): file.name for file in files}
    for place, listed in read.listed.items():
        if here.get(place) != listed.name:
            yield Reason("I002", listed.name)
    names = {name, *(listed.name for listed in read.listed.values())}
    for own in here.values():
        if own not in names:
            yield Reason("I004", own)


def when(foreseen: Foreseen) -> str:
    """Return when a set would be rejected."""
    codes = {each.code for each in foreseen.details if each.code}
    late = any(INCOMPLETE_CODES[code].when is When.WAIT for code in codes)
    return "at the end of the wait (sync.wait_min, default: 60 minutes)" if late else "at once"


def _told(
    set_id: SetId,
    foreseen: Foreseen,
    reasons: Sequence[Reason],
    staged: StagedSet,
    paths: Mapping[tuple[str, str], Path],
) -> CheckedSet:
    first = {place: each.first() for place, each in staged.found.items()}
    by_file = {
        path: ([_shown(each) for each in first[place]], staged.found[place].counts)
        for place, path in paths.items()
    }
    whole = CheckedSet(str(set_id), foreseen, reasons, by_file=by_file)
    if staged.staged is None:
        return whole
    total = staged.staged.total
    names = {place: path.name for place, path in paths.items()}
    report = sorted((one for own in first.values() for one in own), key=lambda one: one.order)
    return CheckedSet(
        str(set_id),
        foreseen,
        reasons,
        staged.staged.status,
        total.details,
        total.errors,
        total.warnings,
        [status_line(staged.staged), *(detail_line(each, names) for each in report)],
        by_file,
        staged.not_compared,
    )


def _shown(each: Staged) -> Finding:
    known = STAGING_CODES[each.code]
    what = known.condition
    if each.value or each.code in _OF_A_VALUE:
        kind = _kind(each) if each.code in _OF_A_VALUE else None
        what = f"must be {allowed(kind)}" if kind else known.condition
        what = f"'{each.value}': {what}"
    return Finding(each.code, known.text, what, each.place.line or None, each.field)


def _kind(each: Staged) -> FieldType | None:
    """Return the type of the field that a finding is about, None where other fields decide it."""
    layout = next((one for one in RECORDS[each.place.number] if one.record == each.type), None)
    if layout is None or (layout.variants and each.field not in _THE_SAME):
        return None
    return next((one.type for one in layout.fields if one.name == each.field), None)
