"""The data file of a hub on this machine: records with checksums in one SQLite database.

A transaction is on disk when `write` returns, or not at all. A file that is not whole, or not of
this project, is refused and left as it is.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

NAME = "hub.sqlite"
# 2: the items of the tables have schema versions.
FORMAT_VERSION = 2
# "mdmr" as the application that SQLite's header names.
_APPLICATION = int.from_bytes(b"mdmr", "big")
_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
# What the log is cut to again after a large transaction.
_LOG_BYTES = 16 * 1024 * 1024
_APPLICATION_AT, _VERSION_AT = slice(68, 72), slice(60, 64)
_CLEAN = ("file", "", "clean")
_SEQUENCE = ("file", "", "sequence")
_TABLE = """
CREATE TABLE record (
  kind TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL,
  checksum INTEGER NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY (kind, owner, name)
)"""

# Of a record: its kind, its owner, its name among the owner's, and its value. Without a value the
# record is deleted; without a name all records of the owner are.
Change = tuple[str, str, str | None, "bytes | memoryview | None"]


class DamagedDataError(Exception):
    """The data folder cannot be used; the message names the file and what is wrong with it."""


class DataFile:
    """An open data file. No other process can open it meanwhile.

    Args:
        path: of a file that `create` has made.

    Raises:
        DamagedDataError: it is damaged, truncated, or no data file of this version.
        sqlite3.Error: it cannot be written, as on a full disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._sequence = 0
        self._noted = path.with_name(f"{path.stem}.sequence")
        _examine_header(path)
        # A file that was not closed goes on in its log; without that, its end is missing.
        log = path.with_name(f"{path.name}-wal")
        log_bytes = log.stat().st_size if log.exists() else 0
        try:
            self._database = _connected(path)
            self._examine(log, log_bytes)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _tells_of_damage(error):
                raise
            raise DamagedDataError(f"{path} is damaged: {error}") from error
        self._notes = os.open(self._noted, os.O_RDWR | os.O_CREAT, 0o600)
        self.write([(*_CLEAN, b"0")])
        # Into the file itself: without its log it then tells that it lacks it.
        self._database.execute("PRAGMA wal_checkpoint")

    def read(self, kind: str) -> Iterator[tuple[str, str, bytes]]:
        """Yield owner, name and value of all records of a kind, in the order of their names."""
        query = "SELECT owner, name, value FROM record WHERE kind = ? ORDER BY owner, name"
        with self._lock:
            yield from self._database.execute(query, (kind,))

    def names(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield owner and name of all records of a kind without reading their values."""
        query = "SELECT owner, name FROM record WHERE kind = ? ORDER BY owner, name"
        with self._lock:
            yield from self._database.execute(query, (kind,))

    def value(self, kind: str, owner: str, name: str) -> bytes | None:
        """Return the value of a record, or None when there is no such record.

        Raises:
            DamagedDataError: the value is not the one that was written.
        """
        query = "SELECT checksum, value FROM record WHERE kind = ? AND owner = ? AND name = ?"
        with self._lock:
            found = self._database.execute(query, (kind, owner, name)).fetchone()
        if found is None:
            return None
        checksum, value = found
        if zlib.crc32(value) != checksum:
            raise DamagedDataError(f"{self._path} is damaged: {kind} {owner} {name}")
        return bytes(value)

    def write(self, changes: Iterable[Change]) -> None:
        """Make changes in their order, all or none, and return when they are on disk.

        Raises:
            sqlite3.Error: none was made, as when the disk is full.
        """
        with self._lock:
            number = f"{self._sequence + 1:020}".encode()
            self._database.execute("BEGIN IMMEDIATE")
            try:
                for change in (*changes, (*_SEQUENCE, number)):
                    _make(self._database, change)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
            self._sequence += 1
            # Beside the file: a log that was cut off is one that lacks what is noted here. It is
            # noted when the log is on disk, so that it never tells of more.
            os.pwrite(self._notes, number, 0)

    def close(self) -> None:
        """Close the file in good order: what it is then is in this one file alone."""
        with self._lock:
            self.write([(*_CLEAN, b"1")])
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._database.close()
            os.close(self._notes)
            self._noted.unlink(missing_ok=True)

    def _examine(self, log: Path, log_bytes: int) -> None:
        faults = self._database.execute("PRAGMA quick_check(1)").fetchall()
        if faults != [("ok",)]:
            raise DamagedDataError(f"{self._path} is damaged: {faults[0][0]}")
        if self.value(*_CLEAN) != b"1" and not log_bytes:
            raise DamagedDataError(
                f"{log} is missing or empty, but {self._path.name} was not closed and needs it"
            )
        self._sequence = int(self.value(*_SEQUENCE) or 0)
        noted = self._noted.read_bytes() if self._noted.exists() else b""
        if noted.isdigit() and int(noted) > self._sequence:
            raise DamagedDataError(
                f"{log} is truncated: {int(noted) - self._sequence} transactions are missing"
            )
        query = "SELECT kind, owner, name, checksum, value FROM record"
        for kind, owner, name, checksum, value in self._database.execute(query):
            if zlib.crc32(value) != checksum:
                raise DamagedDataError(f"{self._path} is damaged: {kind} {owner} {name}")


def create(path: Path, changes: Iterable[Change]) -> None:
    """Make a data file with its first records; it is there whole, or not at all.

    Raises:
        sqlite3.Error: it could not be written.
    """
    unfinished = path.with_name(f"{path.name}.new")
    try:
        _fill(unfinished, changes)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _fill(unfinished: Path, changes: Iterable[Change]) -> None:
    for each in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):
        each.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN")
        database.execute(_TABLE)
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        for change in (*changes, (*_CLEAN, b"1")):
            _make(database, change)
        database.execute("COMMIT")


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=0.0, isolation_level=None, check_same_thread=False)
    # Exclusive before the log is used: then it needs no shared memory, and nobody else gets in.
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    return database


def _make(database: sqlite3.Connection, change: Change) -> None:
    kind, owner, name, value = change
    if name is None:
        database.execute("DELETE FROM record WHERE kind = ? AND owner = ?", (kind, owner))
    elif value is None:
        database.execute(
            "DELETE FROM record WHERE kind = ? AND owner = ? AND name = ?", (kind, owner, name)
        )
    else:
        database.execute(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?)",
            (kind, owner, name, zlib.crc32(value), value),
        )


def _examine_header(path: Path) -> None:
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES:
        raise DamagedDataError(f"{path} is truncated: {len(header)} bytes")
    if not header.startswith(_MAGIC) or header[_APPLICATION_AT] != _APPLICATION.to_bytes(4, "big"):
        raise DamagedDataError(f"{path} is no data file of mdmr local")
    version = int.from_bytes(header[_VERSION_AT], "big")
    if version != FORMAT_VERSION:
        raise DamagedDataError(
            f"{path} has format {version}; this version of mdmr reads format {FORMAT_VERSION}"
        )


def _tells_of_damage(error: sqlite3.OperationalError) -> bool:
    return (
        "malformed" in str(error) or "not a database" in str(error) or "no such table" in str(error)
    )
