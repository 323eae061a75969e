"""Changes in their order, and the thread that commits them together.

Whatever was appended before an instant is on disk when `committed` returns. Many requests at once
cost one transaction. While the disk takes nothing, changes wait in memory and in order, and who
asks is told so.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from mdmr_local.durable.datafile import Change

RETRY_SECONDS = 1.0
ALIVE = ("file", "", "alive")
_logger = logging.getLogger("mdmr.durable")
_Waiting = tuple[int, asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class NotWrittenError(Exception):
    """What was changed is not on disk; the message says why."""


class Disk(Protocol):
    """Where changes go."""

    def write(self, changes: list[Change], /) -> None:
        """Make changes, all or none; they are on disk when this returns.

        Raises:
            sqlite3.Error: none was made.
        """


class Journal:
    """Collects changes from now on; commits them once it has a disk.

    Attributes:
        fault: why the last attempt to write failed; empty when it did not.
    """

    def __init__(self) -> None:
        self.fault = ""
        self._records = False
        self._disk: Disk | None = None
        self._changed = threading.Condition()
        self._order = threading.RLock()
        self._unit = threading.local()
        self._pending: list[Change] = []
        self._then: list[Callable[[], None]] = []
        self._appended = 0
        self._committed = 0
        self._waiting: list[_Waiting] = []

    def record(self) -> None:
        """Collect changes from now on; before, they are let go."""
        self._records = True

    def start(self, disk: Disk) -> None:
        """Commit what is collected, from now on."""
        self.record()
        self._disk = disk
        threading.Thread(target=self._run, daemon=True, name="mdmr-journal").start()

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Within this block nobody else changes anything; its changes are committed together."""
        with self._order:
            if getattr(self._unit, "changes", None) is not None:
                yield  # within another one
                return
            changes: list[Change] = []
            self._unit.changes = changes
            try:
                yield
            finally:
                self._unit.changes = None
                self._append(changes, [])

    def append(self, *changes: Change, then: Callable[[], None] | None = None) -> None:
        """Note changes, which are committed together.

        Args:
            changes: in their order.
            then: called when they are on disk; for changes outside a `unit` only.
        """
        with self._order:
            unit = getattr(self._unit, "changes", None)
            if unit is None:
                self._append(list(changes), [] if then is None else [then])
            else:
                unit += changes

    async def committed(self) -> None:
        """Return when everything appended so far is on disk.

        Raises:
            NotWrittenError: it could not be written.
        """
        if self._disk is None or self._committed == self._appended:
            return
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._changed:
            if self._committed == self._appended:
                return
            if self.fault:
                raise NotWrittenError(self.fault)
            self._waiting.append((self._appended, loop, future))
        await future

    def flush(self, seconds: float) -> bool:
        """Wait until everything appended so far is on disk; tell whether it is."""
        with self._changed:
            wanted = self._appended
            return self._changed.wait_for(lambda: self._committed >= wanted, seconds)

    def _append(self, changes: list[Change], then: list[Callable[[], None]]) -> None:
        if not (changes and self._records):
            return
        with self._changed:
            self._pending += changes
            self._then += then
            self._appended += 1
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending)
                changes, then, appended = list(self._pending), list(self._then), self._appended
            try:
                self._write(changes)
            except (sqlite3.Error, OSError) as error:
                self._failed(str(error))
                time.sleep(RETRY_SECONDS)
                continue
            with self._changed:
                del self._pending[: len(changes)]
                del self._then[: len(then)]
                self._committed = appended
                self.fault = ""
                done = [each for each in self._waiting if each[0] <= appended]
                self._waiting = [each for each in self._waiting if each[0] > appended]
                self._changed.notify_all()
            for each in then:
                each()
            _wake(done, None)

    def _write(self, changes: list[Change]) -> None:
        if self._disk is not None:
            # With when that was: what was to happen since then is made good at the next start.
            self._disk.write([*changes, (*ALIVE, repr(time.time()).encode())])

    def _failed(self, reason: str) -> None:
        _logger.error("nothing can be written: %s", reason)
        with self._changed:
            self.fault = reason
            waiting, self._waiting = self._waiting, []
        _wake(waiting, reason)


def _wake(waiting: list[_Waiting], fault: str | None) -> None:
    """Let requests go on; all of one event loop at once."""
    loops = {loop for _, loop, _ in waiting}
    for loop in loops:
        futures = [future for _, of, future in waiting if of is loop]
        loop.call_soon_threadsafe(_settle, futures, fault)


def _settle(futures: list[asyncio.Future[None]], fault: str | None) -> None:
    for future in futures:
        if future.done():
            continue
        if fault is None:
            future.set_result(None)
        else:
            future.set_exception(NotWrittenError(fault))
