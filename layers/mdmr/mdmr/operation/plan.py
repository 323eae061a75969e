"""What a document would change in a hub, shown before it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from mdmr.identifiers.kept import Kept, is_kept, keep
from mdmr.operation.document import Document
from mdmr.organizations import history, registry
from mdmr.organizations.parameters import Setting, item_of_setting
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, Item, Value, key_of

_HIDDEN = ("pk", "sk", history.VERSION)


class Action(Enum):
    """What happens to one thing."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"


@dataclass(frozen=True)
class Change:
    """One thing of a document: what it is, how it stands in the hub, how it would stand."""

    action: Action
    what: str
    before: str | None
    after: str


@dataclass(frozen=True)
class _Wish:
    """An item that a document wants, how it stands now, and whose history tells of it."""

    change: Change
    before: Item | None
    after: Item
    concerned: tuple[str, ...]


class PlanChangedError(Exception):
    """The hub changed since the plan was shown."""


def plan(hub: Hub, document: Document) -> list[Change]:
    """Return what applying a document would do, in its order. Nothing is removed by omission."""
    return _changes(hub, document, _wishes(hub, document))


def digest(changes: Sequence[Change]) -> str:
    """Return a short text that is the same as long as the plan is."""
    lines = "\n".join(
        f"{each.action.value}|{each.what}|{each.before}|{each.after}" for each in changes
    )
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def apply(hub: Hub, document: Document, *, by: str, expected: str | None = None) -> list[Change]:
    """Do what the plan says and return it; each change is kept in the history.

    `expected` is the digest of the plan that was shown. Raises PlanChangedError when it is not
    this plan's, or when others change the same at the same time, and NumberTakenError when a
    number contradicts what is issued. What was done before stays done.
    """
    wishes = list(_wishes(hub, document))
    changes = _changes(hub, document, wishes)
    if expected is not None and digest(changes) != expected:
        raise PlanChangedError
    now = hub.clock.now()
    for wish in wishes:
        if wish.change.action is not Action.SAME:
            _fulfil(hub, wish, by, now)
    for each in document.numbers:
        keep(hub, each)
    return changes


def _changes(hub: Hub, document: Document, wishes: Iterable[_Wish]) -> list[Change]:
    numbers = (_number_change(hub, each) for each in document.numbers)
    return [*(each.change for each in wishes), *numbers]


def _fulfil(hub: Hub, wish: _Wish, by: str, now: datetime) -> None:
    change = wish.change
    changed = history.Changed(change.what, by, now, change.before, change.after)
    try:
        hub.state.commit(*history.write(wish.after, wish.before, changed, wish.concerned))
    except ConditionFailedError as error:
        found = hub.state.get(key_of(wish.after))
        if found is None or _shown(found) != change.after:
            raise PlanChangedError from error


def _wishes(hub: Hub, document: Document) -> Iterator[_Wish]:
    """Yield each item that a document wants, with what that changes."""
    wanted: list[tuple[str, Item, tuple[str, ...]]] = []
    for organization in document.organizations:
        item = registry.item_of_organization(organization)
        concerned: tuple[str, ...] = (organization.org_id,)
        wanted.append((f"organization {organization.org_id}", item, concerned))
    for row in document.authorizations:
        what = f"authorization {row.ldc}: {row.organization} {row.right.value} {row.file_id}"
        concerned = (row.ldc, row.organization)
        wanted.append((what, registry.item_of_authorization(row), concerned))
    wanted += [
        (_setting_name(each), item_of_setting(each), (each.owner,)) for each in document.settings
    ]
    found = hub.state.get_many(key_of(item) for _, item, _ in wanted)
    for what, after, concerned in wanted:
        before = found.get(key_of(after))
        yield _Wish(_change(what, before, after), before, after, concerned)


def _change(what: str, before: Item | None, after: Item) -> Change:
    if before is None:
        return Change(Action.ADD, what, None, _shown(after))
    action = Action.SAME if _shown(before) == _shown(after) else Action.CHANGE
    return Change(action, what, _shown(before), _shown(after))


def _number_change(hub: Hub, each: Kept) -> Change:
    what = f"number {each.universal_sdp_id} for {each.pair.ldc} {each.pair.sdp_id}"
    shown = "issued" if each.issued else "to be issued when asked for"
    if is_kept(hub.directory, each):
        return Change(Action.SAME, what, shown, shown)
    return Change(Action.ADD, what, None, shown)


def _setting_name(setting: Setting) -> str:
    return f"parameter {setting.name} for {setting.owner}"


def _shown(item: Item) -> str:
    """Return an item as one line that a person can compare."""
    pairs = ((name, _text(value)) for name, value in sorted(item.items()) if name not in _HIDDEN)
    return ", ".join(f"{name}: {text}" for name, text in pairs if text)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_text(each)}" for name, each in sorted(value.items()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(_text(each) for each in value)
    return str(value)
