"""What a document would change in a hub, shown before it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from msgspec import Struct

from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.evidence.records import digest as digest_of
from mdmr.identifiers import legacy_ids
from mdmr.identifiers.kept import NumberTakenError
from mdmr.identifiers.legacy_ids import Standing
from mdmr.operation import numbers, wishes
from mdmr.operation.document import Document
from mdmr.operation.faults import Fault
from mdmr.operation.wishes import Wish
from mdmr.organizations import history
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, key_of

# What one call changes of the registry, each in a commit of its own, well within its time.
MAX_CHANGES = 500


class Action(Enum):
    """What happens to one thing."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"


class Change(Struct, frozen=True):
    """One thing of a document: what it is, how it stands in the hub, how it would stand."""

    action: Action
    what: str
    before: str | None
    after: str


class Applied(Struct, frozen=True):
    """What a call of `apply` did.

    `changes` is the whole plan. `left` is how many of them were left to the next call, and
    `digest` what that call must expect; where nothing is left it is the digest of the plan.
    """

    changes: list[Change]
    left: int
    digest: str


class PlanChangedError(Exception):
    """The hub changed since the plan was shown.

    Attributes:
        done: how many changes were made before that was found.
    """

    def __init__(self, done: int = 0) -> None:
        super().__init__(f"after {done} changes")
        self.done = done


class ConflictError(Exception):
    """Numbers of a document contradict what is issued or kept.

    Attributes:
        faults: each with the place of its number in the document.
    """

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} numbers")
        self.faults = faults


def plan(hub: Hub, document: Document) -> list[Change]:
    """Return what applying a document would do, in its order. Nothing is removed by omission.

    Raises ConflictError when a number contradicts what is issued.
    """
    return _prepared(hub, document).changes


def digest(changes: Sequence[Change]) -> str:
    """Return a short text that is the same as long as what a plan would do is."""
    lines = "\n".join(
        f"{each.action.value}|{each.what}|{each.before}|{each.after}"
        for each in changes
        if each.action is not Action.SAME
    )
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def apply(hub: Hub, document: Document, *, by: str, expected: str | None = None) -> Applied:
    """Do what the plan says, at most `MAX_CHANGES` of it; each change is kept in the history.

    Numbers come last and together: a document has few enough. `expected` is the digest of the plan
    that was shown, or of what the call before left. Raises PlanChangedError when it is not this
    plan's, or when others change the same at the same time, ConflictError before anything is done,
    NumberTakenError when somebody takes a number meanwhile (those before it are kept),
    NotActiveError. What was done before stays done.
    """
    now = hub.clock.now()
    prepared = _prepared(hub, document)
    if expected is not None and digest(prepared.changes) != expected:
        raise PlanChangedError
    due = [each for each in prepared.wished if each.before_text != each.after_text]
    for done, wish in enumerate(due[:MAX_CHANGES]):
        if not _fulfil(hub, wish, by, now):
            raise PlanChangedError(done)
    left = [_change(each) for each in due[MAX_CHANGES:]]
    if left:
        left += [each for each in prepared.of_numbers if each.action is not Action.SAME]
        return Applied(prepared.changes, len(left), digest(left))
    try:
        legacy_ids.claim(hub, prepared.standings, by)
    except NumberTakenError as error:
        numbers.note(hub, document.numbers[: document.numbers.index(error.kept)])
        raise
    numbers.note(hub, document.numbers)
    return Applied(prepared.changes, 0, digest(prepared.changes))


class _Prepared(Struct, frozen=True):
    """A document held against the hub."""

    wished: list[Wish]
    standings: list[Standing]

    @property
    def of_numbers(self) -> list[Change]:
        """The changes of numbers."""
        return [_number_change(each) for each in self.standings]

    @property
    def changes(self) -> list[Change]:
        """The plan."""
        return [*map(_change, self.wished), *self.of_numbers]


def _prepared(hub: Hub, document: Document) -> _Prepared:
    standings = legacy_ids.check(hub, document.numbers)
    faults = [
        Fault(f"universal_sdp_ids[{at}]", each.conflict)
        for at, each in enumerate(standings)
        if each.conflict
    ]
    if faults:
        raise ConflictError(faults)
    return _Prepared(list(wishes.of(hub, document)), standings)


def _fulfil(hub: Hub, wish: Wish, by: str, now: datetime) -> bool:
    """Make a change and return whether it is made; another change of the same was faster else."""
    changed = history.Changed(wish.what, by, now, wish.before_text, wish.after_text)
    writes = history.write(wish.after, wish.before, changed, wish.concerned)
    mandate = hub.lease.mandate(wish.what)
    # The history tells the texts; they may name people, whom evidence could never forget.
    facts = {"before": digest_of(wish.before_text or ""), "after": digest_of(wish.after_text)}
    deed = Deed(f"registry: {wish.what}", by, now, mandate.epoch, facts=facts)
    try:
        chain.commit(hub, deed, mandate.check, *writes)
    except ConditionFailedError:
        # Another region may have taken over meanwhile: then it says so, and nothing else.
        hub.lease.mandate(wish.what)
        found = hub.state.get(key_of(wish.after))
        return found is not None and wishes.text_of(found) == wish.after_text
    return True


def _change(wish: Wish) -> Change:
    if wish.before_text is None:
        action = Action.ADD
    else:
        action = Action.SAME if wish.before_text == wish.after_text else Action.CHANGE
    return Change(action, wish.what, wish.before_text, wish.shown)


def _number_change(standing: Standing) -> Change:
    what, shown = numbers.what(standing.kept), numbers.text(standing.kept)
    if standing.held is not None:
        return Change(Action.SAME, what, shown, shown)
    return Change(Action.ADD, what, None, shown)
