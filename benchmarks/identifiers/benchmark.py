"""One 1000 file of 100,000 requests.

The same work is done three times, so that what is ours stands apart from what is not:

* in memory: intake, answering and publishing on the stores in memory - the hub's own code;
* canned: the directory behind boto3, whose requests are answered without being sent - and the SDK;
* full: the deployed hub on the embedded AWS, from the upload to the delivered 2000.

The peer does the bare minimum with SQLite in memory: split the lines, draw a random number, insert
it under a unique index, write the answer. No check, no derivation, no decision, no delivery.
"""

from __future__ import annotations

import random
import sqlite3
import time
from datetime import datetime, timedelta
from io import BytesIO

from mdmr.calendar.instants import EST
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound import publishing
from mdmr.identifiers.answering import answer_requests
from mdmr.operation.commands import answer
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateStore
from mdmr.stores.memory.hub import REGION, memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import deploy_hub

from benchmarks.identifiers.canned import canned_directory
from benchmarks.shape import Benchmark, Figure

REQUESTS = 100_000
START = datetime(2026, 1, 5, 10, 5, tzinfo=EST)
LDC = "ORG11111"
NAME = f"{LDC}.{LDC}.1000.00.202601051005.DAT"
DOCUMENT = {"organizations": [{"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]}]}


def request_file() -> bytes:
    """Return the request file, each SDP ID asked for once."""
    head = [f"FNR|{NAME}", f"FHR|1000|00|{LDC}|{LDC}|20260105100500|{REQUESTS}"]
    details = [f"DTL|{LDC}|SDP-{number:08d}" for number in range(REQUESTS)]
    return "".join(f"{line}\n" for line in [*head, *details, f"EOF|{REQUESTS}"]).encode("ascii")


def on_ports(content: bytes, directory: StateStore | None = None) -> tuple[float, float]:
    """Return the wall and processor seconds of the use cases from arrival to delivery.

    `directory` stands in for the master directory in memory.
    """
    clock = FixedClock(START)
    memory = memory_hub(clock)
    hub: Hub = memory
    if directory is not None:
        ports = {name: getattr(memory, name) for name in Hub.__struct_fields__}
        hub = Hub(**{**ports, "directory": directory})
    answer(memory, {"action": "apply", "by": "benchmark", "document": DOCUMENT}, REGION)
    found = memory.inbound.upload(f"{LDC}/{NAME}", content)
    wall, processor = time.perf_counter(), time.process_time()
    slot = Slot.of(take_in(hub, Arrival.of(found)).work_id)
    clock.advance(timedelta(minutes=10))
    close_slot(hub, slot)
    answer_requests(hub, slot, LDC, until=clock.now() + timedelta(hours=1))
    for message in memory.publish_queue.receive(100):
        publishing.publish(hub, str(message["delivery"]))
    seconds = time.perf_counter() - wall, time.process_time() - processor
    (delivered,) = memory.outbound.versions(f"{LDC}/")
    # Canned answers never tell that a number is taken, so that a few come twice.
    check(memory.outbound.read(delivered.key), distinct=directory is None)
    return seconds


def on_embedded_aws(content: bytes) -> tuple[float, int]:
    """Return the wall seconds from the upload to the delivered answer, and the peak memory."""
    with EmbeddedAws(virtual_start=START) as aws:
        hub = deploy_hub(aws, "SAND")
        hub.operator.start()
        hub.operator.apply(DOCUMENT)
        began = time.perf_counter()
        hub.upload(LDC, NAME, BytesIO(content))
        aws.advance_to(START + timedelta(minutes=11))
        seconds = time.perf_counter() - began
        answers = [key for key in hub.outbound_keys() if ".2000." in key]
        check(hub.fetch(answers[0]), distinct=True)
        return seconds, aws.statistics()["peak_memory_bytes"]


def on_sqlite(content: bytes) -> float:
    """Return the wall seconds of the peer."""
    began = time.perf_counter()
    base = sqlite3.connect(":memory:")
    base.execute(
        "create table number (id integer primary key, ldc text, sdp text, unique (ldc, sdp))"
    )
    draw = random.Random(1)  # noqa: S311 - nothing secret
    lines = []
    with base:
        for line in content.decode("ascii").splitlines()[2:-1]:
            _, ldc, sdp = line.split("|")
            while True:
                number = draw.randint(10_000_000, 99_999_999)
                row = (number, ldc, sdp)
                if base.execute("insert or ignore into number values (?, ?, ?)", row).rowcount:
                    break
            lines.append(f"DTL|{ldc}|{sdp}|{number}|00")
    b"".join(f"{line}\n".encode("ascii") for line in lines)
    return time.perf_counter() - began


def check(delivered: bytes, *, distinct: bool) -> None:
    """Raise AssertionError unless every request was given a number, `distinct` of its own."""
    details = [line.split("|") for line in delivered.decode("ascii").splitlines()[2:-1]]
    assert len(details) == REQUESTS, len(details)
    assert {row[4] for row in details} == {"00"}
    assert not distinct or len({row[3] for row in details}) == REQUESTS


def measure() -> list[Figure]:
    """Do the work four ways."""
    content = request_file()
    memory, memory_processor = on_ports(content)
    canned, canned_processor = on_ports(content, canned_directory())
    full, peak = on_embedded_aws(content)
    peer = on_sqlite(content)
    return [
        Figure("in memory", memory, "s", "SQLite", peer),
        Figure("in memory, processor", memory_processor, "s"),
        Figure("with the SDK, canned answers", canned, "s", "SQLite", peer),
        Figure("with the SDK, processor", canned_processor, "s"),
        Figure("in full", full, "s", "SQLite", peer),
        Figure("of it emulator, start and transport", full - canned, "s"),
        Figure("peak memory of the emulator", peak / 2**20, "MiB"),
    ]


BENCHMARK = Benchmark(
    name="identifiers",
    question="How long do 100,000 requests for Universal SDP IDs take, from upload to delivery?",
    method="one run each, wall time and processor time; the answers are checked.",
    peer=f"SQLite {sqlite3.sqlite_version} in memory: split the lines, draw a number, insert it "
    "under a unique index, write the answer; no check, no decision, no delivery.",
    emulator="takes part in the full run only; the same work on the stores in memory is ours "
    "alone, that with canned answers ours and the SDK's.",
    packages=("boto3", "ministack"),
    measure=measure,
)
