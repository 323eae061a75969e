"""The gateway's mode as decisions about incoming files see it."""

from __future__ import annotations

from mdmr.continuity.records import GateRow, gate_key
from mdmr.ports.authority import GateReading, GatewayUnsetError
from mdmr.ports.state import Check, Equal, StateStore


class TableGate:
    """The Gate, read from the gate row of the hub-state table."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def reading(self) -> GateReading:
        """Return the present mode; its check fails the commit when the mode was set since.

        Raises GatewayUnsetError before the hub is in operation.
        """
        item = self._state.get(gate_key())
        if item is None:
            raise GatewayUnsetError("the gateway has no mode: the hub was not put into operation")
        row = GateRow.from_item(item)
        return GateReading(row.mode, Check(gate_key(), Equal("version", row.version)))
