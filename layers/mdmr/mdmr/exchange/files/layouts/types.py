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

from mdmr.calendar.instants import est_seconds, is_open_end, read_est

FieldValue: TypeAlias = "str | int | Decimal | date | datetime"

PRINTABLE, _VISIBLE = r"[ -{}~]", r"[!-{}~]"
_PROSE = r"[A-Za-z0-9.,'()/&_:#+-]"
_PROSE_OR_BLANK = r"[ A-Za-z0-9.,'()/&_:#+-]"
# Real in every year: 29 February is left out, as is the year 0000. Days that every month has come
# first, since nearly all dates are among them.
_PLAIN_DAY = (
    "(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"
)
# Ends from 9000 on are rare but for the last day, which means that there is none.
_YEAR_OF_END = "[1-8][0-9]{3}"
_PLAIN_DATE = f"[1-9][0-9]{{3}}{_PLAIN_DAY}"
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

    Blanks around a text are no part of it. `folded` types are ids: their letters are upper-cased,
    too, before any comparison. No pattern matches an empty text, a delimiter or a line end, and
    that of a folded type no text that folding would change. A text of the right `shape` that breaks
    the pattern breaks the `finer` rule: it is not in the list, or it has characters that are not
    allowed. `trimmed` is the pattern without blanks around, where `pattern` allows these: reports
    show texts of others as they came. `meant` says in words what a text must be.
    """

    label: str
    pattern: str
    folded: bool = False
    shape: str = ""
    finer: Why = Why.FORM
    trimmed: str = ""
    meant: str = ""

    @cached_property
    def _matcher(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    @property
    def dated(self) -> bool:
        """Whether its texts are dates or times, of which not all that have the form are real."""
        return False

    @property
    def plain(self) -> str:
        """The pattern of texts that are surely real, and that folding leaves as they are."""
        return self.trimmed or self.pattern

    def fold(self, text: str) -> str:
        """Return the text as it is compared: trimmed, and for ids upper-cased."""
        return text.strip(" ").upper() if self.folded else text.strip(" ")

    def normalizes(self, text: str) -> bool:
        """Return whether a text says the same as it is compared, and was not sent so."""
        return text != self.fold(text)

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
    shape, trimmed = f".{{{size}}}", ""
    meant = ""
    if pattern is None:
        meant = f"exactly {size} printable characters" if size > 1 else "one printable character"
        pattern = f"{PRINTABLE}{{{size}}}"
        trimmed = f"{_VISIBLE}{PRINTABLE}{{{size - 2}}}{_VISIBLE}" if size > 1 else _VISIBLE
    return FieldType(f"Char({size})", pattern, folded, shape, Why.LETTERS, trimmed, meant)


def one_of(*codes: str, label: str = "", shape: str = "", meant: str = "") -> FieldType:
    """Return the type of the codes of a list; other texts of the shape are not in it.

    Without a shape any text as long as the first code has it. `meant` is the list in words, for
    codes that are patterns.
    """
    size = len(codes[0])
    return FieldType(
        label or f"Char({size})",
        "|".join(codes),
        shape=shape or f".{{{size}}}",
        finer=Why.UNLISTED,
        meant=meant or (f"one of {', '.join(codes)}" if len(codes) > 1 else codes[0]),
    )


def varchar(size: int, pattern: str | None = None, *, folded: bool = False) -> FieldType:
    """Return the type of 1 to `size` characters; `pattern` is that of one character."""
    one, shape = pattern or PRINTABLE, f".{{1,{size}}}"
    trimmed = "" if pattern else _between(_VISIBLE, PRINTABLE, size)
    letters = f" out of {_in_words(pattern)}" if pattern else ""
    meant = f"1 to {size} {'' if pattern else 'printable '}characters{letters}"
    whole = f"{one}{{1,{size}}}"
    return FieldType(f"Varchar({size})", whole, folded, shape, Why.LETTERS, trimmed, meant)


def _in_words(characters: str) -> str:
    """Return the characters of a class as people read them: letters, digits and what else.

    >>> _in_words("[A-Z0-9._/-]")
    'A-Z 0-9 . _ / -'
    """
    ranges = re.findall(r"[A-Za-z0-9]-[A-Za-z0-9]|.", characters[1:-1])
    return " ".join("blank" if each == " " else each for each in ranges)


def _between(edge: str, inner: str, size: int) -> str:
    """Return the pattern of 1 to `size` characters, the first and the last of another kind."""
    return rf"{edge}(?:{inner}{{0,{size - 2}}}{edge}|)" if size > 1 else edge


def text(size: int) -> FieldType:
    """Return the type of 1 to `size` characters of plain prose; blanks around it are dropped."""
    inner = _between(_PROSE, _PROSE_OR_BLANK, size)
    meant = f"1 to {size} characters out of {_in_words(_PROSE_OR_BLANK)}"
    shape = f".{{1,{size}}}"
    return FieldType(f"Text({size})", inner, shape=shape, finer=Why.LETTERS, meant=meant)


def fixed_number(
    size: int, pattern: str | None = None, *, finer: Why = Why.LETTERS, meant: str = ""
) -> FieldType:
    """Return the type of exactly `size` digits, kept as text with its leading zeros."""
    shape = f"[0-9]{{{size}}}"
    return _FixedNumber(
        f"Fixed Number({size})",
        pattern or shape,
        shape=shape,
        finer=finer,
        meant=meant or f"exactly {size} digits",
        size=size,
    )


def number(left: int, right: int = 0, *, signed: bool = False) -> FieldType:
    """Return the type of at most `left` digits before and `right` after the point."""
    sign, with_sign = ("-?", ", with a minus or without") if signed else ("", "")
    if right == 0:
        meant = f"a whole number of at most {left} digits{with_sign}"
        return _Integer(f"Number({left})", f"{sign}0*[0-9]{{1,{left}}}", meant=meant)
    return _Decimal(
        f"Number({left},{right})",
        rf"{sign}(?:[0-9]{{1,{left}}}(?:\.[0-9]{{0,{right}}}|)|\.[0-9]{{1,{right}}})",
        meant=f"a number with at most {left} digits before the point and {right} after"
        f" it{with_sign}",
        right=right,
    )


def above_zero(each: FieldType) -> FieldType:
    """Return a type of numbers without the zero."""
    return replace(
        each,
        label=f"{each.label} > 0",
        pattern=f"(?=-?[0-9.]*[1-9])(?:{each.pattern})",
        meant=f"{each.meant}, not 0",
    )


class _PostalCode(FieldType, frozen=True):
    def fold(self, text: str) -> str:
        text = text.strip(" ")
        halves = text.partition(" ")
        return halves[0] + halves[2] if len(halves[0]) == len(halves[2]) else text

    def normalizes(self, text: str) -> bool:
        # The blank between its halves is a form that is allowed.
        return text != text.strip(" ")


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
    def dated(self) -> bool:
        return True

    @property
    def plain(self) -> str:
        return _PLAIN_DATE

    def real(self, text: str) -> bool:
        return read_est(text) is not None

    def read(self, text: str) -> date:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))

    def _text(self, value: FieldValue) -> str:
        return value.isoformat()[:10].replace("-", "") if isinstance(value, date) else str(value)


class _EndDate(_Date, frozen=True):
    """The end of a period as a date: 9999-12-31 is none."""

    @property
    def plain(self) -> str:
        return f"{_YEAR_OF_END}{_PLAIN_DAY}"

    def fold(self, text: str) -> str:
        return _without_open_end(text)


class _DateTime(FieldType, frozen=True):
    @property
    def dated(self) -> bool:
        return True

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


class _End(_Boundary, frozen=True):
    """The end of a period: one on 9999-12-31 is none, whatever its time."""

    @property
    def plain(self) -> str:
        return f"{_YEAR_OF_END}{_PLAIN_DAY}(?: ?{_PLAIN_TIME}|)"

    def fold(self, text: str) -> str:
        return _without_open_end(text)


def _without_open_end(text: str) -> str:
    """Return the text of an end as it is compared: trimmed, and empty where it means none."""
    text = text.strip(" ")
    return "" if is_open_end(text) else text


_DAY, _SECOND = "a real date YYYYMMDD", "a real time YYYYMMDDhhmmss in EST"
DATE = _Date("Date", "[0-9]{8}", meant=_DAY)
END_DATE = _EndDate("Date", "[0-9]{8}", meant=_DAY)
DATE_TIME = _DateTime("Date/Time", "[0-9]{8} ?[0-9]{6}", meant=_SECOND)
# Start and End of a period: a date alone means 00:00:00.
_BOUNDARY = f"{_SECOND}, or {_DAY}"
BOUNDARY = _Boundary("Date/Time", "[0-9]{8}(?: ?[0-9]{6}|)", meant=_BOUNDARY)
END = _End("Date/Time", "[0-9]{8}(?: ?[0-9]{6}|)", meant=f"{_BOUNDARY}, or empty")
ORG_ID = replace(
    char(8, "ORG[0-9]{5}", folded=True), meant="ORG and five digits, for example ORG11111"
)
UNIVERSAL_SDP_ID = fixed_number(
    8, "[1-9][0-9]{7}", meant="exactly 8 digits of which the first is not 0"
)
SDP_ID = varchar(50, "[A-Z0-9._/-]", folded=True)
ACCOUNT_ID = SDP_ID
# Of meters and communication modules, and of premises.
ASSET_ID = varchar(30, "[A-Z0-9._/-]", folded=True)
CHANNEL = fixed_number(2, "0[1-9]|[1-9][0-9]", meant="two digits from 01 to 99")
BILLING_CYCLE_ID = varchar(10, "[A-Z0-9_-]", folded=True)
TX_ID = varchar(20, "[A-Za-z0-9_-]")
TIME_INTERVAL = FieldType(
    "Time Interval",
    "000000(?:05|15|30)|00000100",
    meant="one of 00000005, 00000015, 00000030, 00000100 (MMDDhhmm)",
)
POSTAL_CODE = _PostalCode(
    "Char(6)",
    "[A-Z][0-9][A-Z][0-9][A-Z][0-9]",
    shape=".{6}",
    finer=Why.LETTERS,
    meant="a postal code in capitals, for example L6H0A1",
)
FILE_NAME = varchar(120)
