"""Numbers from before the hub: migrated or reserved, claimed for their pairs, never derived."""

from __future__ import annotations

from functools import partial

from msgspec import Struct

from mdmr.identifiers.numbers import (
    Noted,
    Number,
    PairNumber,
    number_in,
    number_key,
    pair_key,
    pair_numbers,
)
from mdmr.identifiers.universal_id import Pair, candidates
from mdmr.ports.codec import to_item
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import (
    Absent,
    Check,
    ConditionFailedError,
    Item,
    Put,
    StateStore,
    Write,
)

_FROM_BEFORE = "from before"


class Kept(Struct, frozen=True):
    """A number for a pair: issued already, or to be issued when the pair is asked for."""

    pair: Pair
    universal_sdp_id: str
    issued: bool


class NumberTakenError(Exception):
    """The number belongs to another pair, or the pair has another number.

    Attributes:
        kept: the number that cannot be kept.
    """

    def __init__(self, kept: Kept, text: str) -> None:
        super().__init__(text)
        self.kept = kept


def keep(hub: Hub, each: Kept, by: str) -> bool:
    """Claim a number for its pair and return whether that was new; `by` says who did it.

    The same again is no fault. The commit asks that the pair's next candidate is free still:
    whoever issues it at the same time either comes first, or finds the number kept afterwards.
    Raises NumberTakenError on a contradiction, StateBusyError.
    """
    once = partial(_keep, hub, each, by)
    return retry_on_contention(hub.backoff, Contended.IDENTIFIER, str(each.pair), once)


def _keep(hub: Hub, number: Kept, by: str) -> bool:
    if is_kept(hub.directory, number):
        return False
    candidate, holder = _next_candidate(hub, number.pair)
    if holder is not None:
        raise NumberTakenError(number, f"{number.pair} has {candidate} already")
    try:
        hub.directory.commit(*claim_writes(number, Noted(by, hub.clock.now()), candidate))
    except ConditionFailedError as error:
        if set(error.failed) & {0, 1} and not is_kept(hub.directory, number):
            message = f"{number.universal_sdp_id} or {number.pair} is taken"
            raise NumberTakenError(number, message) from error
        raise
    return True


def claim_writes(each: Kept, noted: Noted, next_candidate: str) -> list[Write]:
    """Return what claims a number for its pair, the items first.

    It fails when either has one, or when the pair's next derived number is not free any more.
    """
    writes: list[Write] = [Put(item, condition=Absent()) for item in _items(each, noted)]
    if next_candidate != each.universal_sdp_id:
        writes.append(Check(number_key(next_candidate), Absent()))
    return writes


def is_kept(directory: StateStore, each: Kept) -> bool:
    """Return whether this number is kept for this pair already."""
    found = pair_numbers(directory, [each.pair]).get(each.pair)
    return found is not None and found.universal_sdp_id == each.universal_sdp_id


def _next_candidate(hub: Hub, pair: Pair) -> tuple[str, Number | None]:
    """Return the number that a pair has derived, with its row, else the next that is free."""
    for number in candidates(hub.identifier_secret.read(), pair):
        row = number_in(hub.directory.get(number_key(number)))
        if row is None or row.pair == pair:
            return number, row
    raise AssertionError  # candidates never end


def _items(each: Kept, noted: Noted) -> tuple[Item, Item]:
    request = _FROM_BEFORE if each.issued else ""
    number = Number(each.pair.ldc, each.pair.sdp_id, request, epoch=0)
    of_pair = PairNumber(each.universal_sdp_id, noted, each.pair)
    return (
        to_item(number, number_key(each.universal_sdp_id)),
        to_item(of_pair, pair_key(each.pair)),
    )
