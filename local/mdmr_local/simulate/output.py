"""The folder that a run leaves behind."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from mdmr.exchange.files.names import FileName
from mdmr.exchange.ledger.events import est_iso

from mdmr_local.printable import printable
from mdmr_local.simulate.listening import Event
from mdmr_local.simulate.outcome import OTHER, Delivered, FileEnd, Outcome

_FRAME = (b"FNR", b"FHR", b"CHR", b"STS", b"EOF")
# What begins a formula in a spreadsheet, and the sign that says that none does.
_FORMULA = frozenset("=+-@'\uff1d\uff0b\uff0d\uff20")
_COLUMNS = ("arrival_time", "prefix", "name", "final_state", "code", "time_done")


class Output:
    """Writes OUT_DIR piece by piece, so that what was written stays when the run breaks off.

    Raises OSError when the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outbound = folder / "outbound"
        self._events = folder / "events.jsonl"
        self.outbound.mkdir(parents=True)
        self._events.touch()

    def add_event(self, event: Event) -> None:
        """Write one more line of `events.jsonl`."""
        with self._events.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(event)) + "\n")

    def has(self, key: str) -> bool:
        """Tell whether an outbound object is written already."""
        return (self.outbound / key).exists()

    def add_outbound(self, key: str, content: bytes) -> None:
        """Write an outbound object under its key."""
        path = self.outbound / key
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    def delivered(self) -> list[Delivered]:
        """Return what was delivered, by organization and name."""
        return [
            _delivered(path)
            for folder in sorted(self.outbound.iterdir())
            for path in sorted(folder.iterdir())
        ]

    def write_files(self, files: Iterable[FileEnd]) -> None:
        """Write `files.csv`."""
        with (self.folder / "files.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(_COLUMNS)
            for each in files:
                times = (_time(each.arrived), _time(each.done))
                state = (each.prefix, each.name, each.state, each.code)
                table.writerow(map(as_text, (times[0], *state, times[1])))

    def write_run(self, outcome: Outcome) -> None:
        """Write `run.json`."""
        text = json.dumps(outcome.data(), indent=2)
        (self.folder / "run.json").write_text(text + "\n", encoding="utf-8")


def as_text(value: str) -> str:
    """Return a value of a CSV file, printable, that a spreadsheet takes for text, not a formula.

    >>> as_text("=1+1")
    "'=1+1"
    """
    shown = printable(value)
    return f"'{shown}" if shown.lstrip()[:1] in _FORMULA else shown


def is_free(folder: Path) -> bool:
    """Tell whether a folder may become OUT_DIR: it does not exist, or it is empty."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def _delivered(path: Path) -> Delivered:
    name = FileName.parse(path.name)
    with path.open("rb") as file:
        records = sum(1 for line in file if line[:3] not in _FRAME)
    file_id = name.file_id if name else OTHER
    return Delivered(path.parent.name, path.name, file_id, records)


def _time(instant: datetime | None) -> str:
    return "" if instant is None else est_iso(instant)
