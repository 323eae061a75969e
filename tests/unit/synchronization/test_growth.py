"""A part in which everything hangs together costs by what it has, whatever its shape: counted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FrameType

import pytest
from mdmr.directory import directory_map
from mdmr.directory.entries import Entry, Held
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.synchronization.processing.plan import Plan

from tests.support.planning import TODAY, Directory, said
from tests.support.towns import meter, sdp

SMALL, LARGE = 40, 80
# Twice as much to do, and a little for what has to be done once.
MOST = 2.05
FIRST = "20250901000000"


def usdp(number: int) -> str:
    """Return the Universal SDP ID with a number."""
    return f"{40_000_000 + number}"


def virtual(number: int, components: Iterable[int]) -> str:
    """Return the records of a virtual SDP of components."""
    return (
        sdp(usdp(number), kind="V")
        + f"CTF|{usdp(number)}|01|SUM|{FIRST}|\n"
        + "".join(f"CTC|{usdp(number)}|01|{usdp(each)}|01|1|{FIRST}|\n" for each in components)
    )


def physical(number: int) -> str:
    """Return the records of a physical SDP with a meter."""
    return sdp(usdp(number)) + meter(number) + f"REL|SM|{usdp(number)}|M-{number}|{FIRST}|\n"


def a_meter_on_many(count: int) -> str:
    """Return the records of many virtual SDPs of one and the same component."""
    return physical(0) + "".join(virtual(number, (0,)) for number in range(1, count))


def many_in_one(count: int) -> str:
    """Return the records of a virtual SDP of many components."""
    several = range(1, count)
    return "".join(map(physical, several)) + virtual(0, several)


def a_chain(count: int) -> str:
    """Return the records of many virtual SDPs, each of which shares a component with the next."""
    places = range(0, count, 2)
    links = "".join(virtual(at + 1, (at, at + 2)) for at in places)
    return "".join(map(physical, (*places, count))) + links


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions are called by some work."""
    counted = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal counted
        counted += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("shape", [a_meter_on_many, many_in_one, a_chain])
@pytest.mark.parametrize("periodic", [False, True])
def test_planning_what_hangs_together_takes_twice_as_much_for_twice_as_many(
    shape: Callable[[int], str], *, periodic: bool
) -> None:
    def calls(count: int) -> int:
        records, town = said(shape(count)), Directory()
        made: list[Plan] = []
        counted = calls_of(lambda: made.append(town.plan(records, periodic=periodic)))
        assert made[0].exceptions == []
        return counted

    assert calls(LARGE) <= MOST * calls(SMALL)


def test_following_a_chain_through_the_directory_map_takes_twice_as_much_for_twice_as_many() -> (
    None
):
    def calls(count: int) -> int:
        data = memory_hub(FixedClock(TODAY), secret=b"of tests").data
        key = directory_map.write(data, "ORG11111", "a-set", None, map(_link, range(count)))
        known = directory_map.read(data, key)
        last = f"MM{count}"
        assert len(list(known.around({last}))) == count
        return calls_of(lambda: list(known.around({last})))

    assert calls(LARGE) <= MOST * calls(SMALL)


def _link(number: int) -> Entry:
    """Return the entry of an SDP whose meter goes to the next one: they hang together backwards."""
    meters = tuple(Held(f"M{each}") for each in (number, number + 1))
    return Entry(usdp(number), f"SP-{number}", "P", status=(Held("AC"),), meters=meters)
