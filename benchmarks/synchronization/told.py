"""What every peer asks of the layouts: the files of a set, and how a record is a timeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mdmr.exchange.files.layouts.tables import Field, Need, RecordLayout

# Of the records in the data: how many fields name the timeline.
KEYS = {"SDP": 1, "MTR": 1, "COM": 1, "PRM": 1, "SAG": 1, "PAR": 3, "REL": 2}
# Where the entity and the attribute of a record stand; in the others, in the first field and in
# the record's own name.
_ENTITY = {"PAR": 2, "REL": 2}
_ATTRIBUTE = {"PAR": 3, "REL": 1}


class OtherDataError(Exception):
    """A timeline came or went: the data of this benchmark only changes values."""


def file(folder: Path, number: str) -> Path:
    """Return the only segment of a file of the set in a folder. Raises ValueError without one."""
    (found,) = folder.glob(f"*.{number}.01.DAT")
    return found


def kind(layout: RecordLayout) -> str:
    """Return the SQL condition that a line is of a kind of record, parameter or relationship."""
    begin = [layout.record]
    if layout.record == "REL":
        begin.append(layout.fields[0].type.pattern)
    if layout.record == "PAR":
        # A channel's code has its number in it.
        code = layout.fields[2].type.pattern
        begin += [layout.fields[0].type.pattern, "%", "CH__" if code.startswith("CH") else code]
    return f"line LIKE '{'|'.join(begin)}|%'"


def pattern(layout: RecordLayout, plain: Callable[[Field], str]) -> str:
    """Return the expression, quoted for SQL, that a record keeps all rules of its fields.

    `plain` gives the expression of a field's value in the words of the peer.
    """
    fields = (f"(?:{plain(each)}{or_empty(each)})" for each in layout.fields)
    return r"\|".join((layout.record, *fields)).replace("'", "''")


def or_empty(field: Field) -> str:
    """Return what lets a field be empty, if it may."""
    return "" if field.need is Need.MANDATORY else "|"


def timeline(number: str, layout: RecordLayout, field: Callable[[int], str]) -> str:
    """Return the SQL columns of a record as a timeline; `field` gives that of a field from 1 on."""
    keys, last = KEYS[layout.record], len(layout.fields) - 2
    key = " || '|' || ".join(field(at) for at in range(1, keys + 2))
    value = " || ';' || ".join(field(at + 1) for at in range(keys + 1, last + 1))
    entity, attribute = (field(at + 1) for at in where(layout))
    return f"""'{number}' AS file, {key} AS key, {entity} AS entity, {attribute} AS attribute,
            {value} AS value, {field(last + 2)} AS start"""


def where(layout: RecordLayout) -> tuple[int, int]:
    """Return which fields of a record, from 0 (its name) on, tell the entity and the attribute."""
    return _ENTITY.get(layout.record, 1), _ATTRIBUTE.get(layout.record, 0)
