"""Numbers from before, kept together: the same comes of it as of keeping one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.identifiers import universal_id
from mdmr.identifiers.kept import Kept, NumberTakenError, keep
from mdmr.identifiers.legacy_ids import check, claim
from mdmr.identifiers.numbers import Wanted, give
from mdmr.identifiers.universal_id import FIRST, Pair
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.market import LDC, NOON

# So few numbers that many are wanted twice and many candidates are taken.
SPREAD = 40
PAIRS = [Pair(LDC, f"SP-{at}") for at in range(8)]
NUMBERS = [str(FIRST + at) for at in range(SPREAD)]


@pytest.fixture(autouse=True, scope="module")
def _few_numbers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(universal_id, "LAST", FIRST + SPREAD - 1)
        yield


@st.composite
def tables(draw: st.DrawFn) -> list[Kept]:
    """Draw a table in which no pair and no number stands twice."""
    pairs = draw(st.lists(st.sampled_from(PAIRS), unique=True, max_size=len(PAIRS)))
    numbers = draw(st.permutations(NUMBERS))
    return [
        Kept(pair, number, issued=draw(st.booleans()))
        for pair, number in zip(pairs, numbers, strict=False)
    ]


def hub_with(before: list[Kept], derived: list[Pair]) -> MemoryHub:
    """Return a hub that keeps some numbers and has derived others."""
    hub = memory_hub(FixedClock(NOON))
    for each in before:
        keep(hub, each, "ben")
    wanted = [Wanted(pair, f"a#{at}") for at, pair in enumerate(derived)]
    give(hub.directory, hub.identifier_secret.read(), wanted, epoch=1)
    return hub


@given(tables(), st.lists(st.sampled_from(PAIRS), unique=True, max_size=4), tables())
def test_a_table_comes_to_what_its_numbers_come_to(
    before: list[Kept], derived: list[Pair], wanted: list[Kept]
) -> None:
    together, one_by_one = hub_with(before, derived), hub_with(before, derived)
    refused: list[Kept] = []
    for each in wanted:
        try:
            keep(one_by_one, each, "anna")
        except NumberTakenError:
            refused.append(each)
    standings = check(together, wanted)
    assert [each.kept for each in standings if each.conflict] == refused
    claim(together, [each for each in standings if not each.conflict], "anna")
    assert together.directory.items() == one_by_one.directory.items()


@given(tables(), st.lists(st.sampled_from(PAIRS), unique=True, max_size=4), tables())
def test_a_table_that_was_checked_long_ago_breaks_nothing(
    before: list[Kept], derived: list[Pair], wanted: list[Kept]
) -> None:
    late, at_once = hub_with([], []), hub_with([], [])
    standings = check(late, wanted)
    for hub in (late, at_once):
        for each in before:
            keep(hub, each, "ben")
        asked = [Wanted(pair, f"a#{at}") for at, pair in enumerate(derived)]
        give(hub.directory, hub.identifier_secret.read(), asked, epoch=1)
    first = None
    for each in wanted:
        try:
            keep(at_once, each, "anna")
        except NumberTakenError as error:
            first = error.kept
            break
    try:
        claim(late, standings, "anna")
        found = None
    except NumberTakenError as error:
        found = error.kept
    assert found == first
    assert late.directory.items() == at_once.directory.items()
