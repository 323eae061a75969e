"""What an organization can tell of its files from the answers in its outbound prefix alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_RESPONSE
from mdmr.exchange.files.layouts.rejection import FILE_REJECTION
from mdmr.exchange.files.layouts.tables import RecordLayout
from mdmr.exchange.files.names import FileName

if TYPE_CHECKING:
    from mdmr_cli.transport import Transport

# Both answers name the file they are about in their first lines.
_HEAD = 4_096
_REJECTION = FILE_REJECTION.details[0]
_RESPONSE = ASSIGNMENT_RESPONSE.file_header


@dataclass(frozen=True)
class Answered:
    """A file that was answered: refused with a code, or worked (`code` is empty)."""

    name: str
    code: str
    at: datetime
    answer: str


def answered(transport: Transport, org: str, since: datetime | None = None) -> Iterator[Answered]:
    """Yield the files of an organization that were answered (FR01, 2000), newest answer first."""
    found = sorted(transport.delivered(org, since), key=lambda each: each.at, reverse=True)
    for each in found:
        name = FileName.parse(each.name)
        file_id = name.file_id if name else ""
        if file_id not in (FILE_REJECTION.file_id, ASSIGNMENT_RESPONSE.file_id):
            continue
        lines = transport.head(each.key, _HEAD).decode("ascii", "replace").splitlines()
        told = _refused(lines) if file_id == FILE_REJECTION.file_id else _worked(lines)
        if told is not None:
            yield Answered(*told, each.at, each.name)


def _refused(lines: Sequence[str]) -> tuple[str, str] | None:
    row = _read(_REJECTION, lines)
    return None if row is None else (row["Received File Name"], row["Failure Code"])


def _worked(lines: Sequence[str]) -> tuple[str, str] | None:
    row = _read(_RESPONSE, lines)
    return None if row is None else (row["Request File Name"], "")


def _read(layout: RecordLayout, lines: Sequence[str]) -> dict[str, str] | None:
    """Return the fields of the first line that is a record of the layout."""
    readings = (records.read(layout, line) for line in lines)
    found = next((each for each in readings if each.valid), None)
    return None if found is None else dict(zip(layout.names, found.texts, strict=True))
