"""The items that a document wants the hub to have, beside those that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from mdmr.calendar.instants import to_text
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.operation.document import Document
from mdmr.operation.settings import Wishes, est, whole_second
from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Organization
from mdmr.organizations.parameters import (
    Timeline,
    item_of_timeline,
    timeline_in,
    timeline_key,
)
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Key, key_of


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
    """Return an item of the registry as one line that a person can compare."""
    kind, _, _ = key_of(item).partition.partition("#")
    if kind == "PARAMETERS":
        return settings_text(from_item(Timeline, item))
    if kind == "AUTHORIZATIONS":
        return _line(_of_authorization(from_item(Authorization, item)))
    return _line(_of_organization(from_item(Organization, item)))


def settings_text(timeline: Timeline, now: datetime | None = None) -> str:
    """Return the values of a parameter over time as one line; one since `now` counts `now on`."""
    return "; ".join(
        f"{each.value} from {'now on' if each.since == now else est(each.since)}"
        for each in timeline.settings
    )


def _of_settings(hub: Hub, wishes: Wishes, found: Mapping[Key, Item]) -> Wish:
    item = found.get(timeline_key(wishes.name, wishes.owner))
    before = timeline_in(found, wishes.name, wishes.owner)
    now = hub.clock.now()
    after = wishes.after(before, now)
    shown = settings_text(after, None if after == before else whole_second(now))
    what = f"parameter {wishes.name} for {wishes.owner}"
    return Wish(what, item, item_of_timeline(after), (wishes.owner,), shown)


def _of_organization(organization: Organization) -> dict[str, str]:
    contacts = (f"{purpose} {address}" for purpose, address in sorted(organization.contacts))
    return {
        "contacts": "; ".join(contacts),
        "name": organization.name,
        "org_id": organization.org_id,
        "roles": " ".join(sorted(role.value for role in organization.roles)),
        "transport_ids": " ".join(organization.transport_ids),
        **_of_period(organization.active),
    }


def _of_authorization(row: Authorization) -> dict[str, str]:
    return {
        "file_id": row.file_id,
        "grantee": row.organization,
        "ldc": row.ldc,
        "right": row.right.value,
        **_of_period(row.period),
    }


def _of_period(period: Period) -> dict[str, str]:
    return {
        "valid_from": "" if period.start == SINCE_EVER else to_text(period.start),
        "valid_to": "" if period.end is None else to_text(period.end),
    }


def _line(texts: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {text}" for name, text in texts.items() if text)
