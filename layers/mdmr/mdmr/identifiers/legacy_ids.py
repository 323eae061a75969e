"""Many numbers from before at once: how they stand to the hub, and claiming those that are free.

What is true of all of them is read and written together. Whatever somebody else does in between
makes a commit fail; then each of its numbers is kept by itself, as `kept` does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from mdmr.identifiers.kept import Kept, claim_writes, keep
from mdmr.identifiers.numbers import (
    Noted,
    Number,
    PairNumber,
    number_in,
    number_key,
    pair_numbers,
)
from mdmr.identifiers.universal_id import Pair, candidate
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, Write

# A transaction takes 100 writes; a number takes three at most.
_MAX_WRITES = 100


class Standing(Struct, frozen=True):
    """How a number from before stands to the hub.

    `held` is who kept it, None while it is not kept; `conflict` why it cannot be kept, empty where
    it can. `next_candidate` is the derived number that its pair would be given without it.
    """

    kept: Kept
    held: Noted | None = None
    conflict: str = ""
    next_candidate: str = ""


def check(hub: Hub, wanted: Sequence[Kept]) -> list[Standing]:
    """Return how each number stands, in the same order; nothing is written."""
    if not wanted:
        return []
    pairs = pair_numbers(hub.directory, (each.pair for each in wanted))
    numbers = hub.directory.get_many(number_key(each.universal_sdp_id) for each in wanted)
    unknown = [each for each in wanted if each.pair not in pairs]
    candidates = _next_candidates(hub, [each.pair for each in unknown])
    standings = []
    for each in wanted:
        row = pairs.get(each.pair)
        if row is not None:
            standings.append(_of_known(each, row))
            continue
        number, holder = candidates[each.pair]
        taken = number_in(numbers.get(number_key(each.universal_sdp_id)))
        conflict = _conflict(each, taken, number, holder)
        standings.append(Standing(each, conflict=conflict, next_candidate=number))
    return standings


def claim(hub: Hub, standings: Sequence[Standing], by: str) -> None:
    """Keep each number that is not kept yet, in order; `by` says who did it.

    May be broken off anywhere and done again: what is kept stays. Raises NumberTakenError on a
    number that cannot be kept (those before it are), NotActiveError, StateBusyError.
    """
    for group in _groups([each for each in standings if each.held is None]):
        hub.lease.mandate(group[0].kept.universal_sdp_id)
        at = hub.clock.now()
        writes = [write for each in group for write in _writes(each, Noted(by, at))]
        try:
            hub.directory.commit(*writes)
        except ConditionFailedError:
            for each in group:
                keep(hub, each.kept, by)


def _of_known(kept: Kept, row: PairNumber) -> Standing:
    """Return the standing of a number whose pair has one from before."""
    if row.universal_sdp_id == kept.universal_sdp_id:
        return Standing(kept, held=row.noted)
    pair = kept.pair
    return Standing(kept, conflict=f"{_named(pair)} has {row.universal_sdp_id} from before")


def _conflict(kept: Kept, taken: Number | None, number: str, holder: Number | None) -> str:
    """Return why a number cannot be kept; `holder` is the row of the pair's own, if it has one."""
    if holder is not None:
        return f"{_named(kept.pair)} has {number} already"
    if taken is not None:
        return f"{kept.universal_sdp_id} belongs to {_named(taken.pair)}"
    return ""


def _next_candidates(hub: Hub, pairs: Sequence[Pair]) -> dict[Pair, tuple[str, Number | None]]:
    """Return the number that each pair has derived, with its row, else the next that is free."""
    secret = hub.identifier_secret.read()
    found: dict[Pair, tuple[str, Number | None]] = {}
    attempt, left = 0, list(pairs)
    while left:
        numbers = {pair: candidate(secret, pair, attempt) for pair in left}
        items = hub.directory.get_many(number_key(each) for each in set(numbers.values()))
        for pair, number in numbers.items():
            row = number_in(items.get(number_key(number)))
            if row is None or row.pair == pair:
                found[pair] = (number, row)
        left = [pair for pair in left if pair not in found]
        attempt += 1
    return found


def _groups(standings: Sequence[Standing]) -> Iterator[list[Standing]]:
    """Yield numbers that one transaction can keep: it writes and checks each key once."""
    group: list[Standing] = []
    keys: set[str] = set()
    size = 0
    for each in standings:
        own = {each.kept.universal_sdp_id, each.next_candidate}
        if group and (size + 1 + len(own) > _MAX_WRITES or own & keys):
            yield group
            group, keys, size = [], set(), 0
        group.append(each)
        keys |= own
        size += 1 + len(own)
    if group:
        yield group


def _writes(standing: Standing, noted: Noted) -> list[Write]:
    return claim_writes(standing.kept, noted, standing.next_candidate)


def _named(pair: Pair) -> str:
    return f"{pair.ldc} {pair.sdp_id}"
