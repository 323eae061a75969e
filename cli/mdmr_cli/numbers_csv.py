"""Numbers from before as CSV: `ldc,sdp_id,universal_sdp_id` and, if wanted, `issued`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

NEEDED = ("ldc", "sdp_id", "universal_sdp_id")
ISSUED = "issued"
MAX_ROWS = 1_000_000
_MAX_LINE = 1_000
_WORDS = {"": True, "true": True, "yes": True, "false": False, "no": False}


class CsvError(Exception):
    """A file that cannot be read as numbers from before.

    Attributes:
        line: where, from 1.
    """

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class Row(NamedTuple):
    """A number as the document has it, and the line that it comes from."""

    line: int
    number: dict[str, str | bool]


def read_numbers(path: Path) -> list[Row]:
    """Return the rows of a file; what they say is checked with the document.

    The file is UTF-8 with commas; the first line names the columns, in any order. `issued` is
    true or false (yes or no), empty for true.

    Raises:
        CsvError: the file has another form.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        reader = csv.reader(_lines(file), strict=True)
        try:
            columns = next(reader, [])
            _check_columns(columns)
            rows = [
                Row(reader.line_num, _number(reader.line_num, columns, fields))
                for fields in reader
                if fields
            ]
        except csv.Error as error:
            raise CsvError(reader.line_num, f"is not CSV: {error}") from None
    return rows


def _lines(file: BinaryIO) -> Iterator[str]:
    """Yield the lines of a file within bounds."""
    for number, raw in enumerate(iter(lambda: file.readline(_MAX_LINE + 1), b""), start=1):
        if len(raw) > _MAX_LINE:
            raise CsvError(number, f"is too long: must have at most {_MAX_LINE} characters")
        if number > MAX_ROWS + 1:
            raise CsvError(number, f"is one too many: a file must have at most {MAX_ROWS} numbers")
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise CsvError(number, "is not UTF-8: must be UTF-8") from None


def _check_columns(columns: list[str]) -> None:
    wanted = f"must name the columns {', '.join(NEEDED)}, and can name {ISSUED}"
    known = set(columns) <= {*NEEDED, ISSUED} and len(columns) == len(set(columns))
    if not known or not set(NEEDED) <= set(columns):
        raise CsvError(1, wanted)


def _number(line: int, columns: list[str], fields: list[str]) -> dict[str, str | bool]:
    if len(fields) != len(columns):
        raise CsvError(line, f"has {len(fields)} fields: must have {len(columns)}")
    texts = {name: text.strip(" ") for name, text in zip(columns, fields, strict=True)}
    number: dict[str, str | bool] = {name: texts[name] for name in NEEDED}
    word = texts.get(ISSUED, "").lower()
    if word not in _WORDS:
        raise CsvError(line, f"{ISSUED} {word[:20]!r}: must be true, false or empty")
    return number if _WORDS[word] else {**number, ISSUED: False}
