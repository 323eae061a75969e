"""Numbers in the master directory: who has which Universal SDP ID, and by which request.

| What | Partition | Sort key |
|---|---|---|
| number | `USDP#<universal sdp id>` | `NUMBER` |
| number kept for a pair from before | `PAIR#<ldc>#<sdp id>` | `NUMBER` |

A number's item holds its pair and, once it is issued, the request record that it was issued
to: a repeated run finds its own mark there and answers as it did before. Pairs whose number is
not derived (migration, reservation) have an item of their own, looked at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from mdmr.identifiers.universal_id import Pair, candidate
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import (
    AllOf,
    AtMost,
    ConditionFailedError,
    Equal,
    Item,
    Key,
    StateStore,
    Update,
)


@record_type()
class Number(Struct, frozen=True):
    """A number and its pair; `request` is the record that it was issued to, empty before."""

    ldc: str
    sdp_id: str
    request: str
    epoch: int

    @property
    def pair(self) -> Pair:
        """The pair whose number it is."""
        return Pair(self.ldc, self.sdp_id)


class Noted(Struct, frozen=True):
    """Who kept a number, and when."""

    by: str
    at: datetime


@record_type()
class PairNumber(Struct, frozen=True):
    """The number from before of a pair, and who kept it."""

    universal_sdp_id: str
    noted: Noted
    pair: Pair


class Wanted(Struct, frozen=True):
    """A pair for which a number is asked, and the request record (file, line) that asks."""

    pair: Pair
    request: str


class Given(Struct, frozen=True):
    """The number of a pair; `issued` when it was issued to the asking request record."""

    universal_sdp_id: str
    issued: bool


def number_key(universal_sdp_id: str) -> Key:
    """Return where a number lies."""
    return Key(f"USDP#{universal_sdp_id}", "NUMBER")


def pair_key(pair: Pair) -> Key:
    """Return where the number kept for a pair from before lies."""
    return Key(f"PAIR#{pair.ldc}#{pair.sdp_id}", "NUMBER")


def issued(directory: StateStore, universal_sdp_ids: Iterable[str]) -> dict[str, Pair]:
    """Return the pair of each of these numbers that is issued."""
    keys = {number_key(each): each for each in universal_sdp_ids}
    return {
        keys[key]: number.pair
        for key, item in directory.get_many(keys).items()
        if (number := from_item(Number, item)).request
    }


def give(directory: StateStore, secret: bytes, wanted: Sequence[Wanted], epoch: int) -> list[Given]:
    """Return a number for each wanted pair (no pair twice), issuing where there is none yet.

    Safe to repeat and to break off anywhere: what is claimed stays claimed by the same request
    record, and the same candidates are drawn again.
    """
    given = _give_kept(directory, wanted, epoch)
    attempt, open_ones = 0, [each for each in wanted if each not in given]
    derived: dict[Wanted, Given] = {}
    while open_ones:
        numbers = [candidate(secret, each.pair, attempt) for each in open_ones]
        claimed, open_ones = _claim(directory, numbers, open_ones, epoch)
        derived.update(claimed)
        attempt += 1
    # A number may have been kept for a pair since the first look, but not since its claim.
    new = [each for each, number in derived.items() if number.issued]
    given |= derived | _give_kept(directory, new, epoch)
    return [given[each] for each in wanted]


def _give_kept(directory: StateStore, wanted: Sequence[Wanted], epoch: int) -> dict[Wanted, Given]:
    """Return the numbers of those pairs that have one from before."""
    kept = pair_numbers(directory, (each.pair for each in wanted))
    return {
        each: _issue_kept(directory, kept[each.pair].universal_sdp_id, each, epoch)
        for each in wanted
        if each.pair in kept
    }


def _claim(
    directory: StateStore, numbers: Sequence[str], wanted: Sequence[Wanted], epoch: int
) -> tuple[dict[Wanted, Given], list[Wanted]]:
    """Claim one candidate for each; return what was given and who must try the next."""
    # Two pairs of one batch can draw the same candidate: the first tries to claim it. The other
    # must still look whose it is: it may have been given that number long ago.
    first = dict(zip(reversed(numbers), reversed(wanted), strict=True))
    items = [
        to_item(Number(each.pair.ldc, each.pair.sdp_id, each.request, epoch), number_key(number))
        for number, each in first.items()
    ]
    found = dict(zip(first, map(number_in, directory.put_all_new(items)), strict=True))
    given: dict[Wanted, Given] = {}
    for number, each in zip(numbers, wanted, strict=True):
        row = found[number]
        if first[number] is each if row is None else row.pair == each.pair:
            given[each] = Given(number, issued=row is None or row.request == each.request)
    return given, [each for each in wanted if each not in given]


def _issue_kept(directory: StateStore, number: str, wanted: Wanted, epoch: int) -> Given:
    """Issue a number that was kept for the pair, unless it is issued already."""
    try:
        directory.commit(
            Update(
                number_key(number),
                set={"request": wanted.request, "epoch": epoch},
                # An epoch that is over changes nothing that a later one wrote.
                condition=AllOf(
                    (
                        Equal("ldc", wanted.pair.ldc),
                        Equal("request", ""),
                        AtMost("epoch", epoch),
                    )
                ),
            )
        )
    except ConditionFailedError as error:
        (row,) = map(number_in, error.failed.values())
        return Given(number, issued=row is not None and row.request == wanted.request)
    return Given(number, issued=True)


def number_in(item: Item | None) -> Number | None:
    """Return the number of an item, None where there is none."""
    return None if item is None else from_item(Number, item)


def pair_numbers(directory: StateStore, pairs: Iterable[Pair]) -> dict[Pair, PairNumber]:
    """Return the numbers from before of those pairs that have one."""
    keys = {pair_key(pair): pair for pair in pairs}
    found = directory.get_many(keys)
    return {keys[key]: from_item(PairNumber, item) for key, item in found.items()}
