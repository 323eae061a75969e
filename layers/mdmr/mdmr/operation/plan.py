"""What a document would change in a hub, shown before it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum

from msgspec import Struct

from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.evidence.records import digest as digest_of
from mdmr.identifiers.kept import Kept, is_kept, keep
from mdmr.operation import numbers, wishes
from mdmr.operation.document import Document
from mdmr.operation.wishes import Wish
from mdmr.organizations import history
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, key_of


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


class PlanChangedError(Exception):
    """The hub changed since the plan was shown."""


def plan(hub: Hub, document: Document) -> list[Change]:
    """Return what applying a document would do, in its order. Nothing is removed by omission."""
    return _changes(hub, document, wishes.of(hub, document))


def digest(changes: Sequence[Change]) -> str:
    """Return a short text that is the same as long as the plan is."""
    lines = "\n".join(
        f"{each.action.value}|{each.what}|{each.before}|{each.after}" for each in changes
    )
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def apply(hub: Hub, document: Document, *, by: str, expected: str | None = None) -> list[Change]:
    """Do what the plan says and return it; each change is kept in the history.

    `expected` is the digest of the plan that was shown. Raises PlanChangedError when it is not
    this plan's, or when others change the same at the same time, NumberTakenError when a number
    contradicts what is issued, NotActiveError. What was done before stays done.
    """
    now = hub.clock.now()
    wished = list(wishes.of(hub, document))
    changes = _changes(hub, document, wished)
    if expected is not None and digest(changes) != expected:
        raise PlanChangedError
    for wish in wished:
        if wish.before_text != wish.after_text:
            _fulfil(hub, wish, by, now)
    for each in document.numbers:
        hub.lease.mandate(each.universal_sdp_id)
        keep(hub, each, by)
    numbers.note(hub, document.numbers)
    return changes


def _changes(hub: Hub, document: Document, wished: Iterable[Wish]) -> list[Change]:
    kept = (_number_change(hub, each) for each in document.numbers)
    return [*map(_change, wished), *kept]


def _fulfil(hub: Hub, wish: Wish, by: str, now: datetime) -> None:
    changed = history.Changed(wish.what, by, now, wish.before_text, wish.after_text)
    writes = history.write(wish.after, wish.before, changed, wish.concerned)
    mandate = hub.lease.mandate(wish.what)
    # The history tells the texts; they may name people, whom evidence could never forget.
    facts = {"before": digest_of(wish.before_text or ""), "after": digest_of(wish.after_text)}
    deed = Deed(f"registry: {wish.what}", by, now, mandate.epoch, facts=facts)
    try:
        chain.commit(hub.state, deed, mandate.check, *writes)
    except ConditionFailedError as error:
        # Another region may have taken over meanwhile: then it says so, and nothing else.
        hub.lease.mandate(wish.what)
        found = hub.state.get(key_of(wish.after))
        if found is None or wishes.text_of(found) != wish.after_text:
            raise PlanChangedError from error


def _change(wish: Wish) -> Change:
    if wish.before_text is None:
        action = Action.ADD
    else:
        action = Action.SAME if wish.before_text == wish.after_text else Action.CHANGE
    return Change(action, wish.what, wish.before_text, wish.shown)


def _number_change(hub: Hub, each: Kept) -> Change:
    what, shown = numbers.what(each), numbers.text(each)
    if is_kept(hub.directory, each):
        return Change(Action.SAME, what, shown, shown)
    return Change(Action.ADD, what, None, shown)
