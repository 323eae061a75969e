"""A hub document as it is given to the command: a YAML file, a CSV file of numbers, or both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mdmr.operation import document
from mdmr.operation.faults import Fault
from mdmr_local.document_batches import NUMBERS

from mdmr_cli.documents import MAX_SHOWN, fault_lines, read_yaml_document
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.numbers_csv import CsvError, read_numbers

_ROW = re.compile(rf"{NUMBERS}\[([0-9]+)\]\.?(.*)")


@dataclass(frozen=True)
class Source:
    """A document and where it comes from.

    Attributes:
        document: the whole document, checked; the numbers of the CSV file come last.
        yaml: the YAML file, if there is one.
        table: the CSV file of numbers, if there is one.
        table_lines: the line of each of its numbers.
    """

    document: dict[str, Any]
    yaml: Path | None = None
    table: Path | None = None
    table_lines: Sequence[int] = field(default_factory=tuple)

    @property
    def numbers(self) -> int:
        """How many numbers from before there are."""
        return len(self.document.get(NUMBERS) or ())

    def place(self, row: int) -> str:
        """Return where a number stands: the file and the line, or the path in the YAML file."""
        at = row - (self.numbers - len(self.table_lines))
        if at >= 0:
            return f"{self.table}:{self.table_lines[at]}"
        return f"{self.yaml}: {NUMBERS}[{row}]"

    def lines(self, faults: Sequence[Fault], *, of_hub: bool = False) -> Iterator[str]:
        """Yield a line for each fault, with the file and the line where it is, the first ones.

        `of_hub`: the hub refuses the document, perhaps for what stands nowhere in it.
        """
        of_yaml: list[Fault] = []
        shown = list(faults[:MAX_SHOWN])
        for fault in shown:
            found = _ROW.fullmatch(fault.path)
            row = int(found[1]) if found else -1
            if found is None or row < self.numbers - len(self.table_lines):
                of_yaml.append(fault)
            else:
                parts = (self.place(row), found[2], fault.text)
                yield ": ".join(filter(None, parts))
        if self.yaml is None:
            yield from (": ".join(filter(None, (each.path, each.text))) for each in of_yaml)
        else:
            yield from fault_lines(self.yaml, of_yaml, all_of_it=not of_hub)
        if len(faults) > len(shown):
            yield f"and {len(faults) - len(shown)} more"


def read_source(yaml: Path | None, table: Path | None) -> Source:
    """Return the document of the files. Ends the command with 2 when something is faulty."""
    if yaml is None and table is None:
        fail(ExitCode.FAULTY, ["name a YAML file, a CSV file with --numbers, or both"])
    raw = {} if yaml is None else read_yaml_document(yaml)
    lines: list[int] = []
    if table is not None and isinstance(raw, dict):
        rows = _rows(table)
        lines = [row.line for row in rows]
        raw = {**raw, NUMBERS: [*(raw.get(NUMBERS) or ()), *(row.number for row in rows)]}
    read, faults = document.read(raw)
    source = Source(raw if isinstance(raw, dict) else {}, yaml, table, lines)
    if read is None:
        fail(ExitCode.FAULTY, source.lines(faults))
    return source


def _rows(table: Path) -> list[Any]:
    try:
        return read_numbers(table)
    except CsvError as error:
        fail(ExitCode.FAULTY, [f"{table}:{error.line}: {error}"])
    except (OSError, ValueError) as error:
        fail(ExitCode.FAULTY, [f"{table}: {getattr(error, 'strerror', None) or error}"])
