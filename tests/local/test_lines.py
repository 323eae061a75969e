"""Lines of intake on the embedded AWS: order, no waiting behind others, an end for every upload."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Receipt
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub, deploy_hub

from tests.local.application import wait_until

START = datetime(2025, 8, 20, 5, 0, tzinfo=UTC)
FLOODER, OTHERS = "ORG11111", ("ORG22222", "ORG44444")
FLOOD = 30
PATIENCE = 90.0
DOCUMENT = {
    "organizations": [
        {"org_id": each, "name": "Example Hydro", "roles": ["LDC"]} for each in (FLOODER, *OTHERS)
    ]
}


def deployed(aws: EmbeddedAws) -> LocalHub:
    hub = deploy_hub(aws, "SAND")
    hub.operator.start()
    hub.operator.apply(DOCUMENT)
    return hub


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    """A hub in virtual time."""
    with EmbeddedAws(virtual_start=START, patience=60) as aws:
        yield deployed(aws)


@pytest.fixture(scope="module")
def running_hub() -> Iterator[LocalHub]:
    """A hub in real time, each of whose workers has started."""
    with EmbeddedAws() as aws:
        hub = deployed(aws)
        for each in (FLOODER, *OTHERS):
            put(hub, each, "first")
        wait_until(lambda: all(decided(hub, each) for each in (FLOODER, *OTHERS)), PATIENCE)
        yield hub


def put(hub: LocalHub, prefix: str, name: str) -> None:
    hub.upload(prefix, name, BytesIO(b"odd"))


def decided(hub: LocalHub, sender: str) -> dict[str, Receipt]:
    """Return the receipts of a sender by the name of the file."""
    found = receipts.of_organization(hub.state, sender)
    return {each.arrival.name: each for each in found}


@contextmanager
def intake_stopped(hub: LocalHub) -> Iterator[None]:
    """Let uploads queue up for intake meanwhile."""
    functions = hub.embedded.client("lambda")
    name = hub.outputs["IntakeFunctionName"]
    (mapping,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def waits(hub: LocalHub, messages: int) -> bool:
    """Return whether so many messages wait for intake."""
    asked: Any = hub.embedded.client("sqs").get_queue_attributes(
        QueueUrl=hub.outputs["IntakeQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(asked["Attributes"]["ApproximateNumberOfMessages"]) == messages


def dead(hub: LocalHub) -> list[Any]:
    sqs = hub.embedded.client("sqs")
    urls = (hub.outputs["DeadQueueUrl"], hub.outputs["IntakeDeadQueueUrl"])
    return [each for url in urls for each in sqs.receive_message(QueueUrl=url).get("Messages", [])]


def test_a_flood_is_worked_in_order_and_the_others_do_not_wait_for_its_end(
    running_hub: LocalHub,
) -> None:
    hub = running_hub
    with intake_stopped(hub):
        for number in range(FLOOD):
            put(hub, FLOODER, f"flood {number:02}")
            wait_until(partial(waits, hub, number + 1), PATIENCE)
        for each in OTHERS:
            put(hub, each, "late")
        wait_until(partial(waits, hub, FLOOD + len(OTHERS)), PATIENCE)
    wait_until(lambda: len(decided(hub, FLOODER)) == FLOOD + 1, PATIENCE)
    flood = decided(hub, FLOODER)
    times = [flood[f"flood {number:02}"].history[-1].at for number in range(FLOOD)]
    assert times == sorted(times)
    for each in OTHERS:
        assert decided(hub, each)["late"].history[-1].at < times[FLOOD // 2]
    assert dead(hub) == []


def test_an_upload_that_vanished_is_told_within_three_minutes_and_its_line_goes_on(
    hub: LocalHub,
) -> None:
    with intake_stopped(hub):
        put(hub, FLOODER, "vanishes")
        hub.embedded.settle()
        put(hub, FLOODER, "stays")
        put(hub, OTHERS[0], "beside")
        hub.embedded.settle()
        s3, key = hub.embedded.client("s3"), f"{FLOODER}/vanishes"
        (version,) = s3.list_object_versions(Bucket=hub.inbound_bucket, Prefix=key)["Versions"]
        s3.delete_object(Bucket=hub.inbound_bucket, Key=key, VersionId=version["VersionId"])
    hub.embedded.settle()
    assert decided(hub, FLOODER) == {}
    assert list(decided(hub, OTHERS[0])) == ["beside"]
    hub.embedded.advance_to(hub.embedded.now() + timedelta(minutes=3))
    found = decided(hub, FLOODER)
    assert {name: each.code for name, each in found.items()} == {
        "vanishes": "F099",
        "stays": "F001",
    }
    told = [hub.fetch(key) for key in hub.outbound_keys() if key.startswith(f"{FLOODER}/")]
    assert sum(b"|vanishes|" in each and b"|F099|" in each for each in told) == 1
    assert dead(hub) == []
