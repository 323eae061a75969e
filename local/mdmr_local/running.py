"""Which hubs run on this machine: who holds a data folder, which `mdmr local up` there are.

A record is a file that its process holds locked. The lock ends with the process, however that
ends, so a record that nobody holds locked is of a hub that has ended.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

LOCK_NAME = "hub.lock"
# How long an emulator may take to end whose command has ended.
_ENDING_SECONDS = 60.0
_LOOK_SECONDS = 0.05


class InUseError(Exception):
    """A data folder is in use; the message names the process and its port."""


@dataclass(frozen=True)
class Run:
    """A hub that runs.

    Attributes:
        pid: of the process that started it: `mdmr local up`.
        port: where it listens on 127.0.0.1; 0 while it starts.
        data: its data folder; empty for memory only.
        since: when it was started, in UTC.
    """

    pid: int
    port: int
    data: str
    since: str

    @classmethod
    def of_this_process(cls, data: Path | None, port: int = 0) -> Self:
        """Return the record of a hub that this process starts now."""
        folder = "" if data is None else os.path.realpath(data)
        return cls(os.getpid(), port, folder, datetime.now(UTC).isoformat(timespec="seconds"))


class Record:
    """A file that is held locked and tells of a run.

    Args:
        path: of the file, in a folder that is there.

    Raises:
        BlockingIOError: another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Not truncated before it is locked: it is another's until then.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise

    def fileno(self) -> int:
        """Return the descriptor, for a child that is to hold the lock as well."""
        return self._file

    def write(self, run: Run) -> None:
        """Tell of a run."""
        os.truncate(self._file, 0)
        os.pwrite(self._file, json.dumps(asdict(run)).encode(), 0)

    def close(self) -> None:
        """Let go of the lock, unless a child holds it still."""
        os.close(self._file)


def claim(folder: Path) -> Record:
    """Take a data folder for this process.

    A folder whose command has ended is waited for: its emulator ends then, too.

    Raises:
        InUseError: another process has it.
        OSError: the folder cannot be written.
    """
    path = folder / LOCK_NAME
    end = time.monotonic() + _ENDING_SECONDS
    while True:
        with suppress(BlockingIOError):
            return Record(path)
        run = _read(path)
        if run is None or _lives(run.pid) or time.monotonic() > end:
            raise InUseError(f"{folder} is in use by {_holder(run)}")
        time.sleep(_LOOK_SECONDS)


@contextmanager
def announced(data: Path | None, port: int) -> Iterator[None]:
    """Have a hub of this process be found by `runs` within this block."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{os.getpid()}-{port}.json"
    record = Record(path)
    record.write(Run.of_this_process(data, port))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        record.close()


def runs() -> list[Run]:
    """Return the hubs that run, by port; records of those that have ended are removed."""
    found = []
    for path in sorted(_folder().glob("*.json")):
        try:
            record = Record(path)
        except BlockingIOError:
            run = _read(path)
            if run is not None:
                found.append(run)
        else:
            path.unlink(missing_ok=True)
            record.close()
    return sorted(found, key=lambda run: run.port)


def with_port(run: Run, port: int) -> Run:
    """Return the record of a run whose port is known by now."""
    return replace(run, port=port)


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "mdmr" / "local"


def _read(path: Path) -> Run | None:
    """Return what a record tells; None while it is being written, or where it is no record."""
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
        return Run(**found)
    except (OSError, ValueError, TypeError):
        return None


def _holder(run: Run | None) -> str:
    if run is None:
        return "another process"
    return f"process {run.pid}" + (f", port {run.port}" if run.port else "")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
