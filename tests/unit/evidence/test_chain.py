"""The chain of evidence: written with the deed or not at all, and whole or told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.evidence import chain
from mdmr.evidence.chain import Head
from mdmr.evidence.records import Deed, Record, item_of, record_key
from mdmr.ports.codec import from_item, some_of, to_item
from mdmr.ports.state import (
    Absent,
    ConditionFailedError,
    Delete,
    Key,
    Put,
    StateBusyError,
    Update,
    Write,
)
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

NOON = datetime(2025, 8, 20, 12, tzinfo=EST)
THING = Key("THING", "1")


def deed(what: str = "gateway ALL: OPEN to HOLD", epoch: int = 1) -> Deed:
    return Deed(what, "kim", NOON, epoch, "storage fault", {"notice": "NT-1"})


def put(name: str = "1") -> Put:
    return Put({"pk": "THING", "sk": name}, condition=Absent())


def commit(state: MemoryState, deed: Deed, *writes: Write) -> Record:
    hub = memory_hub(FixedClock(NOON), operating=False)
    return chain.commit(replace(hub, state=state), deed, *writes)


def chained(*deeds: Deed) -> MemoryState:
    state = MemoryState()
    for number, each in enumerate(deeds or (deed(), deed("second"), deed("third"))):
        commit(state, each, put(str(number)))
    return state


class TestADeed:
    def test_is_written_together_with_its_record(self) -> None:
        state = MemoryState()
        record = commit(state, deed(), put())
        assert record == Record(1, deed(), "")
        assert state.get(THING) is not None
        assert [from_item(Record, item) for item in chain.stored(state, 1, 1)] == [record]

    def test_whose_condition_does_not_hold_leaves_no_record(self) -> None:
        state = MemoryState()
        state.commit(put())
        with pytest.raises(ConditionFailedError) as failed:
            commit(state, deed(), put("2"), put())
        assert list(failed.value.failed) == [1]
        assert (chain.last(state), state.get(Key("THING", "2"))) == (0, None)

    def test_is_bound_to_the_one_before(self) -> None:
        state = chained()
        first, second, third = (from_item(Record, item) for item in chain.stored(state, 1, 3))
        assert (first.previous, second.previous) == ("", first.sha256)
        assert third.previous == second.sha256
        assert chain.examine(state, 1, 3) == []

    def test_keeps_every_word_of_it_there_and_back(self) -> None:
        record = Record(7, deed(), "abc")
        assert from_item(Record, item_of(record)) == record
        assert from_item(Record, item_of(record)).content == record.content


class Others(MemoryState):
    """A table in which another deed comes first, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def commit(self, *writes: Write) -> None:
        if self.times:
            self.times -= 1
            number = chain.last(self) + 1
            other = Record(number, deed(f"another's {number}"), "")
            head = to_item(Head(number, other.sha256), Key("EVIDENCE", "HEAD"))
            super().commit(Put(item_of(other)), Put(head))
        super().commit(*writes)


class TestDeedsAtOnce:
    def test_stand_one_behind_the_other(self) -> None:
        state = Others(times=3)
        record = commit(state, deed("mine"), put())
        assert record.number == 4
        assert state.get(THING) is not None
        before = from_item(Record, next(chain.stored(state, 3, 3)))
        assert record.previous == before.sha256

    def test_that_never_end_are_told_as_busy(self) -> None:
        state = Others(times=100)
        with pytest.raises(StateBusyError):
            commit(state, deed("mine"), put())
        assert state.get(THING) is None


def changed(state: MemoryState, number: int = 2) -> None:
    record = from_item(Record, next(chain.stored(state, number, number)))
    other = replace(record, deed=replace(record.deed, by="somebody else"))
    state.commit(Update(record_key(number, 1), set=some_of(other, "deed")))


def changed_with_its_hash(state: MemoryState) -> None:
    forged = Record(2, deed("forged"), from_item(Record, next(chain.stored(state, 1, 1))).sha256)
    state.commit(Put(item_of(forged)))


def left_out(state: MemoryState) -> None:
    state.commit(Delete(record_key(2, 1)))


def moved(state: MemoryState) -> None:
    item = dict(next(chain.stored(state, 3, 3)))
    state.commit(Put({**item, "pk": "EVIDENCE#2"}))


def cut_off(state: MemoryState) -> None:
    state.commit(Delete(record_key(3, 1)))


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (changed, "record 2 was changed"),
        (changed_with_its_hash, "record 3 does not follow on the one before"),
        (left_out, "record 2 is missing"),
        (moved, "record 2 was changed"),
        (cut_off, "record 3 is missing"),
    ],
)
def test_whoever_tampers_is_seen(tamper: Callable[[MemoryState], Any], told: str) -> None:
    state = chained()
    tamper(state)
    assert told in chain.examine(state, 1, 3)


def test_a_stretch_is_examined_with_the_record_before_it() -> None:
    state = chained()
    assert chain.examine(state, 2, 3) == []
    changed(state, 1)
    assert chain.examine(state, 2, 3) == ["record 2 does not follow on the one before"]


def test_two_regions_at_the_same_place_lose_neither_record_and_are_told() -> None:
    state = chained(deed(), deed("by the region that was active", epoch=1))
    first = from_item(Record, next(chain.stored(state, 1, 1)))
    taken_over = Record(2, deed("by the region that took over", epoch=2), first.sha256)
    state.commit(Put(item_of(taken_over), condition=Absent()))
    assert len(list(chain.stored(state, 2, 2))) == 2
    assert chain.examine(state, 1, 2) == ["record 2 was written in several epochs: 1, 2"]
