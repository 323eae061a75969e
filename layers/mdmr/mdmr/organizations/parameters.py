"""Parameters in force: the table's defaults under the values set for all or for one.

| What | Partition | Sort key |
|---|---|---|
| values of a parameter over time | `PARAMETERS#<name>` | `<* for all, or an organization's id>` |

All values for one owner, past and future, lie in one item: what is set later changes nothing about
what was in force before, and two who set at the same time cannot miss each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import from_text, to_text
from mdmr.organizations.parameter_table import PARAMETERS
from mdmr.ports.state import Item, Key, StateStore, Value

EVERYONE = "*"


class Setting(Struct, frozen=True):
    """A value that is in force since an instant, until the next."""

    since: datetime
    value: str


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


def item_of_timeline(each: Timeline) -> dict[str, Value]:
    """Return the item of a timeline."""
    key = timeline_key(each.name, each.owner)
    settings = [{"since": to_text(one.since), "value": one.value} for one in each.settings]
    return {
        "pk": key.partition,
        "sk": key.sort,
        "name": each.name,
        "owner": each.owner,
        "settings": settings,
    }


def timeline_of(item: Item) -> Timeline:
    """Return the timeline of an item."""
    rows = cast("Sequence[Mapping[str, Value]]", item["settings"])
    settings = (Setting(from_text(str(row["since"])), str(row["value"])) for row in rows)
    return Timeline(str(item["name"]), str(item["owner"]), tuple(settings))


def of_owner(state: StateStore, owner: str) -> list[Timeline]:
    """Return what is set for an owner itself (`*`: for all), in the order of the table."""
    keys = [timeline_key(name, owner) for name in PARAMETERS]
    found = state.get_many(keys)
    return [timeline_of(found[key]) for key in keys if key in found]


def values(
    state: StateStore, names: Iterable[str], *, at: datetime, owner: str = EVERYONE
) -> dict[str, str]:
    """Return the texts of parameters in force at an instant for an owner, by name.

    The owner's own value wins over the one for everyone, and that over the default of the
    table. Raises KeyError for a name that is no parameter.
    """
    default = {name: PARAMETERS[name].default for name in names}
    scopes = tuple(dict.fromkeys((owner, EVERYONE)))
    keys = {name: [timeline_key(name, scope) for scope in scopes] for name in default}
    found = state.get_many([key for each in keys.values() for key in each])
    in_force = {
        name: (timeline_of(found[key]).at(at) for key in each if key in found)
        for name, each in keys.items()
    }
    return {
        name: next((text for text in in_force[name] if text is not None), default[name])
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
