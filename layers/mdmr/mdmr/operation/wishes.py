"""The items that a document wants the hub to have, beside those that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from mdmr.operation.document import Document
from mdmr.operation.settings import Wishes, est, whole_second
from mdmr.organizations import history, registry
from mdmr.organizations.parameters import (
    Timeline,
    item_of_timeline,
    timeline_key,
    timeline_of,
)
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Key, Value, key_of

_HIDDEN = ("pk", "sk", history.VERSION)


class Wish(Struct, frozen=True):
    """An item that a document wants, how it stands now, and whose history tells of it.

    `before_text` and `after_text` are both as lines for people; `shown` is the latter as a plan
    shows it, which does not change with the time of the plan.
    """

    what: str
    before: Item | None
    after: Item
    concerned: tuple[str, ...]
    shown: str

    @property
    def before_text(self) -> str | None:
        """The item as it stands, None where there is none."""
        return None if self.before is None else text_of(self.before)

    @property
    def after_text(self) -> str:
        """The item as it would stand."""
        return text_of(self.after)


def of(hub: Hub, document: Document) -> Iterator[Wish]:
    """Yield each item that a document wants, in its order."""
    wanted: list[tuple[str, Item, tuple[str, ...]]] = []
    for organization in document.organizations:
        item = registry.item_of_organization(organization)
        wanted.append((f"organization {organization.org_id}", item, (organization.org_id,)))
    for row in document.authorizations:
        what = f"authorization {row.ldc}: {row.organization} {row.right.value} {row.file_id}"
        item = registry.item_of_authorization(row)
        wanted.append((what, item, (row.ldc, row.organization)))
    settings = [each for each in document.settings if each.values]
    keys = [key_of(item) for _, item, _ in wanted]
    keys += [timeline_key(each.name, each.owner) for each in settings]
    found = hub.state.get_many(keys)
    for what, after, concerned in wanted:
        yield Wish(what, found.get(key_of(after)), after, concerned, text_of(after))
    for each in settings:
        yield _of_settings(hub, each, found)


def text_of(item: Item) -> str:
    """Return an item as one line that a person can compare."""
    if "settings" in item:
        return settings_text(timeline_of(item))
    pairs = ((name, _text(value)) for name, value in sorted(item.items()) if name not in _HIDDEN)
    return ", ".join(f"{name}: {text}" for name, text in pairs if text)


def settings_text(timeline: Timeline, now: datetime | None = None) -> str:
    """Return the values of a parameter over time as one line; one since `now` counts `now on`."""
    return "; ".join(
        f"{each.value} from {'now on' if each.since == now else est(each.since)}"
        for each in timeline.settings
    )


def _of_settings(hub: Hub, wishes: Wishes, found: Mapping[Key, Item]) -> Wish:
    item = found.get(timeline_key(wishes.name, wishes.owner))
    before = Timeline(wishes.name, wishes.owner) if item is None else timeline_of(item)
    now = hub.clock.now()
    after = wishes.after(before, now)
    shown = settings_text(after, None if after == before else whole_second(now))
    what = f"parameter {wishes.name} for {wishes.owner}"
    return Wish(what, item, item_of_timeline(after), (wishes.owner,), shown)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_text(each)}" for name, each in sorted(value.items()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(_text(each) for each in value)
    return str(value)
