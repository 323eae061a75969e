"""Records read and written by their layout: the reference validator and the one writer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct

from mdmr.exchange.files.layouts.tables import DELIMITER, Field, Need, RecordLayout
from mdmr.exchange.files.layouts.types import FieldValue, Why

Values: TypeAlias = "tuple[FieldValue | None, ...]"


class FieldFault(Struct, frozen=True):
    """One field of a record that breaks its layout: its text folded, and as it was sent."""

    field: Field
    why: Why
    text: str
    sent: str = ""


class Reading(Struct, frozen=True):
    """A line read by its layout.

    `texts` are the fields from field 2 on, folded; `values` their values (None where empty or
    faulty); `counted` is false when the line has another number of fields or another record
    type, and then there are no values.
    """

    counted: bool
    texts: tuple[str, ...]
    values: Values
    faults: tuple[FieldFault, ...]

    @property
    def valid(self) -> bool:
        """Whether every rule of the layout holds."""
        return self.counted and not self.faults


def split(line: str) -> list[str]:
    """Return the fields of a line, the record type first."""
    return line.split(DELIMITER)


def read(layout: RecordLayout, line: str) -> Reading:
    """Read one line (without its end) by a layout and return its values and faults."""
    record, *raw = split(line)
    if record != layout.record or len(raw) != len(layout.fields):
        return Reading(counted=False, texts=tuple(raw), values=(), faults=())
    layout = layout.variant([text.strip(" ") for text in raw])
    texts = tuple(each.type.fold(text) for each, text in zip(layout.fields, raw, strict=True))
    faults: list[FieldFault] = []
    values: list[FieldValue | None] = []
    for each, text, sent in zip(layout.fields, texts, raw, strict=True):
        why = fault(each, text)
        if why is not None:
            faults.append(FieldFault(each, why, text, sent))
        values.append(each.type.read(text) if text and why is None else None)
    return Reading(counted=True, texts=texts, values=tuple(values), faults=tuple(faults))


def fault(each: Field, text: str) -> Why | None:
    """Return what is wrong with the folded text of a field, or None."""
    if not text:
        return Why.MISSING if each.need is Need.MANDATORY else None
    return each.type.why(text)


def write(layout: RecordLayout, values: Sequence[FieldValue | None]) -> str:
    """Return the line of a record, without its end.

    Raises ValueError when a value breaks the layout: what the hub writes is always valid.
    """
    if len(values) != len(layout.fields):
        message = f"{layout.record} has {len(layout.fields)} own fields, not {len(values)}"
        raise ValueError(message)
    texts = (_text(each, value) for each, value in zip(layout.fields, values, strict=True))
    return DELIMITER.join((layout.record, *texts))


def _text(each: Field, value: FieldValue | None) -> str:
    if value is None or value == "":
        if each.need is Need.MANDATORY:
            message = f"{each.name} must be filled"
            raise ValueError(message)
        return ""
    try:
        return each.type.write(value)
    except ValueError as error:
        message = f"{each.name}: {error}"
        raise ValueError(message) from error


def columns(layout: RecordLayout) -> str:
    """Return the `CHR` record that names the fields of a layout."""
    return DELIMITER.join(("CHR", *layout.names))


def printable(text: str, size: int) -> str:
    """Return what may stand in a report of a foreign text: `size` characters at most.

    Each byte outside 0x20-0x7E and each delimiter becomes `?`, so that no value forges a record.
    """
    if text.isascii() and text.isprintable() and DELIMITER not in text:
        return text[:size]
    kept = (chr(byte) if _harmless(byte) else "?" for byte in text.encode("utf-8", "replace"))
    return "".join(kept)[:size]


def _harmless(byte: int) -> bool:
    return 0x20 <= byte <= 0x7E and byte != ord(DELIMITER)  # noqa: PLR2004 - the printable range


def body(lines: Iterable[str]) -> bytes:
    """Return lines as the bytes of a file: ASCII, each with its LF."""
    return b"".join(line.encode("ascii") + b"\n" for line in lines)
