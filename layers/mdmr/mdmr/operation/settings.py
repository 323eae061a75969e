"""Parameters in a hub document: values with the times from which they count.

```yaml
parameters:
  global:
    usdp.run_min: 15                                  # from when it is applied
    vee.zero_days: {value: 3 / 3 / 2, from: 2026-01-01}
  ORG22222:
    out.max_details: [100000, {value: 50000, from: 2026-03-01T06:00-05:00}]
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from mdmr.calendar.instants import est_shown
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.operation.faults import Fault, Raw, Reader, shown
from mdmr.organizations.parameter_table import PARAMETERS, Parameter, Scope
from mdmr.organizations.parameters import EVERYONE, Setting, Timeline

GLOBAL = "global"
# All values of a parameter for one owner lie in one item.
_MAX_VALUES = 500
_MAX_VALUE = 200
_FOR_ALL_ONLY = (Scope.GLOBAL, Scope.VEE_SERVICE)


class Wished(Struct, frozen=True):
    """A value that is wished: since an instant, or (None) from when it is applied."""

    value: str
    since: datetime | None = None


class Wishes(Struct, frozen=True):
    """What a document wishes for one parameter and one owner (`*`: all)."""

    name: str
    owner: str
    values: tuple[Wished, ...]

    @property
    def path(self) -> str:
        """Where they stand in the document."""
        return f"parameters.{GLOBAL if self.owner == EVERYONE else self.owner}.{self.name}"

    def after(self, before: Timeline, now: datetime) -> Timeline:
        """Return the timeline with what is wished, applied now.

        A value without time that is in force already stays as it is.
        """
        since_now = whole_second(now)
        added = [
            Setting(each.since or since_now, each.value)
            for each in self.values
            if each.since is not None or before.at(now) != each.value
        ]
        return before.with_settings(added)

    def changes_of_the_past(self, before: Timeline, now: datetime) -> list[Fault]:
        """Return a fault for each value that would count before now and did not."""
        known = set(before.settings)
        return [
            Fault(
                self.path,
                f"{each.value} from {est(each.since)} would change the past: give a time to come, "
                "or none for now on, or ask for it explicitly (change_past)",
            )
            for each in self.values
            if each.since is not None
            and each.since < whole_second(now)
            and Setting(each.since, each.value) not in known
        ]


def whole_second(instant: datetime) -> datetime:
    """Return the second in which an instant lies: uploads are timed in seconds."""
    return instant.replace(microsecond=0)


def est(instant: datetime) -> str:
    """Return an instant as people read it, in EST."""
    return f"{est_shown(instant)} EST"


def read_settings(reader: Reader, raw: Raw) -> list[Wishes]:
    """Return what the part `parameters` of a document wishes."""
    if raw is None:
        return []
    if not isinstance(raw, Mapping):
        reader.fault("parameters", "must be a mapping of `global` or an ORG ID to parameters")
        return []
    found: list[Wishes] = []
    for owner, values in raw.items():
        path = f"parameters.{str(owner)[:_MAX_VALUE]}"
        if owner != GLOBAL and not ORG_ID.accepts(str(owner)):
            reader.fault(path, "must be `global` or an ORG ID")
        if not isinstance(values, Mapping):
            reader.fault(path, "must be a mapping of parameters to values")
            continue
        for name, value in values.items():
            at = f"{path}.{str(name)[:_MAX_VALUE]}"
            wished = _values(reader, str(owner), str(name), value, at)
            whose = EVERYONE if owner == GLOBAL else str(owner)
            found.append(Wishes(str(name), whose, wished))
    return found


def _values(reader: Reader, owner: str, name: str, raw: Raw, path: str) -> tuple[Wished, ...]:
    parameter = PARAMETERS.get(name)
    if parameter is None:
        reader.fault(path, "is no parameter")
        return ()
    if parameter.deployed:
        reader.fault(path, "is set where the hub is deployed, in its template")
    if owner != GLOBAL and parameter.scope in _FOR_ALL_ONLY:
        reader.fault(path, "can only be set for all (`global`)")
    several = not isinstance(raw, str) and isinstance(raw, Sequence)
    rows = reader.rows(raw, path) if several else [(path, raw)]
    if len(rows) > _MAX_VALUES:
        reader.fault(path, f"must have at most {_MAX_VALUES} values, has {len(rows)}")
        return ()
    found = [_value(reader, parameter, row, at) for at, row in rows]
    times = [each.since for each in found]
    for number, since in enumerate(times):
        if since in times[:number]:
            reader.fault(rows[number][0], "has the same time as another value before it")
    return tuple(found)


def _value(reader: Reader, parameter: Parameter, raw: Raw, path: str) -> Wished:
    if not isinstance(raw, Mapping):
        return Wished(_text(reader, parameter, raw, path))
    row = reader.mapping(raw, path, ("value", "from"), ("value",))
    since = reader.instant(row.get("from"), f"{path}.from")
    since = since and whole_second(since)
    if "value" not in row:
        return Wished("", since)
    return Wished(_text(reader, parameter, row["value"], f"{path}.value"), since)


def _text(reader: Reader, parameter: Parameter, raw: Raw, path: str) -> str:
    # YAML reads yes, no, on and off as truth values.
    words = {True: ("yes", "on"), False: ("no", "off")}
    texts = words[raw] if isinstance(raw, bool) else (str(raw),)
    fitting = (each for each in texts if len(each) <= _MAX_VALUE and parameter.accepts(each))
    text = next(fitting, None)
    if text is None or raw is None:
        reader.fault(path, f"{shown(texts[0])} is no value in {parameter.unit}: {parameter.form}")
        return ""
    return text
