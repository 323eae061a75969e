"""Field types: how a value is written, what is read, and the pattern that both obey.

Each type gives one regular expression (`pattern`) for the text of a non-empty field. Whether
digits make a real date is asked apart (`real`), as no pattern can tell. A second expression
(`plain`) is for texts that need no such question; the quick validator is made of these.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import est_seconds, read_est

FieldValue: TypeAlias = "str | int | Decimal | date | datetime"

PRINTABLE = r"[ -{}~]"
_PROSE = r"[A-Za-z0-9.,'()/&_:#+-]"
_PROSE_OR_BLANK = r"[ A-Za-z0-9.,'()/&_:#+-]"
# Real in every year: 29 February is left out, as is the year 0000. Days that every month has come
# first, since nearly all dates are among them.
_PLAIN_DATE = (
    "[1-9][0-9]{3}(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])"
    "|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"
)
_PLAIN_TIME = "(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"


class Why(Enum):
    """What is wrong with the text of a field."""

    MISSING = "is empty"
    FORM = "does not have its form"
    UNREAL = "is no real date or time"
    UNLISTED = "is not in its list"
    LETTERS = "has characters that are not allowed"


class FieldType(Struct, frozen=True, dict=True):
    """A type of field: its name in the documents and the pattern of its text.

    `folded` types are ids: blanks around them are dropped and letters upper-cased before any
    comparison. No pattern matches an empty text, a delimiter or a line end, and that of a folded
    type no text that folding would change. A text of the right `shape` that breaks the pattern
    breaks the `finer` rule: it is not in the list, or it has characters that are not allowed.
    """

    label: str
    pattern: str
    folded: bool = False
    shape: str = ""
    finer: Why = Why.FORM

    @cached_property
    def _matcher(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    @property
    def plain(self) -> str:
        """The pattern of texts that are surely real: each of them is accepted."""
        return self.pattern

    def fold(self, text: str) -> str:
        """Return the text as it is compared: trimmed and upper-cased for ids, else as it is."""
        return text.strip(" ").upper() if self.folded else text

    def accepts(self, text: str) -> bool:
        """Return whether a folded, non-empty text is a value of this type."""
        return self._matcher.fullmatch(text) is not None and self.real(text)

    def why(self, text: str) -> Why | None:
        """Return what is wrong with a folded, non-empty text, None when it is accepted."""
        if self._matcher.fullmatch(text) is not None:
            return None if self.real(text) else Why.UNREAL
        return self.finer if re.fullmatch(self.shape, text) else Why.FORM

    def real(self, text: str) -> bool:  # noqa: ARG002 - the types of dates and times override it
        """Return whether a text that matches the pattern means something real."""
        return True

    def read(self, text: str) -> FieldValue:
        """Return the value of an accepted text."""
        return text

    def write(self, value: FieldValue) -> str:
        """Return the text of a value. Raises ValueError when the type cannot hold it."""
        text = self._text(value)
        if not self.accepts(text):
            message = f"{text!r} is no {self.label}"
            raise ValueError(message)
        return text

    def _text(self, value: FieldValue) -> str:
        return str(value)


def char(size: int, pattern: str | None = None, *, folded: bool = False) -> FieldType:
    """Return the type of exactly `size` characters."""
    shape = f".{{{size}}}"
    return FieldType(
        f"Char({size})", pattern or f"{PRINTABLE}{{{size}}}", folded, shape, Why.LETTERS
    )


def one_of(*codes: str, label: str = "", shape: str = "") -> FieldType:
    """Return the type of the codes of a list; other texts of the shape are not in it.

    Without a shape any text as long as the first code has it.
    """
    size = len(codes[0])
    return FieldType(
        label or f"Char({size})",
        "|".join(codes),
        shape=shape or f".{{{size}}}",
        finer=Why.UNLISTED,
    )


def varchar(size: int, pattern: str | None = None, *, folded: bool = False) -> FieldType:
    """Return the type of 1 to `size` characters; `pattern` is that of one character."""
    one, shape = pattern or PRINTABLE, f".{{1,{size}}}"
    return FieldType(f"Varchar({size})", f"{one}{{1,{size}}}", folded, shape, Why.LETTERS)


def text(size: int) -> FieldType:
    """Return the type of 1 to `size` characters of plain prose; blanks around it are dropped."""
    inner = rf"{_PROSE}(?:{_PROSE_OR_BLANK}{{0,{size - 2}}}{_PROSE}|)"
    return _Text(f"Text({size})", inner, shape=f".{{1,{size}}}", finer=Why.LETTERS)


def fixed_number(size: int, pattern: str | None = None, *, finer: Why = Why.LETTERS) -> FieldType:
    """Return the type of exactly `size` digits, kept as text with its leading zeros."""
    shape = f"[0-9]{{{size}}}"
    return _FixedNumber(
        f"Fixed Number({size})", pattern or shape, shape=shape, finer=finer, size=size
    )


def number(left: int, right: int = 0, *, signed: bool = False) -> FieldType:
    """Return the type of at most `left` digits before and `right` after the point."""
    sign = "-?" if signed else ""
    if right == 0:
        return _Integer(f"Number({left})", f"{sign}0*[0-9]{{1,{left}}}")
    return _Decimal(
        f"Number({left},{right})",
        rf"{sign}(?:[0-9]{{1,{left}}}(?:\.[0-9]{{0,{right}}}|)|\.[0-9]{{1,{right}}})",
        right=right,
    )


def above_zero(each: FieldType) -> FieldType:
    """Return a type of numbers without the zero."""
    return replace(each, label=f"{each.label} > 0", pattern=f"(?=-?[0-9.]*[1-9])(?:{each.pattern})")


class _Text(FieldType, frozen=True):
    def fold(self, text: str) -> str:
        return text.strip(" ")


class _PostalCode(FieldType, frozen=True):
    def fold(self, text: str) -> str:
        halves = text.partition(" ")
        return halves[0] + halves[2] if len(halves[0]) == len(halves[2]) else text


class _FixedNumber(FieldType, frozen=True):
    size: int = 0

    def _text(self, value: FieldValue) -> str:
        return f"{value:0{self.size}d}" if isinstance(value, int) else str(value)


class _Integer(FieldType, frozen=True):
    def read(self, text: str) -> int:
        # Leading zeros are allowed in any number, but int() refuses thousands of digits.
        whole = int(text.lstrip("-0") or "0")
        return -whole if text.startswith("-") else whole


class _Decimal(FieldType, frozen=True):
    right: int = 0

    def read(self, text: str) -> Decimal:
        return Decimal(text)

    def _text(self, value: FieldValue) -> str:
        return f"{Decimal(str(value)):.{self.right}f}"


class _Date(FieldType, frozen=True):
    @property
    def plain(self) -> str:
        return _PLAIN_DATE

    def real(self, text: str) -> bool:
        return read_est(text) is not None

    def read(self, text: str) -> date:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))

    def _text(self, value: FieldValue) -> str:
        return f"{value:%Y%m%d}" if isinstance(value, date) else str(value)


class _DateTime(FieldType, frozen=True):
    @property
    def plain(self) -> str:
        return f"{_PLAIN_DATE} ?{_PLAIN_TIME}"

    def real(self, text: str) -> bool:
        return read_est(text) is not None

    def read(self, text: str) -> datetime:
        instant = read_est(text)
        if instant is None:
            message = f"{text!r} is no real time"
            raise ValueError(message)
        return instant

    def _text(self, value: FieldValue) -> str:
        return est_seconds(value) if isinstance(value, datetime) else str(value)


class _Boundary(_DateTime, frozen=True):
    @property
    def plain(self) -> str:
        return f"{_PLAIN_DATE}(?: ?{_PLAIN_TIME}|)"


DATE = _Date("Date", "[0-9]{8}")
DATE_TIME = _DateTime("Date/Time", "[0-9]{8} ?[0-9]{6}")
# Start and End of a period: a date alone means 00:00:00.
BOUNDARY = _Boundary("Date/Time", "[0-9]{8}(?: ?[0-9]{6}|)")
ORG_ID = char(8, "ORG[0-9]{5}", folded=True)
UNIVERSAL_SDP_ID = fixed_number(8, "[1-9][0-9]{7}")
SDP_ID = varchar(50, "[A-Z0-9._/-]", folded=True)
ACCOUNT_ID = SDP_ID
# Of meters and communication modules, and of premises.
ASSET_ID = varchar(30, "[A-Z0-9._/-]", folded=True)
CHANNEL = fixed_number(2, "0[1-9]|[1-9][0-9]")
BILLING_CYCLE_ID = varchar(10, "[A-Z0-9_-]", folded=True)
TX_ID = varchar(20, "[A-Za-z0-9_-]")
TIME_INTERVAL = FieldType("Time Interval", "000000(?:05|15|30)|00000100")
POSTAL_CODE = _PostalCode(
    "Char(6)", "[A-Z][0-9][A-Z][0-9][A-Z][0-9]", shape=".{6}", finer=Why.LETTERS
)
FILE_NAME = varchar(120)
