"""The pair of regions in memory replicates as global tables and buckets do, when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from mdmr.ports.objects import ObjectMissingError
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import (
    Absent,
    Check,
    ConditionFailedError,
    Delete,
    Equal,
    Item,
    Key,
    Put,
    Update,
)
from mdmr.stores.memory.hub import REGION, memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.regions import OTHER_REGION, RegionPair

SECOND = timedelta(seconds=1)
NOON = datetime(2025, 8, 20, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def pair(clock: FixedClock) -> RegionPair:
    return RegionPair(clock)


def item(name: str, **values: str | int) -> Item:
    return {"pk": name, "sk": "X", **values}


def test_an_item_arrives_when_it_is_delivered(pair: RegionPair) -> None:
    here, there = pair.hubs[REGION], pair.hubs[OTHER_REGION]
    here.state.commit(Put(item("a", n=1)))
    assert there.state.get(Key("a", "X")) is None
    pair.deliver_all()
    assert there.state.get(Key("a", "X")) == item("a", n=1)
    assert pair.on_its_way == []


def test_what_was_committed_together_arrives_one_by_one_in_any_order() -> None:
    for order in permutations(range(3)):
        pair = RegionPair(FixedClock(NOON))
        pair.hubs[REGION].state.commit(*(Put(item(name)) for name in "abc"))
        changes = list(pair.on_its_way)
        seen = []
        for number in order:
            pair.deliver(changes[number])
            seen.append([each["pk"] for each in pair.hubs[OTHER_REGION].state.items()])
        assert [len(each) for each in seen] == [1, 2, 3]


def test_a_check_and_a_refused_commit_send_nothing(pair: RegionPair) -> None:
    state = pair.hubs[REGION].state
    state.commit(Check(Key("a", "X"), Absent()))
    with pytest.raises(ConditionFailedError):
        state.commit(Put(item("a")), Check(Key("b", "X"), Equal("n", 1)))
    assert pair.on_its_way == []


@pytest.mark.parametrize("later", [REGION, OTHER_REGION])
def test_the_last_writer_of_an_item_wins_in_both(
    pair: RegionPair, clock: FixedClock, later: str
) -> None:
    first = OTHER_REGION if later == REGION else REGION
    for region in (first, later):
        pair.hubs[region].state.commit(Put(item("a", by=region)))
        clock.advance(SECOND)
    pair.deliver(*reversed(pair.on_its_way))
    assert {hub.state.get(Key("a", "X"))["by"] for hub in pair.hubs.values()} == {later}  # type: ignore[index]


def test_a_region_whose_clock_is_behind_loses_to_an_earlier_writer() -> None:
    slow = {OTHER_REGION: FixedClock(NOON - SECOND)}
    pair = RegionPair(FixedClock(NOON), clocks=slow)
    pair.hubs[REGION].state.commit(Put(item("a", by=REGION)))
    pair.hubs[OTHER_REGION].state.commit(Put(item("a", by=OTHER_REGION)))
    pair.deliver_all()
    assert {hub.state.get(Key("a", "X"))["by"] for hub in pair.hubs.values()} == {REGION}  # type: ignore[index]


def test_an_item_is_replaced_as_a_whole(pair: RegionPair) -> None:
    key = Key("a", "X")
    pair.hubs[REGION].state.commit(Update(key, set={"one": 1}))
    pair.hubs[OTHER_REGION].state.commit(Update(key, set={"two": 2}))
    pair.deliver_all()
    assert [hub.state.get(key) for hub in pair.hubs.values()] == [item("a", two=2)] * 2


def test_a_removal_arrives_and_an_older_item_does_not_bring_it_back(pair: RegionPair) -> None:
    here = pair.hubs[REGION].state
    here.commit(Put(item("a")))
    here.commit(Delete(Key("a", "X")))
    pair.deliver(*reversed(pair.on_its_way))
    assert pair.hubs[OTHER_REGION].state.items() == []


def test_put_all_new_sends_what_it_put(pair: RegionPair) -> None:
    directory = pair.hubs[REGION].directory
    directory.put_all_new([item("a"), item("b")])
    directory.put_all_new([item("b"), item("c")])
    pair.deliver_all()
    assert pair.hubs[OTHER_REGION].directory.items() == directory.items()
    assert len(directory.items()) == 3


def test_a_version_keeps_its_id_its_time_and_its_mark(pair: RegionPair, clock: FixedClock) -> None:
    here, there = pair.hubs[REGION].outbound, pair.hubs[OTHER_REGION].outbound
    here.put_new("a", b"one")
    clock.advance(SECOND)
    here.put_again("a", b"one", "again")
    clock.advance(SECOND)
    pair.deliver(*reversed(pair.on_its_way))
    assert list(there.versions("")) == list(here.versions(""))
    there.put_again("a", b"one", "again")
    assert len(list(there.versions(""))) == 2
    assert pair.on_its_way == []


def test_two_regions_never_give_one_version_id(pair: RegionPair) -> None:
    for hub in pair.hubs.values():
        hub.inbound.upload("a", b"")
    pair.deliver_all()
    for hub in pair.hubs.values():
        assert len({each.version_id for each in hub.inbound.versions("")}) == 2


def test_what_a_lost_region_wrote_last_never_arrives(pair: RegionPair) -> None:
    here, there = pair.hubs[REGION], pair.hubs[OTHER_REGION]
    here.state.commit(Put(item("a")))
    there.state.commit(Put(item("b")))
    here.inbound.upload("c", b"")
    lost = pair.lose(REGION)
    pair.deliver_all()
    assert [each.key for each in lost] == ["a/X", "c"]
    assert [each["pk"] for each in there.state.items()] == ["b"]
    with pytest.raises(ObjectMissingError):
        there.inbound.describe("c")


def test_each_region_sees_the_other_while_the_link_is_up(pair: RegionPair) -> None:
    here, there = pair.hubs[REGION], pair.hubs[OTHER_REGION]
    version = there.inbound.upload("a", b"")
    there.data.put_new("b", b"")
    there.state.commit(Put(item("c")))
    keys = [Key("c", "X")]
    assert here.peer.get_many(keys) == {keys[0]: item("c")}
    assert here.peer.has_inbound("a", version.version_id)
    assert here.peer.has_data("b")
    assert not there.peer.get_many(keys)
    assert not there.peer.has_inbound("a", version.version_id)
    pair.link_down = True
    with pytest.raises(PeerUnreachableError):
        here.peer.get_many(keys)


def test_queues_executions_and_events_are_each_regions_own(pair: RegionPair) -> None:
    here, there = pair.hubs[REGION], pair.hubs[OTHER_REGION]
    here.publish_queue.send({"delivery": "1"})
    here.processes.start("gateway", "a", {})
    assert (len(there.publish_queue), there.processes.started) == (0, {})


def test_a_pair_begins_with_what_a_hub_holds(clock: FixedClock) -> None:
    hub = memory_hub(clock)
    hub.inbound.upload("a", b"one")
    pair = RegionPair.of(hub)
    assert pair.on_its_way == []
    for each in pair.hubs.values():
        assert each.state.items() == hub.state.items()
        assert list(each.inbound.versions("")) == list(hub.inbound.versions(""))
    pair.hubs[OTHER_REGION].inbound.upload("a", b"two")
    pair.deliver_all()
    assert len(list(pair.hubs[REGION].inbound.versions(""))) == 2
    assert len(list(hub.inbound.versions(""))) == 1
