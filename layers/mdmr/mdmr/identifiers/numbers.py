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

from msgspec import Struct

from mdmr.identifiers.universal_id import Pair, candidate
from mdmr.ports.state import (
    Absent,
    AllOf,
    AtMost,
    ConditionFailedError,
    Equal,
    Item,
    Key,
    StateStore,
    Update,
)


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
        keys[key]: Pair(str(item["ldc"]), str(item["sdp_id"]))
        for key, item in directory.get_many(keys).items()
        if "request" in item
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
    kept = directory.get_many(pair_key(each.pair) for each in wanted)
    return {
        each: _issue_kept(directory, str(row["universal_sdp_id"]), each, epoch)
        for each in wanted
        if (row := kept.get(pair_key(each.pair))) is not None
    }


def _claim(
    directory: StateStore, numbers: Sequence[str], wanted: Sequence[Wanted], epoch: int
) -> tuple[dict[Wanted, Given], list[Wanted]]:
    """Claim one candidate for each; return what was given and who must try the next."""
    # Two pairs of one batch can draw the same candidate: the first tries to claim it. The other
    # must still look whose it is: it may have been given that number long ago.
    first = dict(zip(reversed(numbers), reversed(wanted), strict=True))
    items = [_number_item(number, each, epoch) for number, each in first.items()]
    found = dict(zip(first, directory.put_all_new(items), strict=True))
    given: dict[Wanted, Given] = {}
    for number, each in zip(numbers, wanted, strict=True):
        item = found[number]
        if first[number] is each if item is None else is_for(item, each.pair):
            given[each] = Given(number, issued=item is None or item["request"] == each.request)
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
                        Absent("request"),
                        AtMost("epoch", epoch),
                    )
                ),
            )
        )
    except ConditionFailedError as error:
        (item,) = error.failed.values()
        return Given(number, issued=item is not None and item.get("request") == wanted.request)
    return Given(number, issued=True)


def is_for(item: Item, pair: Pair) -> bool:
    """Return whether a number's item is that of a pair."""
    return (item["ldc"], item["sdp_id"]) == (pair.ldc, pair.sdp_id)


def _number_item(number: str, wanted: Wanted, epoch: int) -> Item:
    key = number_key(number)
    return {
        "pk": key.partition,
        "sk": key.sort,
        "ldc": wanted.pair.ldc,
        "sdp_id": wanted.pair.sdp_id,
        "request": wanted.request,
        "epoch": epoch,
    }
