"""A hub document of any size, planned and applied in pieces that one request can carry.

Organizations, authorizations and parameters go together; the hub does as many of their changes as
fit into a call, and the next call does the rest. Numbers from before follow in batches. Each piece
is safe to repeat: what is applied already stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mdmr.operation.faults import Fault

from mdmr_local.refusals import RefusedError

# A batch is worked in a few seconds, whatever the tables' latency.
BATCH = 500
NUMBERS = "universal_sdp_ids"
# What an invocation carries at most is 6 MB.
MAX_REQUEST_BYTES = 5_000_000
_BETWEEN_DIGESTS = ","
# In place of the digest of a batch that is applied already.
_NOTHING = "-"
# Of faults in many batches so many are gathered before the hub is not asked any more.
_MAX_FAULTS = 100
_ROW = re.compile(rf"{NUMBERS}\[([0-9]+)\]")

Ask = Callable[..., dict[str, Any]]
Note = Callable[[int, int], None]


class Piece(NamedTuple):
    """A part of a document: the rows of numbers from `first` on, or (`rows` is 0) all the rest."""

    document: Mapping[str, Any]
    first: int = 0
    rows: int = 0


@dataclass
class Applied:
    """How far the application of a document came; it is filled as that goes on.

    Attributes:
        changes: how many changes of organizations, authorizations and parameters are done.
        all_changes: how many there are.
        changes_under_way: whether more of them were asked of the hub, which did not answer.
        numbers: how many rows of numbers are done, counted from the first.
        all_numbers: how many there are.
        numbers_under_way: how many rows behind those were sent to the hub, which did not answer.
    """

    changes: int = 0
    all_changes: int = 0
    changes_under_way: bool = False
    numbers: int = 0
    all_numbers: int = 0
    numbers_under_way: int = 0


@dataclass
class Planned:
    """What applying a document would do: all changes, and the digest of each piece."""

    changes: list[dict[str, Any]] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """Return it as the hub answers for one piece."""
        return {"ok": True, "changes": self.changes, "digest": _BETWEEN_DIGESTS.join(self.digests)}


def pieces(document: Mapping[str, Any]) -> Iterator[Piece]:
    """Yield the pieces of a document in the order in which they are applied."""
    numbers: Sequence[Any] = document.get(NUMBERS) or ()
    rest = {key: value for key, value in document.items() if key != NUMBERS}
    if rest or not numbers:
        yield Piece(rest)
    for first in range(0, len(numbers), BATCH):
        rows = numbers[first : first + BATCH]
        yield Piece({NUMBERS: rows}, first, len(rows))


def plan(ask: Ask, document: Mapping[str, Any], note: Note, **options: object) -> Planned:
    """Ask what applying each piece would do; nothing is changed.

    Args:
        ask: asks the hub for an action; raises RefusedError.
        document: the document.
        note: is told how many of how many rows of numbers are planned.
        options: what is asked beside the document.

    Raises:
        RefusedError: with the faults of all pieces, those of the first batches at most.
    """
    planned = Planned()
    faults: list[Fault] = []
    rows = len(document.get(NUMBERS) or ())
    for piece in pieces(document):
        try:
            answer = _ask_about(ask, "plan", piece, **options)
        except RefusedError as error:
            faults += error.faults
            if not piece.rows or len(faults) >= _MAX_FAULTS:
                break
            continue
        planned.changes += answer["changes"]
        planned.digests.append(answer["digest"] if _is_due(piece, answer["changes"]) else _NOTHING)
        note(piece.first + piece.rows, rows)
    if faults:
        raise RefusedError(faults)
    return planned


def apply(
    ask: Ask,
    document: Mapping[str, Any],
    digest: str | None,
    applied: Applied,
    note: Note,
    **options: object,
) -> Planned:
    """Apply the pieces of a document one after the other and return what that did.

    Args:
        ask: asks the hub for an action; raises RefusedError.
        document: the document.
        digest: of the plan that was shown, None to apply whatever it comes to.
        applied: is kept up to date, also when this breaks off.
        note: is told how many of how many rows of numbers are done.
        options: what is asked beside the document.

    Raises:
        RefusedError: a piece is refused; those before it are applied.
    """
    parts = list(pieces(document))
    expected = digest.split(_BETWEEN_DIGESTS) if digest is not None else [None] * len(parts)
    done = Planned()
    applied.all_numbers = len(document.get(NUMBERS) or ())
    for piece, one in zip(parts, expected, strict=True):
        if one != _NOTHING:
            answer = _apply_piece(ask, piece, one, applied, **options)
            done.changes += answer["changes"]
            done.digests.append(answer["digest"])
        applied.numbers += piece.rows
        note(applied.numbers, applied.all_numbers)
    return done


def _apply_piece(
    ask: Ask, piece: Piece, digest: str | None, applied: Applied, **options: object
) -> dict[str, Any]:
    """Apply a piece in as many calls as it takes; return the answer with the whole plan."""
    first: dict[str, Any] | None = None
    left = 1
    while left:
        applied.numbers_under_way, applied.changes_under_way = piece.rows, not piece.rows
        try:
            answer = _ask_about(ask, "apply", piece, digest=digest, **options)
        except RefusedError as error:
            applied.numbers += error.numbers_done
            applied.numbers_under_way = 0
            if error.changes_done is not None:
                applied.changes += error.changes_done
                applied.changes_under_way = False
            raise
        applied.numbers_under_way, applied.changes_under_way = 0, False
        first = first or answer
        left, digest = int(answer.get("left", 0)), answer["digest"]
        if not piece.rows:
            applied.all_changes = changes_due(first["changes"])
            applied.changes = applied.all_changes - left
    return first or {}


def changes_due(changes: Sequence[Mapping[str, Any]]) -> int:
    """Return how many changes of organizations, authorizations and parameters a plan has."""
    due = (each for each in changes if each["action"] != "same")
    return sum(not str(each["what"]).startswith("number ") for each in due)


def _is_due(piece: Piece, changes: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a piece must be sent to the hub: rows of numbers that it has need not."""
    return not piece.rows or any(each["action"] != "same" for each in changes)


def _ask_about(ask: Ask, action: str, piece: Piece, **given: object) -> dict[str, Any]:
    size = len(json.dumps(piece.document, default=str))
    if size > MAX_REQUEST_BYTES:
        text = f"the part without {NUMBERS} has {size} bytes, at most {MAX_REQUEST_BYTES}: split it"
        raise RefusedError([Fault("", text)])
    try:
        return ask(action, document=piece.document, **given)
    except RefusedError as error:
        error.faults = [Fault(_in_whole(each.path, piece), each.text) for each in error.faults]
        raise


def _in_whole(path: str, piece: Piece) -> str:
    """Return the path in the whole document of a path in a piece."""
    return _ROW.sub(lambda found: f"{NUMBERS}[{int(found[1]) + piece.first}]", path, count=1)
