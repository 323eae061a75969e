"""Runs a case on a hub and tells what became of it, and what a bystander has seen of it."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from mdmr.exchange.ledger.receipts import Arrival, Receipt
from mdmr.exchange.outbound import deliveries
from mdmr.identifiers import progress
from mdmr.organizations import registry
from mdmr.organizations.entities import Organization, Role
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectMissingError
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import MemoryHub

from tests.corpus.preparing import FOR_ALL, prepare
from tests.support.corpus import Case
from tests.support.crashing import Effect, watched
from tests.support.handled import Handled, handled
from tests.support.market import ALWAYS, request

BYSTANDER = "ORG55555"
_ITS_FILES = tuple(
    f"{BYSTANDER}.{BYSTANDER}.{kind}.00.20250820115959.DAT" for kind in ("1000", "9999")
)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
# What a worker may hold above what it holds at rest, in bytes, whatever the file.
MOST_GROWTH = 64 * 1024 * 1024
_UNREADABLE: dict[str, type[Exception]] = {
    "of bytes that cannot be read": PermissionError,
    "of bytes that are gone when they are read": ObjectMissingError,
}


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    `receipts` are those of its object version; `new` the objects that were put into prefixes
    since it came, by key; `answers` the 2000 about it, in parts; `bystander` all that the hub
    holds of an organization that has nothing to do with it; `events` the kinds of notification
    about it with whom each is for; `incidents` how many were opened about it; `dead` how many
    messages ended as dead letters; `peak` the most bytes held at once while it was worked.
    """

    receipts: list[Receipt]
    new: dict[str, bytes]
    answers: list[bytes]
    bystander: list[str]
    events: list[tuple[str, str]]
    incidents: int
    logged: list[str]
    escaped: list[BaseException]
    dead: int
    failed_runs: list[str]
    peak: int

    def new_of(self, file_id: str) -> dict[str, bytes]:
        """Return the new objects of a report id, by key."""
        return {key: body for key, body in self.new.items() if f".{file_id}." in key}


def run(case: Case) -> Outcome:
    """Run a case from its preparation to the end of the slot in which it came."""
    with handled(case.at) as platform:
        _let_the_bystander_send(platform)
        untold = prepare(platform, case.before)
        there = set(platform.hub.outbound.keys())
        arrival = platform.upload(case.key, case.content)
        tracemalloc.start()
        try:
            _tell(platform, case.events, arrival, untold)
            platform.settle()
            platform.pass_time(QUARTER)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    return _outcome(platform, arrival, there, peak)


def undisturbed(case: Case) -> list[str]:
    """Return what the hub holds of the bystander when a case is prepared but never comes."""
    steps = [step for step in case.before if not FOR_ALL.isdisjoint(step)]
    return _undisturbed(case.at, json.dumps(steps))


@cache
def _undisturbed(at: datetime, steps: str) -> list[str]:
    with handled(at) as platform:
        _let_the_bystander_send(platform)
        prepare(platform, json.loads(steps))
        platform.settle()
        platform.pass_time(QUARTER)
    return of_bystander(platform.hub)


def of_bystander(hub: MemoryHub) -> list[str]:
    """Return every item and every object that has to do with the bystander, as text."""
    items = [json.dumps(each, default=str, sort_keys=True) for each in hub.state.items()]
    items += [json.dumps(each, default=str, sort_keys=True) for each in hub.directory.items()]
    found = [each for each in items if BYSTANDER in each]
    objects = _objects(hub)
    return found + [f"{key}\n{objects[key].decode()}" for key in objects if BYSTANDER in key]


def _objects(hub: MemoryHub) -> dict[str, bytes]:
    """Return what lies in the outbound bucket, by key."""
    keys = hub.outbound.keys()
    return {key: hub.outbound.read(key) for key in keys}


def _let_the_bystander_send(platform: Handled) -> None:
    """Register one more LDC; one file of it waits to be answered, one was refused."""
    one = Organization(BYSTANDER, "Bystander Hydro", frozenset({Role.LDC}), ALWAYS)
    platform.hub.state.commit(Put(registry.item_of_organization(one)))
    for name in _ITS_FILES:
        platform.send(BYSTANDER, name, request(name, "SP-BYSTANDER"))
    platform.settle()


def _tell(platform: Handled, events: str, arrival: Arrival, untold: Sequence[Arrival]) -> None:
    """Deliver the storage events of a case in the order that it wants."""
    match events:
        case "once":
            told = [*untold, arrival]
        case unreadable if unreadable in _UNREADABLE:
            platform.worker = _failing_to_read(platform, arrival, _UNREADABLE[unreadable])
            told = [arrival]
        case "twice":
            told = [arrival, arrival, *untold]
        case "before the earlier":
            told = [arrival, *untold]
        case "after the sweep found it":
            platform.pass_time(DAY)
            told = [*untold, arrival]
        case "never":
            platform.pass_time(DAY)
            told = []
        case "of a version that is gone":
            platform.hub.inbound._versions.pop(arrival.key)
            told = [arrival]
        case "again when all is over":
            platform.tell(arrival)
            platform.settle()
            platform.pass_time(DAY)
            told = [arrival]
        case _:
            raise ValueError(events)
    for each in told:
        platform.tell(each)


def _failing_to_read(platform: Handled, arrival: Arrival, fault: type[Exception]) -> Hub:
    """Return the hub as a worker sees it to whom the bucket does not give the bytes of a file."""

    def around(effect: Effect) -> Any:  # noqa: ANN401 - as any effect
        if effect.name == "inbound.stream" and effect.arguments[0] == arrival.key:
            raise fault(effect.name)
        return effect.happen()

    return watched(platform.hub, around)


def _outcome(platform: Handled, arrival: Arrival, there: set[str], peak: int) -> Outcome:
    hub = platform.hub
    rows = [row for row in hub.state.items() if row["sk"] == "RECEIPT"]
    mine = (arrival.key, arrival.version_id)
    of_all = (from_item(Receipt, row) for row in rows)
    receipts = [each for each in of_all if (each.arrival.key, each.arrival.version_id) == mine]
    new = {
        key: body
        for key, body in _objects(hub).items()
        if key not in there and BYSTANDER not in key
    }
    return Outcome(
        receipts=receipts,
        new=new,
        answers=[body for each in receipts for body in _answers(hub, each)],
        bystander=of_bystander(hub),
        events=[
            (each.kind, each.detail["organization"])
            for each in hub.notifications.sent
            if each.detail["id"].startswith(arrival.id)
        ],
        incidents=sum(
            row["sk"] == "INCIDENT" and row["subject"] == arrival.id for row in hub.state.items()
        ),
        logged=platform.logged,
        escaped=platform.escaped,
        dead=len(platform.dead),
        failed_runs=platform.failed_runs,
        peak=peak,
    )


def _answers(hub: MemoryHub, receipt: Receipt) -> list[bytes]:
    parts = progress.parts(hub.state, receipt.id)
    found = (deliveries.find(hub.state, each.delivery) for each in parts)
    return [hub.outbound.read(each.object_key) for each in found if each is not None]
