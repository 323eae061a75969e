"""A region that is not active lets go what is not for it; nothing ends in a dead queue there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from mdmr.continuity.records import LEASE_LIFE, LEASE_SHARDS, LeaseRow, lease_key
from mdmr.continuity.start import put_into_operation
from mdmr.exchange.inbound.uploads import message_of
from mdmr.ports.codec import from_item
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import REGION, memory_hub
from msgspec.structs import replace

from functions.intake import app as intake
from functions.publish import app as publish
from functions.set_aside import app as set_aside
from tests.support.gateway import take_lease_away
from tests.support.handled import Handled, handled
from tests.support.market import AGENT, name, request
from tests.support.pictures import essence
from tests.support.story import HOUR

CONTEXT: Any = SimpleNamespace(aws_request_id="request", function_name="test")


@pytest.fixture
def hub() -> Iterator[Handled]:
    with handled() as platform:
        yield platform


def give_back(hub: Handled) -> None:
    """Let this region be the active one again, under a new epoch."""
    for shard, row in rows(hub):
        again = replace(row, active=REGION, epoch=row.epoch + 1)
        hub.hub.state.commit(Put(again.to_item(shard)))


def rows(hub: Handled) -> list[tuple[int, LeaseRow]]:
    items = ((shard, hub.hub.state.get(lease_key(shard))) for shard in range(LEASE_SHARDS))
    return [(shard, from_item(LeaseRow, item)) for shard, item in items if item]


def is_kept(handler: Any, message: dict[str, Any]) -> bool:  # noqa: ANN401 - a handler
    """Return whether a handler hands a message back."""
    record = {
        "messageId": "1",
        "receiptHandle": "",
        "attributes": {"ApproximateReceiveCount": "1"},
        "body": json.dumps(message),
    }
    return bool(handler({"Records": [record]}, CONTEXT)["batchItemFailures"])


def test_uploads_and_deliveries_are_left_to_the_region_that_takes_over(hub: Handled) -> None:
    hub.send(AGENT, name(), request(name(), "SP-1"))
    hub.settle()
    owed = hub.upload(f"{AGENT}/odd", b"odd")
    take_lease_away(hub.hub)
    hub.tell(owed)
    hub.settle()
    assert essence(hub.hub).files.keys() == {(f"{AGENT}/{name()}", "v00000001")}
    assert hub.dead == []
    assert len(hub.hub.intake_queue) == 0
    give_back(hub)
    hub.pass_time(HOUR)
    assert sorted(essence(hub.hub).files.values()) == [("DONE", ""), ("REJECTED", "F001")]
    assert essence(hub.hub).undelivered == []


@pytest.mark.parametrize("handler", [intake.handler, set_aside.handler])
def test_an_upload_is_let_go_where_another_region_is_active(
    hub: Handled,
    handler: Any,  # noqa: ANN401 - a handler
) -> None:
    arrival = hub.upload(f"{AGENT}/odd", b"odd")
    take_lease_away(hub.hub)
    assert not is_kept(handler, message_of(arrival))


def test_a_delivery_is_let_go_where_another_region_is_active(hub: Handled) -> None:
    intake_record = message_of(hub.upload(f"{AGENT}/odd", b"odd"))
    assert not is_kept(intake.handler, intake_record)
    (message,) = hub.hub.publish_queue.receive()
    take_lease_away(hub.hub)
    assert not is_kept(publish.handler, message)
    assert hub.hub.outbound.keys() == []


@pytest.mark.parametrize("handler", [intake.handler, set_aside.handler])
def test_an_upload_comes_again_where_only_the_renewal_is_late(
    hub: Handled,
    handler: Any,  # noqa: ANN401 - a handler
) -> None:
    arrival = hub.upload(f"{AGENT}/odd", b"odd")
    late = hub.clock.now() - 2 * LEASE_LIFE
    for shard, row in rows(hub):
        hub.hub.state.commit(Put(replace(row, solo=False, renewed_at=late).to_item(shard)))
    assert is_kept(handler, message_of(arrival))


def test_what_came_before_the_hub_was_started_is_found_once_it_is(hub: Handled) -> None:
    silent = memory_hub(hub.clock, operating=False)
    hub.hub = hub.worker = silent
    hub.send(AGENT, "odd", b"odd")
    hub.settle()
    assert hub.dead == []
    put_into_operation(silent, REGION, by="test")
    hub.pass_time(HOUR)
    assert list(essence(silent).files.values()) == [("REJECTED", "F001")]
