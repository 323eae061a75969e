"""Synchronization sets checked on this machine: the IR14 that staging would give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mdmr.exchange.inbound.checking import Finding
    from mdmr.ports.objects import Content, ObjectVersion
    from mdmr.synchronization.set_id import SetId
    from mdmr.synchronization.sets.manifest import Manifest
    from mdmr.synchronization.sets.rows import SetFile
    from mdmr.synchronization.staging.findings import Finding as Staged
    from mdmr.synchronization.staging.preview import Previewed

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Reason:
    """Why a set would be rejected as it is: the I code, its text, the file it is about if any."""

    code: str
    text: str
    file: str = ""

    def data(self) -> dict[str, str]:
        """Return it as plain data."""
        return {"code": self.code, "text": self.text, "file": self.file}


@dataclass(frozen=True)
class CheckedSet:
    """A set, why it would be rejected, and what staging would come to (`status` empty: nothing).

    `report` are the lines of IR14 from the status record on, `by_file` what is found in each file.
    """

    name: str
    reasons: Sequence[Reason]
    status: str = ""
    records: int = 0
    errors: int = 0
    warnings: int = 0
    report: Sequence[str] = ()
    by_file: dict[Path, list[Finding]] = field(default_factory=dict)

    @property
    def found(self) -> int:
        """How many findings and reasons there are."""
        return self.errors + self.warnings + len(self.reasons)

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "set": self.name,
            "reasons": [each.data() for each in self.reasons],
            "status": self.status,
            "records": self.records,
            "errors": self.errors,
            "warnings": self.warnings,
            "report": list(self.report),
            "only_the_hub_can_tell": only_the_hub(),
        }


def only_the_hub() -> list[str]:
    """Return the S codes that cannot be told, or not always, without the directory of the hub."""
    from mdmr.synchronization.codes_staging import STAGING_CODES, Needs

    return [each.code for each in STAGING_CODES.values() if each.needs is not Needs.SET]


def check_sets(paths: Sequence[Path], broken: Iterable[Path]) -> list[CheckedSet]:
    """Return each set of which the Manifest is among the files, checked as staging would.

    `broken` are files with bytes that cannot be read: a set with one is not staged.
    """
    unreadable = set(broken)
    return [
        _check(set_id, own, staged=unreadable.isdisjoint(own))
        for set_id, own in _sets(paths).items()
        if any(_place(path)[0] == "00" for path in own)
    ]


def of_the_frame(code: str) -> bool:
    """Return whether a code is one of intake that a file of a set never gets: staging tells it."""
    return code in {"F015", "F016", "F017"}


def _sets(paths: Iterable[Path]) -> dict[SetId, list[Path]]:
    from mdmr.exchange.files.names import FileName
    from mdmr.synchronization.set_id import SetId

    found: dict[SetId, list[Path]] = defaultdict(list)
    for path in paths:
        name = FileName.parse(path.name)
        if name is not None and name.part is not None and name.file_id in {"3000", "4000"}:
            found[SetId(name.org_1, name.org_2, name.file_id, name.part.tx_id)].append(path)
    return {set_id: sorted(own, key=_place) for set_id, own in found.items()}


def _place(path: Path) -> tuple[str, str]:
    """Return file number and segment of a file of a set."""
    *_, number, segment, _ = path.name.split(".")
    return number, segment


def _check(set_id: SetId, paths: Sequence[Path], *, staged: bool) -> CheckedSet:
    from mdmr.stores.memory.hub import memory_hub
    from mdmr.stores.memory.outside import FixedClock
    from mdmr.synchronization.sets import manifest
    from mdmr.synchronization.sets.manifest import UnreadableManifestError
    from mdmr.synchronization.staging.preview import nothing_lacks, preview
    from msgspec.structs import replace

    now = datetime.now(UTC)
    hub = replace(
        memory_hub(FixedClock(now)),
        inbound=_Files({f"{set_id.submitter}/{path.name}": path for path in paths}),
    )
    files = [_file(set_id, path, now) for path in paths]
    try:
        told = manifest.read(hub, files[0])
    except UnreadableManifestError:
        return CheckedSet(str(set_id), [_reason("I007", paths[0].name)])
    reasons = list(_reasons(told, files))
    if not staged:
        return CheckedSet(str(set_id), reasons)
    return _staged(preview(hub, set_id, files, nothing_lacks), reasons, paths)


def _staged(found: Previewed, reasons: Sequence[Reason], paths: Sequence[Path]) -> CheckedSet:
    from mdmr.synchronization.staging.report import detail_line, status_line

    by_file: dict[Path, list[Finding]] = {path: [] for path in paths}
    of = {_place(path): path for path in paths}
    for each in found.findings:
        by_file[of[each.place.number, each.place.segment]].append(_shown(each))
    total = found.staged.total
    return CheckedSet(
        str(found.each.id),
        reasons,
        found.staged.status,
        total.details,
        total.errors,
        total.warnings,
        [status_line(found.staged), *(detail_line(each, found.names) for each in found.findings)],
        by_file,
    )


def _shown(each: Staged) -> Finding:
    from mdmr.exchange.inbound.checking import Finding
    from mdmr.synchronization.codes_staging import STAGING_CODES

    known = STAGING_CODES[each.code]
    what = f"'{each.value}': {known.condition}" if each.value else known.condition
    return Finding(each.code, known.text, what, each.place.line or None, each.field)


def _reasons(told: Manifest, files: Iterable[SetFile]) -> Iterator[Reason]:
    """Yield why a set of these files would be rejected if nothing else came."""
    if told.lacks_mandatory:
        yield _reason("I003")
    if told.lacks_first_segment:
        yield _reason("I008")
    here = {(file.number, file.segment): file.name for file in files if file.number != "00"}
    for place, listed in told.listed.items():
        if here.get(place) != listed.name:
            yield _reason("I002", listed.name)
    names = {listed.name for listed in told.listed.values()}
    for name in here.values():
        if name not in names:
            yield _reason("I004", name)


def _reason(code: str, file: str = "") -> Reason:
    from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES

    return Reason(code, INCOMPLETE_CODES[code].text, file)


def _file(set_id: SetId, path: Path, now: datetime) -> SetFile:
    from mdmr.synchronization.sets.rows import SetFile

    number, segment = _place(path)
    key = f"{set_id.submitter}/{path.name}"
    return SetFile(number, segment, path.name, key, "", "", 0, now, now)


class _Files:
    """Files of this machine as an object store, by the keys they would have. Only to be read."""

    name = "files"

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths

    def describe(self, key: str, version_id: str | None = None) -> ObjectVersion:
        """Return what is known of a file."""
        from mdmr.ports.objects import ObjectVersion

        status = self._paths[key].stat()
        changed = datetime.fromtimestamp(status.st_mtime, UTC)
        return ObjectVersion(key, version_id or "", status.st_size, changed)

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:  # noqa: ARG002 - a file has one version
        """Yield the bytes of a file from an offset on."""
        with self._paths[key].open("rb") as file:
            file.seek(start)
            while piece := file.read(_BLOCK):
                yield piece

    def read(self, key: str) -> bytes:
        """Return all bytes of a file."""
        return self._paths[key].read_bytes()

    def put_new(self, key: str, content: Content) -> None:  # noqa: ARG002 - whatever it is
        """Refuse to write. Raises PermissionError."""
        raise PermissionError(key)

    def put_again(self, key: str, content: Content, mark: str) -> None:  # noqa: ARG002 - whatever it is
        """Refuse to write. Raises PermissionError."""
        raise PermissionError(key)

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield what is known of the files whose keys begin so."""
        yield from (self.describe(key) for key in sorted(self._paths) if key.startswith(prefix))
