"""The journal: who waits goes on when it is on disk, and is told when it cannot be."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from mdmr_local.durable import journal as module
from mdmr_local.durable.datafile import Change
from mdmr_local.durable.journal import ALIVE, Journal, NotWrittenError


class Disk:
    """A disk that can be full, or slow."""

    def __init__(self) -> None:
        self.full = False
        self.written: list[list[Change]] = []
        self.free = threading.Event()
        self.free.set()

    def write(self, changes: list[Change]) -> None:
        self.free.wait(10)
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        self.written.append([change for change in changes if change[:3] != ALIVE])


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)


def change(name: str) -> Change:
    return "item", "table", name, b"1"


def names(disk: Disk) -> list[list[str | None]]:
    return [[change[2] for change in changes] for changes in disk.written]


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_who_waits_goes_on_when_it_is_on_disk_and_not_before() -> None:
    disk, journal = Disk(), Journal()
    journal.start(disk)

    async def told() -> tuple[bool, bool]:
        disk.free.clear()
        journal.append(change("one"))
        waiting = asyncio.ensure_future(journal.committed())
        done, _ = await asyncio.wait([waiting], timeout=0.1)
        disk.free.set()
        await asyncio.wait_for(waiting, 5)
        return bool(done), names(disk) == [["one"]]

    assert asyncio.run(told()) == (False, True)


def test_who_changes_nothing_does_not_wait() -> None:
    journal = Journal()
    asyncio.run(journal.committed())
    journal.append(change("before there is a disk"))
    asyncio.run(journal.committed())
    journal.start(Disk())
    asyncio.run(asyncio.wait_for(journal.committed(), 1))


def test_changes_of_one_unit_are_written_together_and_others_wait() -> None:
    disk, journal = Disk(), Journal()
    journal.start(disk)
    with journal.unit():
        journal.append(change("one"))
        other = threading.Thread(target=journal.append, args=(change("other"),))
        other.start()
        with journal.unit():
            journal.append(change("two"))
        time.sleep(0.05)
        assert disk.written == []
    other.join()
    assert journal.flush(5)
    assert [name for changes in names(disk) for name in changes] == ["one", "two", "other"]
    assert names(disk)[0][:2] == ["one", "two"]


def test_on_a_full_disk_who_waits_is_told_and_nothing_is_lost_when_there_is_room_again() -> None:
    disk, journal = Disk(), Journal()
    journal.start(disk)
    disk.full = True
    happened: list[str] = []
    journal.append(change("one"), then=lambda: happened.append("one is written"))
    with pytest.raises(NotWrittenError, match="disk is full"):
        asyncio.run(journal.committed())
    until(lambda: journal.fault == "database or disk is full")
    journal.append(change("two"))
    assert not journal.flush(0.05)
    assert happened == []

    disk.full = False
    assert journal.flush(5)
    asyncio.run(journal.committed())
    assert [name for changes in names(disk) for name in changes] == ["one", "two"]
    assert (journal.fault, happened) == ("", ["one is written"])
