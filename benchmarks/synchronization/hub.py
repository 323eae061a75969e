"""The hub itself: a P-Sync through the steps of staging and processing, over ports on this machine.

What an LDC sent before stands as files, a directory map and a snapshot; documents are derived when
they are asked for. The steps are those that the state machine calls; where it maps, a pool of
processes works the items.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence as Several
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
from mdmr.calendar.instants import to_text
from mdmr.calendar.period import Period
from mdmr.directory import directory_map
from mdmr.directory.documents import Entity, Kind
from mdmr.directory.entries import Entry, Held, entry_of
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.jobs.steps import decode, encode
from mdmr.organizations.entities import Authorization, Organization, Right, Role
from mdmr.organizations.registry import item_of_authorization, item_of_organization
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Put
from mdmr.schedules import loaded
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.synchronization.processing import begun
from mdmr.synchronization.processing import steps as processing
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.sequence import Sequence
from mdmr.synchronization.staging import snapshot
from mdmr.synchronization.staging import steps as staging
from mdmr.synchronization.staging.snapshot import Kept, Snapshot
from msgspec import Struct

from benchmarks.synchronization.answer import Row
from benchmarks.synchronization.ports import DerivedDirectory, FolderObjects, document
from benchmarks.synchronization.sets import (
    CYCLES,
    EXTRACTED,
    LDC,
    Sending,
    Written,
    usdp,
    way,
    write_manifest,
    write_set,
)

SET = SetId(LDC, LDC, "3000", "new")
_OLD = "old"
_ALWAYS = Period(EXTRACTED - timedelta(days=3650))
_BEFORE = EXTRACTED - timedelta(days=30)
_LINES_PER_SEGMENT = 2_000_000
_IR06, _IR07 = "IR06", "IR07"


class Sent(Struct, frozen=True):
    """What lies in a folder: the files of both sets, and the keys of map and snapshot."""

    old: list[Written]
    new: list[Written]
    directory: str


def prepare(folder: Path, sdps: int, most: int = _LINES_PER_SEGMENT) -> None:
    """Lay down both sets and the directory map that the first one left."""
    data = FolderObjects(folder / "data", "data")
    old = write_set(folder / _OLD, Sending(_OLD), sdps, changed=False, most=most)
    new = write_set(folder / SET.tx_id, Sending(SET.tx_id), sdps, changed=True, most=most)
    new.append(write_manifest(folder / SET.tx_id, Sending(SET.tx_id), new, 2))
    known = directory_map.write(data, LDC, _OLD, None, map(_entry, range(sdps)))
    told = msgspec.json.encode(Sent(old, new, known))
    (folder / "sent").write_bytes(told)


class World:
    """A hub to which the first set of a prepared folder was sent, and the next just came."""

    def __init__(self, folder: Path, sdps: int) -> None:
        self.folder = folder
        clock = FixedClock(EXTRACTED + timedelta(hours=1))
        memory = memory_hub(clock)
        self.directory = DerivedDirectory(sdps)
        self.data = FolderObjects(folder / "data", "data")
        self.inbound = FolderObjects(folder / "inbound", "inbound")
        ports: dict[str, Any] = {name: getattr(memory, name) for name in Hub.__struct_fields__}
        ports |= {"directory": self.directory, "data": self.data, "inbound": self.inbound}
        self.hub = Hub(**ports)
        self._register()
        sent = msgspec.json.decode((folder / "sent").read_bytes(), type=Sent)
        self._note_before(sent)
        self._upload(sent.new)
        # What is asked for is there, as in a table, and not made while the clock runs.
        self.directory.make(each for each in range(sdps) if way(each))
        self.directory.calls.clear()

    def _register(self) -> None:
        everyone = (
            Organization(LDC, "LDC", frozenset({Role.LDC}), _ALWAYS),
            Organization("ORG22222", "Agent", frozenset({Role.AGENT}), _ALWAYS),
            Organization("ORG33333", "AMI", frozenset({Role.AMI}), _ALWAYS),
        )
        receives = Authorization(LDC, "ORG22222", "IR06", Right.RECEIVE, _ALWAYS)
        puts = [Put(item_of_organization(each)) for each in everyone]
        self.hub.state.commit(*puts, Put(item_of_authorization(receives)))
        year = (loaded.BillingPeriod(EXTRACTED.date(), (EXTRACTED + timedelta(days=30)).date()),)
        after = loaded.Schedule(1, dict.fromkeys(CYCLES, year))
        key = loaded.lay_down(self.data, LDC, "schedule", after)
        self.hub.state.commit(loaded.load(LDC, loaded.Schedule(), after, key, 0))

    def _note_before(self, sent: Sent) -> None:
        kept = tuple(
            Kept(each.number, each.segment, self._keep(_OLD, each), "1") for each in sent.old
        )
        rules = snapshot.rules_in_force(self.hub, LDC)
        left = snapshot.write(self.data, LDC, _OLD, Snapshot(rules, kept))
        turn = Sequence(
            LDC,
            last=1,
            open=SET,
            number=2,
            directory=sent.directory,
            snapshot=left,
            extracted=_BEFORE,
        )
        self.hub.state.commit(sequence.move(Sequence(LDC), turn, epoch=0))

    def _upload(self, files: list[Written]) -> None:
        """Upload the set that is measured; its staging has begun."""
        now, key = to_text(self.hub.clock.now()), rows.set_key(SET)
        row: Item = {
            "pk": key.partition, "sk": key.sort, "state": "STAGING", "closed": True, "first": now,
            "latest": "", "revision": 3, "epoch": 0, "sequence": 2, "stl_start": now,
            "extracted": to_text(EXTRACTED),
            "history": [{"state": "STAGING", "at": now, "reason": ""}],
        }  # fmt: skip
        puts = [
            Put(
                {
                    "pk": key.partition, "sk": f"FILE#{each.number}#{each.segment}",
                    "receipt": each.name, "name": each.name,
                    "object_key": self._keep(SET.tx_id, each), "version_id": "1",
                    "details": each.details, "arrived": now, "accepted": now,
                }
            )
            for each in files
        ]  # fmt: skip
        self.hub.state.commit(Put(row), *puts)

    def _keep(self, folder: str, each: Written) -> str:
        key = f"{LDC}/{each.name}"
        os.link(self.folder / folder / each.name, self.inbound.path(key))
        return key

    def calls(self) -> Counter[str]:
        """Return how often the directory and the data bucket were asked, and for how much."""
        data = Counter({f"data {name}": count for name, count in self.data.calls.items()})
        return self.directory.calls + data


def work(world: World, processes: int = 1) -> dict[str, float]:
    """Work the set of a world to its end and return the seconds of each step.

    With more than one process the items that the state machine maps over are shared among them.
    Objects lie in a folder; documents that are applied stay in the memory of the process that
    applied them, where nobody asks for them again.
    """
    seconds: dict[str, float] = {}

    def step(name: str, each: str = "", items: Several[str] = ("",)) -> dict[str, Any]:
        calls = [(name, each, item) for item in items]
        with _timed(seconds, name):
            if processes == 1 or not each:
                found = list(map(_call, calls))
            else:
                # Children see the rows as they are now.
                with get_context("fork").Pool(processes) as pool:
                    found = pool.map(_call, calls, 1)
        return found[-1]

    _worlds[:] = [world]
    gc.disable()
    try:
        listed = step("segments")
        if listed["compared"]:
            step("compare", "segment", listed["compared"])
            step("touch")
        step("read", "segment", listed["segments"])
        parts = step("gather")["parts"]
        step("judge", "part", parts)
        assert step("load")["outcome"] == "LOADED"
        with _timed(seconds, "take up"):
            # The first plan does this: it changes a row, which all processes have to see.
            begun.take_up(world.hub, SET)
        step("plan", "part", parts)
        assert step("decide")["outcome"] == "APPLY"
        step("apply", "part", parts)
        assert step("conclude")["outcome"] == "OVER"
    finally:
        gc.enable()
    return seconds


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[name] = perf_counter() - began


_STAGING = ("segments", "compare", "touch", "read", "gather", "judge", "load")
_worlds: list[World] = []


def _call(what: tuple[str, str, str]) -> dict[str, Any]:
    name, each, item = what
    (world,) = _worlds
    payload = {"set": str(SET), "step": name, **({"items": [item]} if each else {})}
    if name in _STAGING:
        asked = decode(payload, staging.StagingStep)
        told = encode(asked, staging.run(world.hub, asked))
    else:
        asked = decode(payload, processing.ProcessingStep)
        told = encode(asked, processing.run(world.hub, asked))
    return {each: _one(value) for each, value in told.items()}


def _one(value: Any) -> Any:  # noqa: ANN401 - whatever a step answers
    """Return what is told in batches as one list."""
    return [item for batch in value for item in batch] if isinstance(value, list) else value


def answer(world: World) -> Iterator[Row]:
    """Yield the rows of IR06 and IR07 that the LDC is sent."""
    hub = world.hub
    for item in hub.state.query_index("by_organization", f"TO#{LDC}"):
        report = from_item(Delivery, item).report
        lines = b"".join(hub.data.stream(report.staged.key)).decode().splitlines()
        for line in lines if report.file_id in (_IR06, _IR07) else ():
            yield row_of(report.file_id, line.split("|"))


def row_of(report: str, fields: list[str]) -> Row:
    """Return the row that a detail line of IR06 or IR07 is."""
    if report == _IR07:
        _, file, _, _, _, _, _, entity, _, attribute, value, start, _, code, _ = fields
        return Row(file, entity, attribute, code, "", value, start, "")
    _, file, _, _, _, action, _, entity, _, attribute, old, new, start, end = fields
    return Row(file, entity, attribute, action, old, new, start, end)


def _entry(index: int) -> Entry:
    """Return what `mdmr.directory.entries.entry_of` makes of the documents, much more quickly."""
    return Entry(
        usdp(index),
        f"SP-{index:07d}",
        "P",
        zone=_held("E"),
        status=_held("AC"),
        framing=_held("01"),
        vees=_held("05"),
        bcid=_held(CYCLES[index % len(CYCLES)]),
        agent=_held("ORG22222"),
        meters=_held(f"M-{index:07d}"),
        amcds=(f"A-{index:07d}",),
    )


def _held(value: str) -> tuple[Held, ...]:
    return (Held(value),)


def derived(index: int) -> Entry:
    """Return the entry of an SDP as it follows from its documents."""
    meter = document(Entity(Kind.METER, LDC, f"M-{index:07d}"), index)
    return entry_of(document(Entity(Kind.SDP, LDC, usdp(index)), index), [meter], _BEFORE)


assert _entry(3) == derived(3)
