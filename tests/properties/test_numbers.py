"""Laws of Universal SDP IDs: one number per pair, one pair per number, for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.identifiers import universal_id
from mdmr.identifiers.numbers import Given, Wanted, give
from mdmr.identifiers.universal_id import FIRST, LAST, Pair
from mdmr.ports.hub import Hub
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.crashing import Crash, CrashAt, Effect, Moment, watched
from tests.support.market import LDC, NOON, OTHER_LDC

# So few numbers that most pairs meet another's candidate.
FEW = 24
pairs = st.builds(
    Pair, st.sampled_from([LDC, OTHER_LDC]), st.integers(0, 9).map(lambda each: f"SP-{each}")
)
files = st.lists(st.lists(pairs, min_size=1, max_size=8), min_size=1, max_size=5)
secrets = st.binary(min_size=1, max_size=4)


@pytest.fixture(autouse=True, scope="module")
def _few_numbers() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(universal_id, "LAST", FIRST + FEW - 1)
    yield
    patch.undo()
    assert universal_id.LAST == LAST


def wanted_of(asked: Sequence[Sequence[Pair]]) -> list[list[Wanted]]:
    """Return what each file wants: a pair of it once, marked with the record that asks first."""
    return [
        [Wanted(pair, f"file {place}#{pairs.index(pair)}") for pair in dict.fromkeys(pairs)]
        for place, pairs in enumerate(asked)
    ]


def empty() -> MemoryHub:
    return memory_hub(FixedClock(NOON), operating=False)


def answer(hub: Hub, secret: bytes, asked: Sequence[Sequence[Wanted]]) -> list[list[Given]]:
    return [give(hub.directory, secret, each, epoch=1) for each in asked]


class TestNumbers:
    @given(files, secrets)
    def test_are_one_for_each_pair_and_of_one_pair_each(
        self, asked: list[list[Pair]], secret: bytes
    ) -> None:
        wanted = wanted_of(asked)
        given_numbers = answer(empty(), secret, wanted)
        by_pair: dict[Pair, set[str]] = {}
        for wants, gets in zip(wanted, given_numbers, strict=True):
            for want, get in zip(wants, gets, strict=True):
                by_pair.setdefault(want.pair, set()).add(get.universal_sdp_id)
        assert all(len(numbers) == 1 for numbers in by_pair.values())
        assert len(set.union(*by_pair.values())) == len(by_pair)

    @given(files, secrets)
    def test_are_issued_to_the_first_file_that_asks_and_to_no_other(
        self, asked: list[list[Pair]], secret: bytes
    ) -> None:
        wanted = wanted_of(asked)
        seen: set[Pair] = set()
        for wants, gets in zip(wanted, answer(empty(), secret, wanted), strict=True):
            for want, get in zip(wants, gets, strict=True):
                assert get.issued is (want.pair not in seen)
            seen |= {want.pair for want in wants}

    @given(files, secrets, st.data())
    def test_are_the_same_after_any_crash_and_repetition(
        self, asked: list[list[Pair]], secret: bytes, data: st.DataObject
    ) -> None:
        wanted = wanted_of(asked)
        expected = answer(empty(), secret, wanted)
        hub, found = empty(), []
        for each in wanted:
            crashes = data.draw(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(Moment))))
            for number, moment in crashes:
                crash = CrashAt(number=number, moment=moment)
                _broken_off(watched(hub, _divided(crash)), secret, each)
            found += answer(hub, secret, [each])
        assert found == expected

    @given(st.lists(pairs, min_size=1, max_size=10, unique=True), secrets, st.data())
    def test_issued_once_are_the_same_however_a_later_asking_is_split(
        self, asked: list[Pair], secret: bytes, data: st.DataObject
    ) -> None:
        hub = empty()
        (wanted,) = wanted_of([asked])
        first = dict(zip(wanted, answer(hub, secret, [wanted])[0], strict=True))
        order = data.draw(st.permutations(wanted))
        place = data.draw(st.integers(0, len(order)))
        batches = [batch for batch in (order[:place], order[place:]) if batch]
        for batch, gets in zip(batches, answer(hub, secret, batches), strict=True):
            assert gets == [first[each] for each in batch]

    @given(files, secrets)
    def test_of_two_deployments_with_one_secret_are_the_same(
        self, asked: list[list[Pair]], secret: bytes
    ) -> None:
        """So a region that takes over draws what the other drew."""
        wanted = wanted_of(asked)
        assert answer(empty(), secret, wanted) == answer(empty(), secret, wanted)


def _broken_off(hub: Hub, secret: bytes, wanted: Sequence[Wanted]) -> None:
    try:
        give(hub.directory, secret, wanted, epoch=1)
    except Crash:
        return


def _divided(crash: CrashAt) -> Any:  # noqa: ANN401 - stands in for the crash
    """Let a crash amid an indivisible effect come before it."""

    def around(effect: Effect) -> Any:  # noqa: ANN401
        if crash.moment is Moment.AMID and not effect.divisible:
            crash.moment = Moment.BEFORE
        return crash(effect)

    return around
