"""What putting new items costs the client.

Processor time of this process for each item. Requests are made and signed, but answered without
being sent, so that neither a network nor an emulator is measured. The peer is boto3 as its
documentation shows it: its serializer, and a conditional PutItem for each item.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from mdmr.ports.state import Absent, Item, Put
from mdmr.stores.dynamodb.bulk import MOST_STATEMENTS
from mdmr.stores.dynamodb.table import DynamoState

from benchmarks.shape import Benchmark, Figure

ITEMS = 5000

_ANSWERS = {
    b"PutItem": b"{}",
    b"BatchExecuteStatement": json.dumps({"Responses": [{}] * MOST_STATEMENTS}).encode(),
}


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> list[bytes]:
        """Return the content as urllib3 gives it."""
        return [self._content]


def client(config: Config) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
    """Return a DynamoDB client that puts everything and sends nothing."""
    made = boto3.client(
        "dynamodb",
        region_name="ca-central-1",
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",  # noqa: S106 - no request is sent
        config=config,
    )
    made.meta.events.register("before-send.dynamodb", _answer)
    return made


def _answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    asked: Any = request
    content = _ANSWERS[asked.headers["X-Amz-Target"].partition(b".")[2]]
    return AWSResponse(request.url, 200, HTTPHeaders(), _Body(content))


def item(number: int) -> Item:
    """Return an item like the assignment of a Universal SDP ID."""
    return {
        "pk": f"USDP#{number:08}",
        "sk": "ID",
        "ldc": "ORG11111",
        "sdp_id": f"SP-{number:07}",
        "attempt": 0,
        "epoch": 1,
        "assigned_at": "2025-08-20T15:05:00.000Z",
    }


def peer(items: Sequence[Item]) -> None:
    """Put each item with boto3 alone."""
    table, serializer = client(Config()), TypeSerializer()
    for each in items:
        table.put_item(
            TableName="directory",
            Item={name: serializer.serialize(value) for name, value in each.items()},
            ConditionExpression="attribute_not_exists(pk)",
        )


def one_by_one(items: Sequence[Item]) -> None:
    """Put each item with a commit of its own."""
    quick = client(Config(parameter_validation=False))
    store = DynamoState(lambda: quick, "directory", {})
    for each in items:
        store.commit(Put(each, Absent()))


def all_new(items: Sequence[Item]) -> None:
    """Put all items with one call."""
    quick = client(Config(parameter_validation=False))
    DynamoState(lambda: quick, "directory", {}).put_all_new(items)


def microseconds(work: Callable[[Sequence[Item]], None], items: Sequence[Item]) -> float:
    """Return the processor time for one item, the least of three runs."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        work(items)
        spent.append(time.process_time() - began)
    return min(spent) / len(items) * 1e6


def measure() -> list[Figure]:
    """Measure the peer, a commit for each item, and all items with one call."""
    items = [item(number) for number in range(ITEMS)]
    theirs = microseconds(peer, items)
    single, many = microseconds(one_by_one, items), microseconds(all_new, items)
    return [
        Figure("put_all_new", many, "us", "boto3", theirs),
        Figure("commit of one Put", single, "us", "boto3", theirs),
    ]


BENCHMARK = Benchmark(
    name="puts",
    question="What does putting a new item cost the client?",
    method=f"processor time of an item, {ITEMS:,} items, the least of three runs; requests are "
    "made and signed, and answered without being sent.",
    peer="boto3 as its documentation shows it: its serializer, a conditional PutItem an item.",
    emulator="takes no part.",
    packages=("boto3", "botocore"),
    measure=measure,
)
