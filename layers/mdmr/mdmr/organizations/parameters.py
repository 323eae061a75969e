"""Parameters in force: the table's defaults under the values set for all or for one.

| What | Partition | Sort key |
|---|---|---|
| a value | `PARAMETERS#<name>` | `<scope: * or an id>#<from>` |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mdmr.calendar.instants import to_text
from mdmr.organizations.parameter_table import PARAMETERS
from mdmr.ports.state import Key, StateStore, Value

EVERYONE = "*"


@dataclass(frozen=True)
class Setting:
    """A value of a parameter for everyone (`*`) or one organization, LDC or VEE service."""

    name: str
    owner: str
    value: str
    since: datetime


def setting_key(each: Setting) -> Key:
    """Return where a setting lies."""
    return Key(f"PARAMETERS#{each.name}", f"{each.owner}#{to_text(each.since)}")


def item_of_setting(each: Setting) -> dict[str, Value]:
    """Return the item of a setting."""
    key = setting_key(each)
    return {"pk": key.partition, "sk": key.sort, "value": each.value}


def value(state: StateStore, name: str, *, at: datetime, owner: str = EVERYONE) -> str:
    """Return the text of a parameter in force at an instant for an owner.

    The owner's own value wins over the one for everyone, and that over the default of the
    table. Raises KeyError for a name that is no parameter.
    """
    default = PARAMETERS[name].default
    for scope in dict.fromkeys((owner, EVERYONE)):
        found = _latest(state, name, scope, at)
        if found is not None:
            return found
    return default


def own_value(state: StateStore, name: str, owner: str, *, at: datetime) -> str | None:
    """Return the text of a parameter that is set for an owner itself, or None."""
    return _latest(state, name, owner, at)


def count(state: StateStore, name: str, *, at: datetime, owner: str = EVERYONE) -> int:
    """Return a parameter that is a whole number."""
    return int(value(state, name, at=at, owner=owner))


def _latest(state: StateStore, name: str, owner: str, at: datetime) -> str | None:
    limit = f"{owner}#{to_text(at)}"
    rows = state.query(f"PARAMETERS#{name}", prefix=f"{owner}#", newest_first=True)
    return next((str(row["value"]) for row in rows if str(row["sk"]) <= limit), None)
