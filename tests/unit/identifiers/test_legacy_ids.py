"""Many numbers from before at once: checked before anything is written, kept in few commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from mdmr.identifiers import kept, legacy_ids
from mdmr.identifiers.kept import Kept, NumberTakenError, keep
from mdmr.identifiers.legacy_ids import check, claim
from mdmr.identifiers.numbers import PairNumber, Wanted, give
from mdmr.identifiers.universal_id import Pair, candidate
from mdmr.ports.authority import NotActiveError
from mdmr.ports.codec import from_item
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.crashing import Crash, Effect, watched
from tests.support.gateway import take_lease_away
from tests.support.market import LDC, NOON, OTHER_LDC


@pytest.fixture
def hub() -> MemoryHub:
    return memory_hub(FixedClock(NOON))


def numbers(count: int, first: int = 0) -> list[Kept]:
    """Return numbers that nobody has derived, one for each pair."""
    return [
        Kept(Pair(LDC, f"SP-{at}"), str(20_000_000 + at), issued=at % 2 == 0)
        for at in range(first, first + count)
    ]


def keep_all(hub: MemoryHub, wanted: Sequence[Kept], by: str = "anna") -> None:
    claim(hub, check(hub, wanted), by)


def conflicts(hub: MemoryHub, *wanted: Kept) -> list[str]:
    return [each.conflict for each in check(hub, wanted)]


def kept_numbers(hub: MemoryHub) -> dict[str, str]:
    """Return the number of each pair that has one from before."""
    items = (item for item in hub.directory.items() if str(item["pk"]).startswith("PAIR#"))
    found = (from_item(PairNumber, item) for item in items)
    return {number.pair.sdp_id: number.universal_sdp_id for number in found}


def test_all_are_kept_as_one_by_one_would_keep_them(hub: MemoryHub) -> None:
    keep_all(hub, numbers(100))
    one_by_one = memory_hub(FixedClock(NOON))
    for each in numbers(100):
        assert keep(one_by_one, each, "anna")
    assert hub.directory.items() == one_by_one.directory.items()


def test_what_is_kept_already_stays_as_it_is(hub: MemoryHub) -> None:
    keep_all(hub, numbers(3), by="anna")
    before = hub.directory.items()
    keep_all(hub, numbers(3), by="ben")
    assert hub.directory.items() == before
    assert [each.held and each.held.by for each in check(hub, numbers(4))] == ["anna"] * 3 + [None]


def test_few_commits_are_made(hub: MemoryHub) -> None:
    commits = 0

    def count(effect: Effect) -> object:
        nonlocal commits
        commits += effect.name == "directory.commit"
        return effect.happen()

    claim(watched(hub, count), check(hub, numbers(99)), "anna")
    assert commits == 3


def test_a_conflict_is_told_and_nothing_is_written(hub: MemoryHub) -> None:
    keep(hub, Kept(Pair(LDC, "SP-1"), "20000001", issued=True), "anna")
    (derived,) = give(
        hub.directory,
        hub.identifier_secret.read(),
        [Wanted(Pair(LDC, "SP-9"), "a#3")],
        epoch=1,
    )
    before = hub.directory.items()
    assert conflicts(
        hub,
        Kept(Pair(LDC, "SP-2"), "20000002", issued=True),
        Kept(Pair(LDC, "SP-1"), "20000003", issued=True),
        Kept(Pair(OTHER_LDC, "SP-1"), "20000001", issued=True),
        Kept(Pair(LDC, "SP-9"), "20000004", issued=True),
        Kept(Pair(LDC, "SP-8"), derived.universal_sdp_id, issued=True),
    ) == [
        "",
        f"{LDC} SP-1 has 20000001 from before",
        f"20000001 belongs to {LDC} SP-1",
        f"{LDC} SP-9 has {derived.universal_sdp_id} already",
        f"{derived.universal_sdp_id} belongs to {LDC} SP-9",
    ]
    assert hub.directory.items() == before


def test_a_number_may_be_the_one_that_its_pair_or_another_would_be_given(hub: MemoryHub) -> None:
    secret = hub.identifier_secret.read()
    one, two = Pair(LDC, "SP-1"), Pair(LDC, "SP-2")
    own = Kept(one, candidate(secret, one, 0), issued=True)
    others = Kept(two, candidate(secret, Pair(LDC, "SP-3"), 0), issued=True)
    third = Kept(Pair(LDC, "SP-3"), "20000003", issued=True)
    keep_all(hub, [own, others, third])
    assert set(kept_numbers(hub)) == {"SP-1", "SP-2", "SP-3"}


def test_somebody_who_is_faster_is_told_with_the_number_and_what_was_before_is_kept(
    hub: MemoryHub,
) -> None:
    wanted = numbers(50)
    standings = check(hub, wanted)
    keep(hub, Kept(Pair(OTHER_LDC, "X"), wanted[40].universal_sdp_id, issued=True), "ben")
    with pytest.raises(NumberTakenError) as caught:
        claim(hub, standings, "anna")
    assert caught.value.kept == wanted[40]
    assert set(kept_numbers(hub)) == {f"SP-{at}" for at in range(40)} | {"X"}


def test_a_number_derived_meanwhile_keeps_its_pair(hub: MemoryHub) -> None:
    wanted = numbers(2)
    standings = check(hub, wanted)
    secret = hub.identifier_secret.read()
    give(hub.directory, secret, [Wanted(wanted[1].pair, "a#3")], epoch=1)
    with pytest.raises(NumberTakenError) as caught:
        claim(hub, standings, "anna")
    assert caught.value.kept == wanted[1]
    assert set(kept_numbers(hub)) == {"SP-0"}


@pytest.mark.parametrize("crash_at", range(4))
def test_broken_off_anywhere_and_done_again_it_is_whole(hub: MemoryHub, crash_at: int) -> None:
    seen = 0

    def crash(effect: Effect) -> object:
        nonlocal seen
        if effect.name == "directory.commit":
            seen += 1
            if seen > crash_at:
                raise Crash(effect.name)
        return effect.happen()

    wanted = numbers(120)
    with pytest.raises(Crash):
        claim(watched(hub, crash), check(hub, wanted), "anna")
    assert len(kept_numbers(hub)) == min(33 * crash_at, 120)
    keep_all(hub, wanted)
    assert len(kept_numbers(hub)) == 120


def test_a_region_that_is_not_active_keeps_none(hub: MemoryHub) -> None:
    take_lease_away(hub)
    with pytest.raises(NotActiveError):
        keep_all(hub, numbers(2))
    assert kept_numbers(hub) == {}


def test_one_transaction_holds_each_key_once(
    hub: MemoryHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every pair would be given the same number next.
    draw: Callable[..., str] = lambda secret, pair, attempt: str(30_000_000 + attempt)  # noqa: ARG005, E731 - as the one it stands for
    monkeypatch.setattr(legacy_ids, "candidate", draw)
    monkeypatch.setattr(kept, "candidates", lambda secret, pair: iter(["30000000"]))  # noqa: ARG005 - as above
    keep_all(hub, numbers(5))
    assert len(kept_numbers(hub)) == 5
