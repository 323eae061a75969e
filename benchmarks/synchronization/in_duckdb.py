"""The peer DuckDB: the directory as a table, the set read as lines, checked and joined in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.exchange.files.layouts.tables import Field, Need, RecordLayout

from benchmarks.synchronization.answer import Row
from benchmarks.synchronization.sets import CYCLES, FILES

_KEYS = {"SDP": 1, "MTR": 1, "COM": 1, "PRM": 1, "SAG": 1, "PAR": 3, "REL": 2}


def prepare(database: Any, folder: Path) -> None:  # noqa: ANN401 - a connection, without types
    """Load the directory as the set in a folder left it."""
    database.execute(f"CREATE TABLE directory AS {_timelines(folder)}")


def run(database: Any, folder: Path) -> Iterator[Row]:  # noqa: ANN401 - as above
    """Yield what the set in a folder comes to over the directory that is loaded."""
    faults = f"SELECT count(*) FROM ({_faults(folder)})"  # noqa: S608 - all of it is ours
    faulty = database.execute(faults).fetchone()
    if faulty != (0,):
        raise ValueError(faulty)
    database.execute(f"CREATE TEMP TABLE told AS {_timelines(folder)}")
    changed = database.execute(
        """
        SELECT told.file, told.entity, told.attribute, told.value, told.start,
            directory.value, directory.start
        FROM told FULL JOIN directory USING (key)
        WHERE told.value IS DISTINCT FROM directory.value
        """
    ).fetchall()
    for file, entity, attribute, new, start, old, before in changed:
        if file is None or old is None:
            raise NotImplementedError
        if attribute == "BCID" and new not in CYCLES:
            yield Row(file, entity, attribute, "Y213", "", new, start, "")
        else:
            yield Row(file, entity, attribute, "END", old, "", before, start)
            yield Row(file, entity, attribute, "INS", old, new, start, "")


def _lines(folder: Path, number: str) -> str:
    (found,) = folder.glob(f"*.{number}.01.DAT")
    how = "columns={'line': 'VARCHAR'}, header=false, delim='\x01', quote='', escape=''"
    return f"SELECT line FROM read_csv('{found}', {how}) WHERE NOT starts_with(line, 'F')"  # noqa: S608 - ours


def _timelines(folder: Path) -> str:
    """Return the query of a set as timelines."""
    return " UNION ALL ".join(
        _parsed(number, layout, _lines(folder, number))
        for number in FILES
        for layout in RECORDS[number]
    )


def _faults(folder: Path) -> str:
    """Return the query of the lines that break a rule of their fields."""
    return " UNION ALL ".join(
        f"SELECT line FROM ({_lines(folder, number)}) WHERE NOT CASE "  # noqa: S608 - all ours
        + " ".join(
            f"WHEN {_kind(layout)} THEN regexp_full_match(line, '{_pattern(layout)}')"
            for each in RECORDS[number]
            for layout in each.simple
        )
        + " ELSE false END"
        for number in FILES
    )


def _kind(layout: RecordLayout) -> str:
    begin = [layout.record]
    if layout.record == "REL":
        begin.append(layout.fields[0].type.pattern)
    if layout.record == "PAR":
        code = layout.fields[2].type.pattern
        begin += [layout.fields[0].type.pattern, "%", "CH__" if code.startswith("CH") else code]
    return f"line LIKE '{'|'.join(begin)}|%'"


def _pattern(layout: RecordLayout) -> str:
    fields = (f"(?:{_plain(each)}{_or_empty(each)})" for each in layout.fields)
    return r"\|".join((layout.record, *fields)).replace("'", "''")


def _plain(each: Field) -> str:
    # Its expressions cannot look ahead: a number above zero is any number.
    plain = each.type.plain
    return plain.split(")", 1)[1] if plain.startswith("(?=") else plain


def _or_empty(each: Field) -> str:
    return "" if each.need is Need.MANDATORY else "|"


def _parsed(number: str, layout: RecordLayout, lines: str) -> str:
    keys, last = _KEYS[layout.record], len(layout.fields) - 2
    field = "f[{}]".format
    key = " || '|' || ".join(field(at) for at in range(1, keys + 2))
    value = " || ';' || ".join(field(at + 1) for at in range(keys + 1, last + 1))
    entity = field(3 if layout.record in ("PAR", "REL") else 2)
    attribute = field({"PAR": 4, "REL": 2}.get(layout.record, 1))
    return f"""
        SELECT '{number}' AS file, {key} AS key, {entity} AS entity, {attribute} AS attribute,
            {value} AS value, {field(last + 2)} AS start
        FROM (SELECT string_split(line, '|') AS f FROM ({lines}))
        WHERE f[1] = '{layout.record}'
    """  # noqa: S608 - all of it is ours
