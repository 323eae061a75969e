"""The regions of a simulated hub: what each has of its own, and what they share.

Tables and buckets are one for both regions today, as if replication took no time. A region is
only ever reached by its own hub: stores of its own that replicate late take the place of the
shared ones in `region`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mdmr.continuity.gate import TableGate
from mdmr.continuity.lease import TableLease
from mdmr.ports.hub import Hub
from mdmr.ports.outside import Clock
from mdmr.ports.state import Value
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import MemoryProcesses

from tests.simulation.engine import Engine
from tests.simulation.queues import SimulatedQueue

HOME, STANDBY = "ca-central-1", "ca-west-1"
SECRET = b"a secret of the simulation"


class TrueClock:
    """The engine's time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> datetime:
        """Return the virtual instant."""
        return self._engine.now


@dataclass
class RegionClock:
    """The clock of a region's machines: off by a little, and stepping at times."""

    true: Clock
    off: timedelta = timedelta()

    def now(self) -> datetime:
        """Return what the machines of the region take for the time."""
        return self.true.now() + self.off


class Started(MemoryProcesses):
    """Executions by name; each new one is told to whoever conducts them."""

    def __init__(
        self, begin: Callable[[str, str, Any], None], woken: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._begin, self._woken = begin, woken

    def start(self, process: str, name: str, data: Mapping[str, Value]) -> None:
        """Start one execution, unless one of this name was started."""
        known = (process, name) in self.started
        super().start(process, name, data)
        if not known:
            self._begin(process, name, self.started[process, name])

    def wake(self, token: str) -> None:
        """Let the execution go on that waits with this token."""
        super().wake(token)
        self._woken(token)


def shared(clock: Clock) -> MemoryHub:
    """Return the stores that both regions see, of a hub that is in operation in its home region."""
    return memory_hub(clock, region=HOME, secret=SECRET)


@dataclass(frozen=True)
class Region:
    """One region: its name, its hub and the clock of its machines."""

    name: str
    hub: Hub
    clock: RegionClock


def region(
    name: str,
    common: MemoryHub,
    queues: Mapping[str, SimulatedQueue],
    begin: Callable[[str, str, Any], None],
    woken: Callable[[str], None],
) -> Region:
    """Return a region with its queues by the names of their ports.

    `begin` conducts executions, `woken` lets those go on that wait with a token.
    """
    clock = RegionClock(common.clock)
    ports: dict[str, Any] = {name: getattr(common, name) for name in Hub.__struct_fields__}
    own: dict[str, Any] = {
        "clock": clock,
        "processes": Started(begin, woken),
        "lease": TableLease(common.state, clock, name),
        "gate": TableGate(common.state),
        **queues,
    }
    return Region(name, Hub(**ports | own), clock)
