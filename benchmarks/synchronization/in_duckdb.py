"""The peer DuckDB: the directory as a table, the set read as lines, checked and joined in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.exchange.files.layouts.tables import Field, RecordLayout

from benchmarks.synchronization import told
from benchmarks.synchronization.answer import Row
from benchmarks.synchronization.sets import CYCLES, FILES


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
            raise told.OtherDataError(entity)
        if attribute == "BCID" and new not in CYCLES:
            yield Row(file, entity, attribute, "Y213", "", new, start, "")
        else:
            yield Row(file, entity, attribute, "END", old, "", before, start)
            yield Row(file, entity, attribute, "INS", old, new, start, "")


def _lines(folder: Path, number: str) -> str:
    how = "columns={'line': 'VARCHAR'}, header=false, delim='\x01', quote='', escape=''"
    read = f"read_csv('{told.file(folder, number)}', {how})"
    return f"SELECT line FROM {read} WHERE NOT starts_with(line, 'F')"  # noqa: S608 - ours


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
            f"WHEN {told.kind(layout)} "
            f"THEN regexp_full_match(line, '{told.pattern(layout, _plain)}')"
            for each in RECORDS[number]
            for layout in each.simple
        )
        + " ELSE false END"
        for number in FILES
    )


def _plain(field: Field) -> str:
    # Its expressions cannot look ahead: a number above zero is any number.
    plain = field.type.plain
    return plain.split(")", 1)[1] if plain.startswith("(?=") else plain


def _parsed(number: str, layout: RecordLayout, lines: str) -> str:
    columns = told.timeline(number, layout, "f[{}]".format)
    return f"""
        SELECT {columns} FROM (SELECT string_split(line, '|') AS f FROM ({lines}))
        WHERE f[1] = '{layout.record}'
    """  # noqa: S608 - all of it is ours
