"""A report of a million records is written without being held in memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.publishing import publish
from mdmr.exchange.outbound.resending import Asked, resend
from mdmr.exchange.outbound.states import DELIVERED
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore
from mdmr.stores.s3 import MOST_IN_MEMORY, S3Objects
from msgspec.structs import replace

from tests.support.market import AGENT
from tests.support.story import Platform, platform

RECORDS = 1_000_000
LINE = b"DTL|ORG11111|" + b"S" * 50 + b"|48217730|00\n"
PIECE = LINE * 10_000
BOUND = 4 * 1024 * 1024


@dataclass
class Streaming:
    """A bucket that gives many records for any key, and only counts what is written."""

    name: str = "bucket"
    written: int = 0

    def stream(self, _: str) -> Iterator[bytes]:
        for _piece in range(RECORDS // 10_000):
            yield bytes(bytearray(PIECE))

    def put_new(self, _: str, pieces: Iterable[bytes]) -> None:
        self.written = sum(map(len, pieces))

    def put_again(self, key: str, pieces: Iterable[bytes], _mark: str) -> None:
        self.put_new(key, pieces)


def owed() -> tuple[Platform, Delivery]:
    ready = platform()
    receipt = take_in(ready.hub, ready.upload(f"{AGENT}/odd", b"odd"))
    found = deliveries.find(ready.hub.state, receipt.deliveries[0])
    assert found is not None
    return ready, found


def peak_of(work: Callable[[], object]) -> int:
    """Return how many bytes a piece of work holds at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_it_is_published_piece_by_piece() -> None:
    ready, delivery = owed()
    bucket = Streaming()
    hub = replace(cast("Hub", ready.hub), data=cast("ObjectStore", bucket))
    hub = replace(hub, outbound=cast("ObjectStore", bucket))
    assert peak_of(lambda: publish(hub, delivery.id)) < BOUND
    made = deliveries.find(hub.state, delivery.id)
    assert made is not None
    assert (made.state, made.size) == (DELIVERED, bucket.written)
    assert made.size > RECORDS * len(LINE)


def test_it_is_sent_again_piece_by_piece() -> None:
    ready, delivery = owed()
    bucket = Streaming()
    hub = replace(cast("Hub", ready.hub), outbound=cast("ObjectStore", bucket))
    publish(ready.hub, delivery.id)
    made = deliveries.find(hub.state, delivery.id)
    assert made is not None
    again = resend(hub, made, Asked("a request", "test", "lost"))
    # What lies there is not what was sent: all of it was read to tell.
    assert peak_of(lambda: publish(hub, again.id)) < BOUND
    tried = deliveries.find(hub.state, again.id)
    assert tried is not None
    assert tried.history[-1].why == "ObjectTakenError"


class Draining:
    """An S3 that reads what it is sent in blocks, as the network does."""

    def __init__(self) -> None:
        self.sent = 0

    def put_object(self, **put: Any) -> None:  # noqa: ANN401 - as the SDK's
        while block := put["Body"].read(16_384):
            self.sent += len(block)


def test_it_goes_to_the_bucket_by_way_of_the_disk() -> None:
    client = Draining()
    store = S3Objects(lambda: cast("Any", client), "bucket")
    peak = peak_of(lambda: store.put_new("a", Streaming().stream("a")))
    assert client.sent == RECORDS // 10_000 * len(PIECE)
    assert peak < 3 * MOST_IN_MEMORY
