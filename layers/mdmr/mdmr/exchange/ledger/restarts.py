"""Executions that can be started again: what the sweep starts for unfinished business.

An item that is found by the index `unfinished` and whose work an execution does carries that
execution's process, name and input in its attribute `again`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from msgspec import Struct

from mdmr.calendar.instants import to_text
from mdmr.ports.parts import HasProcesses
from mdmr.ports.state import Item, Value

_ATTRIBUTE = "again"


class Restart(Struct, frozen=True):
    """One execution: the process, its name, and what it is started with."""

    process: str
    name: str
    data: Mapping[str, Value]

    def start(self, hub: HasProcesses) -> None:
        """Start it under its own name; once started, this does nothing."""
        hub.processes.start(self.process, self.name, self.data)


def mark(each: Restart) -> dict[str, Value]:
    """Return the attribute by which an item tells its execution."""
    return {
        _ATTRIBUTE: {"process": each.process, "name": each.name, "input": dict(each.data)},
    }


def has_mark(item: Item) -> bool:
    """Return whether an item tells an execution."""
    return _ATTRIBUTE in item


def name_of(item: Item) -> str:
    """Return the name of the execution of an item."""
    return str(cast("Item", item[_ATTRIBUTE])["name"])


def start_again(hub: HasProcesses, item: Item, now: datetime) -> None:
    """Start the execution of an item anew, under another name: one that died keeps its own."""
    second = to_text(now)[:19].replace("-", "").replace(":", "")
    start_once(hub, item, f"again-{second}")


def start_once(hub: HasProcesses, item: Item, occasion: str) -> None:
    """Start the execution of an item anew for an occasion; once started for it, nothing more."""
    told = cast("Mapping[str, Value]", item[_ATTRIBUTE])
    name = f"{told['name']}-{occasion}"
    hub.processes.start(str(told["process"]), name, cast("Item", told["input"]))
