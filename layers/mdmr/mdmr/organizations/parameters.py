"""Parameters in force: the table's defaults under the values set for all or for one.

| What | Partition | Sort key |
|---|---|---|
| values of a parameter over time | `PARAMETERS#<name>` | `<* for all, or an organization's id>` |

All values for one owner, past and future, lie in one item: what is set later changes nothing about
what was in force before, and two who set at the same time cannot miss each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from mdmr.organizations.parameter_table import PARAMETERS
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import Item, Key, StateStore

EVERYONE = "*"


class Setting(Struct, frozen=True):
    """A value that is in force since an instant, until the next."""

    since: datetime
    value: str


@record_type()
class Timeline(Struct, frozen=True):
    """All values of a parameter for everyone (`*`) or for one organization, by their instants."""

    name: str
    owner: str
    settings: tuple[Setting, ...] = ()

    def at(self, instant: datetime) -> str | None:
        """Return the value in force at an instant, None before the first."""
        reached = [each.value for each in self.settings if each.since <= instant]
        return reached[-1] if reached else None

    def with_settings(self, more: Iterable[Setting]) -> Timeline:
        """Return the timeline with more settings; one at the same instant is replaced."""
        by_time = {each.since: each for each in (*self.settings, *more)}
        return replace(self, settings=tuple(by_time[since] for since in sorted(by_time)))


def timeline_key(name: str, owner: str) -> Key:
    """Return where the values of a parameter for an owner lie."""
    return Key(f"PARAMETERS#{name}", owner)


def item_of_timeline(timeline: Timeline) -> Item:
    """Return the item of a timeline."""
    return to_item(timeline, timeline_key(timeline.name, timeline.owner))


def timeline_in(found: Mapping[Key, Item], name: str, owner: str) -> Timeline:
    """Return the values of a parameter for an owner among items, none where it has no item."""
    item = found.get(timeline_key(name, owner))
    return Timeline(name, owner) if item is None else from_item(Timeline, item)


def of_owner(state: StateStore, owner: str) -> list[Timeline]:
    """Return what is set for an owner itself (`*`: for all), in the order of the table."""
    keys = [timeline_key(name, owner) for name in PARAMETERS]
    found = state.get_many(keys)
    return [from_item(Timeline, found[key]) for key in keys if key in found]


def values(
    state: StateStore, names: Iterable[str], *, at: datetime, owner: str = EVERYONE
) -> dict[str, str]:
    """Return the texts of parameters in force at an instant for an owner, by name.

    The owner's own value wins over the one for everyone, and that over the default of the
    table. Raises KeyError for a name that is no parameter.
    """
    default = {name: PARAMETERS[name].default for name in names}
    scopes = tuple(dict.fromkeys((owner, EVERYONE)))
    found = state.get_many(timeline_key(name, scope) for name in default for scope in scopes)
    return {
        name: next(
            (
                text
                for scope in scopes
                if (text := timeline_in(found, name, scope).at(at)) is not None
            ),
            default[name],
        )
        for name in default
    }


def value(state: StateStore, name: str, *, at: datetime, owner: str = EVERYONE) -> str:
    """Return the text of a parameter in force at an instant for an owner, as `values` do."""
    return values(state, (name,), at=at, owner=owner)[name]


def count(state: StateStore, name: str, *, at: datetime, owner: str = EVERYONE) -> int:
    """Return a parameter that is a whole number."""
    return int(value(state, name, at=at, owner=owner))


def counts(
    state: StateStore, names: Iterable[str], *, at: datetime, owner: str = EVERYONE
) -> dict[str, int]:
    """Return parameters that are whole numbers, by name."""
    return {name: int(text) for name, text in values(state, names, at=at, owner=owner).items()}
