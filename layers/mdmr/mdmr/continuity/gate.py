"""The gateway as decisions about incoming files see it, and when it was closed.

| What | Partition | Sort key |
|---|---|---|
| closed period that is over | `CLOSED#<scope>` | `<from>` |
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from mdmr.calendar.instants import to_text
from mdmr.calendar.period import Period
from mdmr.continuity import gateway_item
from mdmr.continuity.gateway import EVERYTHING, Scope
from mdmr.ports.authority import Concern, GateReading
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import Key, Put, StateStore


@record_type()
class ClosedPeriod(Struct, frozen=True):
    """A time in which a scope was not open: new files were not worked."""

    scope: Scope
    start: datetime
    end: datetime

    @property
    def write(self) -> Put:
        """The write that keeps it for good."""
        key = Key(f"CLOSED#{self.scope.text}", to_text(self.start))
        return Put(to_item(self, key))


class TableGate:
    """The Gate, read from the gateway item of the hub-state table."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def reading(self, concern: Concern, arrived: datetime | None = None) -> GateReading:
        """Return how the gateway stands to a file of this concern that arrived then (None: now).

        Its check fails the commit when anything about the gateway was changed since. Raises
        GatewayUnsetError before the hub is in operation.
        """
        return gateway_item.read(self._state).reading(concern, arrived)

    def closed(self, concern: Concern) -> list[Period]:
        """Return when the gateway was closed to a concern, by start; the last may be open."""
        scopes = filter(None, (EVERYTHING, concern.sender, concern.ldc, concern.file_id))
        over = (
            from_item(ClosedPeriod, item)
            for scope in dict.fromkeys(scopes)
            for item in self._state.query(f"CLOSED#{scope}")
        )
        periods = [Period(each.start, each.end) for each in over]
        periods += [
            Period(each.closed_since)
            for each in gateway_item.read(self._state).modes
            if each.closed_since is not None and each.scope.covers(concern)
        ]
        return sorted(periods, key=lambda period: period.start)
