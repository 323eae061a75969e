"""The peer PostgreSQL: COPY and SQL over a directory of timelines that is loaded and indexed.

A server of its own is started on a socket in a folder, and told to give up durability for speed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.exchange.files.layouts.tables import Field, RecordLayout
from mdmr.exchange.files.layouts.types import BOUNDARY

from benchmarks.synchronization import told
from benchmarks.synchronization.answer import Row
from benchmarks.synchronization.sets import CYCLES, FILES

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "8GB",
    "shared_buffers": "1GB",
    "work_mem": "512MB",
    "maintenance_work_mem": "1GB",
    "jit": "off",
}


class ServerMissingError(Exception):
    """No PostgreSQL server is installed (Debian's package `postgresql`)."""


class Server:
    """A PostgreSQL server in a folder, stopped at the end of the `with` block."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._data = folder, folder / "data"
        self._programs = _programs()
        # The server refuses to run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def __enter__(self) -> Self:
        if self._as:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "postgres", "--no-sync")
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in _SETTINGS.items())
        started = f"{options} -k {self._folder}"
        log = self._folder / "log"
        self._run("pg_ctl", "-D", self._data, "-l", log, "-w", "-o", started, "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def sql(self, text: str) -> str:
        """Return what statements print, unaligned. Raises CalledProcessError."""
        command = (self._programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        where = ("-h", self._folder, "-U", "postgres", "-d", "postgres")
        done = subprocess.run(
            (*command, *where), input=text, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = (*self._as, self._programs / program, *arguments)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=self._folder)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise ServerMissingError
    return found[-1].parent


def prepare(server: Server, folder: Path) -> None:
    """Load the directory as the set in a folder left it, with the index that a join wants."""
    server.sql(_read("directory", folder))
    server.sql("ALTER TABLE directory ADD PRIMARY KEY (key); ANALYZE directory;")


def run(server: Server, folder: Path) -> Iterator[Row]:
    """Yield what the set in a folder comes to over the directory that is loaded."""
    cycles = ", ".join(f"'{each}'" for each in CYCLES)
    printed = server.sql(f"""
        {_read("told", folder)}
        CREATE TEMP TABLE changed AS
            SELECT told.*, directory.value AS old, directory.start AS old_start
            FROM told LEFT JOIN directory USING (key)
            WHERE told.value IS DISTINCT FROM directory.value;
        SELECT file, entity, attribute, 'Y213', '', value, start, '' FROM changed
            WHERE attribute = 'BCID' AND value NOT IN ({cycles})
        UNION ALL
        SELECT file, entity, attribute, 'END', old, '', old_start, start FROM changed
            WHERE attribute <> 'BCID' OR value IN ({cycles})
        UNION ALL
        SELECT file, entity, attribute, 'INS', old, value, start, '' FROM changed
            WHERE attribute <> 'BCID' OR value IN ({cycles});
        SELECT count(*) FROM directory WHERE NOT EXISTS
            (SELECT FROM told WHERE told.key = directory.key);
        DROP TABLE told;
    """)  # noqa: S608 - all of it is ours
    *rows, gone = printed.splitlines()
    if gone != "0":
        raise told.OtherDataError(gone)
    return (Row(*each.split("|")) for each in rows)


def _read(table: str, folder: Path) -> str:
    """Return the statements that read a set into a table of timelines, every field checked."""
    parsed = " UNION ALL ".join(
        _parsed(number, layout) for number in FILES for layout in RECORDS[number]
    )
    copies = " ".join(
        f"\\copy raw_{number} FROM '{told.file(folder, number)}' WITH (DELIMITER E'\\x01')\n"
        for number in FILES
    )
    tables = " ".join(f"CREATE TEMP TABLE raw_{number} (line text);\n" for number in FILES)
    faults = " UNION ALL ".join(
        f"SELECT line FROM raw_{number} "  # noqa: S608 - ours
        f"WHERE line NOT LIKE 'F_R|%' AND NOT CASE {_checks(number)} ELSE false END"
        for number in FILES
    )
    return f"""
        {tables}
        {copies}
        DO $$ BEGIN IF EXISTS ({faults}) THEN RAISE 'a record is faulty'; END IF; END $$;
        CREATE UNLOGGED TABLE {table} AS {parsed};
        DROP TABLE {", ".join(f"raw_{number}" for number in FILES)};
    """


def _checks(number: str) -> str:
    """Return the branches of a CASE that tells whether a line keeps every rule of its fields.

    One expression for each kind of parameter and relationship: a common one is 25 times as slow.
    """
    return " ".join(
        f"WHEN {told.kind(layout)} "
        f"THEN line ~ '^{told.pattern(layout, _plain)}$' AND {_real(layout)}"
        for each in RECORDS[number]
        for layout in each.simple
    )


def _plain(field: Field) -> str:
    # Whether a boundary is a real date, a cast tells: see below.
    return "[0-9]{14}" if field.type is BOUNDARY else field.type.plain


def _real(layout: RecordLayout) -> str:
    """Return the condition that dates are real: a cast is quicker than an expression."""
    start = f"split_part(line, '|', {len(layout.fields)})"
    return f"overlay({start} PLACING 'T' FROM 9 FOR 0)::timestamp IS NOT NULL"


def _parsed(number: str, layout: RecordLayout) -> str:
    columns = told.timeline(number, layout, "split_part(line, '|', {})".format)
    return f"SELECT {columns} FROM raw_{number} WHERE line LIKE '{layout.record}|%'"  # noqa: S608 - ours
