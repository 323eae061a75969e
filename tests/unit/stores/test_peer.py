"""What is asked of the other region, and what it means when that does not answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from mdmr.ports.peer import Peer, PeerUnreachableError
from mdmr.ports.state import Item, Key, Put, StateBusyError
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.state import MemoryState
from mdmr.stores.no_peer import NoPeer
from mdmr.stores.peer import RegionPeer

KEY = Key("RECEIPT#1", "RECEIPT")
ITEM: Item = {"pk": KEY.partition, "sk": KEY.sort, "state": "DONE"}
FAULTS = (
    EndpointConnectionError(endpoint_url="https://dynamodb.ca-west-1.amazonaws.com"),
    ClientError({"Error": {"Code": "AccessDenied"}}, "HeadObject"),
    StateBusyError("throttled"),
)
LOOKS: list[Callable[[Peer], object]] = [
    lambda peer: peer.get_many([KEY]),
    lambda peer: peer.has_inbound("a", "v1"),
    lambda peer: peer.has_data("a"),
]


class Down(RegionPeer):
    """The other region when every table and bucket of it fails in one way."""

    def __init__(self, fault: Exception) -> None:
        failing = Mock()
        failing.get_many.side_effect = failing.describe.side_effect = fault
        super().__init__("ca-west-1", failing, failing, failing)


def test_it_tells_what_lies_in_the_other_region() -> None:
    state, bucket = MemoryState(), MemoryObjects(FixedClock(datetime(2025, 8, 20, tzinfo=UTC)))
    state.commit(Put(ITEM))
    version = bucket.upload("a", b"")
    peer = RegionPeer("ca-west-1", state, bucket, bucket)
    assert peer.get_many([KEY, Key("other", "other")]) == {KEY: ITEM}
    assert (peer.has_inbound("a", version.version_id), peer.has_inbound("a", "v9")) == (True, False)
    assert (peer.has_data("a"), peer.has_data("b")) == (True, False)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("look", LOOKS)
def test_whatever_keeps_it_from_answering_is_one_thing(
    look: Callable[[Peer], object], fault: Exception
) -> None:
    with pytest.raises(PeerUnreachableError):
        look(Down(fault))


@pytest.mark.parametrize("look", LOOKS)
def test_a_hub_of_one_region_has_none_to_ask(look: Callable[[Peer], object]) -> None:
    with pytest.raises(PeerUnreachableError):
        look(NoPeer())
