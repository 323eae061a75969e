"""Reading one file of a set: what is wrong with its frame and its records, and its rows.

Lines that the layouts' expression vouches for become rows with one split; all others go to the
reference validator, which names field and reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from mdmr.exchange.files.layouts.fast import Vouched, lines_expression, runs
from mdmr.exchange.files.layouts.tables import FileLayout
from mdmr.jobs.lines import blocks
from mdmr.synchronization.staging.choosing import Choice
from mdmr.synchronization.staging.comparing import BLOCK, KEY_FIELDS
from mdmr.synchronization.staging.examining import Rules, examine
from mdmr.synchronization.staging.findings import Finding
from mdmr.synchronization.staging.frame import Expected, Seen, frame_findings
from mdmr.synchronization.staging.quick import quick_row
from mdmr.synchronization.staging.rows import encode

_FIRST_DETAIL = 3


class Segment:
    """One pass over a file or a range of it, given as pieces of its bytes.

    Takes the memory of two pieces and one line, of a block where `only` is given: the ids of the
    entities whose records are read, as they stand there; all others are passed over. `details`
    counts the records so far, `passed` those among them that were passed over. A range that is not
    the `first` one has no frame before its records, and its lines count from 1.
    """

    def __init__(
        self,
        expected: Expected,
        rules: Rules,
        pieces: Iterable[bytes],
        only: frozenset[bytes] | None = None,
        *,
        first: bool = True,
    ) -> None:
        self._expected, self._rules, self._pieces = expected, rules, pieces
        self._only, self._first = only, first
        self._layout = expected.layout
        self._expression = _expression(self._layout)
        self._head: tuple[str | None, str | None] = (None, None)
        self._end: str | None = None
        self._followed = False
        self.details = self.passed = 0

    def read(self) -> Iterator[str | Finding]:
        """Yield the rows of the file as text, several at once, and what is wrong with records.

        Both come in the order of the file.
        """
        after, number = iter(self._pieces), 1
        if self._first:
            name, header, rest = _head(after)
            self._head = (name, header)
            after, number = _chained(rest, after), _FIRST_DETAIL
        if self._only is not None and self._expected.number in KEY_FIELDS:
            yield from self._chosen(after, self._only, number)
            return
        for run in runs(self._expression, after, number):
            if self._end is not None:
                self._followed = True
                return
            if isinstance(run, Vouched):
                yield from self._vouched(run)
            elif _is_end(run.line):
                self._end = run.text
            else:
                self.details += 1
                yield from self._examined(run.number, run.text)

    def _chosen(
        self, pieces: Iterable[bytes], only: frozenset[bytes], number: int
    ) -> Iterator[str | Finding]:
        """Yield the same of records about some entities; `number` is that of the first line."""
        choice = Choice(self._expected.number, only)
        for block in blocks(pieces, BLOCK):
            lines = block.split(b"\n")
            lines.pop()
            if self._end is not None:
                self._followed = True
                return
            even = choice.even(block)
            if not even:
                lines = self._up_to_end(lines)
            chosen = choice.of(lines, even=even)
            self.details += len(lines)
            self.passed += len(lines) - len(chosen)
            for at in chosen:
                yield from self._one(number + at, lines[at].removesuffix(b"\r"))
            number += len(lines)

    def _up_to_end(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines before the EOF record, if there is one, and note what follows it."""
        end = next((at for at, line in enumerate(lines) if _is_end(line)), None)
        if end is None:
            return lines
        self._end = lines[end].removesuffix(b"\r").decode("ascii", "replace")
        self._followed = end + 1 < len(lines)
        return lines[:end]

    def _one(self, number: int, line: bytes) -> Iterator[str | Finding]:
        text = line.decode("ascii", "replace")
        if self._expression.fullmatch(line + b"\n"):
            row = quick_row(number, text, self._rules.far, periodic=self._rules.periodic)
            if row is not None:
                yield row
                return
        yield from self._examined(number, text)

    @property
    def seen(self) -> Seen:
        """The frame as it was read, as far as it was."""
        return Seen(*self._head, self.details, self._end, self._followed)

    def frame(self) -> list[Finding]:
        """Return what is wrong with the frame, once all was read; by line and code."""
        return frame_findings(self._expected, self.seen)

    def _vouched(self, run: Vouched) -> Iterator[str | Finding]:
        lines = run.lines.decode("ascii").splitlines()
        self.details += len(lines)
        if not _has_rows(self._layout):
            return
        far, periodic = self._rules.far, self._rules.periodic
        rows: list[str] = []
        for number, line in enumerate(lines, run.number):
            row = quick_row(number, line, far, periodic=periodic)
            if row is not None:
                rows.append(row)
                continue
            yield "".join(rows)
            rows.clear()
            yield from self._examined(number, line)
        yield "".join(rows)

    def _examined(self, number: int, line: str) -> Iterator[str | Finding]:
        examined = examine(self._layout, self._rules, self._expected.place(number), line)
        yield from examined.findings
        if examined.row is not None and _has_rows(self._layout):
            yield encode(examined.row)


def by_line(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings of a segment in the order of the report."""
    return sorted(found, key=lambda each: each.order)


@lru_cache(maxsize=32)
def _expression(layout: FileLayout) -> re.Pattern[bytes]:
    return lines_expression(layout.details)


def _has_rows(layout: FileLayout) -> bool:
    """Return whether the details of a file tell of entities; those of the Manifest do not."""
    return "MAN" not in layout.own


def _head(pieces: Iterator[bytes]) -> tuple[str | None, str | None, bytes]:
    """Return lines 1 and 2, None where there is none, and what was read beyond them."""
    begin = b""
    for piece in pieces:
        begin += piece
        if begin.count(b"\n") > 1:
            break
    lines = begin.split(b"\n", 2)
    first, second = (_text(lines, at) for at in range(2))
    return first, second, lines[2] if len(lines) > 2 else b""  # noqa: PLR2004 - two lines and a rest


def _text(lines: list[bytes], at: int) -> str | None:
    if at >= len(lines) or (not lines[at] and at == len(lines) - 1):
        return None
    return lines[at].removesuffix(b"\r").decode("ascii", "replace")


def _chained(rest: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from pieces


def _is_end(line: bytes) -> bool:
    return line == b"EOF" or line.startswith(b"EOF|")
