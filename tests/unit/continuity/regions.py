"""A hub in two regions for tests: its clock, its two hubs, what one orders in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from mdmr.calendar.instants import EST
from mdmr.continuity.records import LeaseRow, Phase, rows_of
from mdmr.continuity.renewing import Renewal, renew
from mdmr.continuity.start import start
from mdmr.continuity.switching import Order
from mdmr.ports.state import ConditionFailedError, Item, Key
from mdmr.stores.memory.hub import REGION, MemoryHub
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.regions import OTHER_REGION, MemoryPeer, RegionPair
from msgspec.structs import replace

NOON = datetime(2025, 8, 20, 12, tzinfo=EST)
HERE, THERE = REGION, OTHER_REGION
MINUTE = timedelta(minutes=1)
MOMENT = timedelta(milliseconds=1)


class _Interrupted(MemoryPeer):
    """A look into the other region right after which something happens, once."""

    def __init__(self, pair: RegionPair, other: str, act: Callable[[], object]) -> None:
        super().__init__(pair, other)
        self._act: Callable[[], object] | None = act

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        found, act = super().get_many(keys), self._act
        self._act = None
        if act is not None:
            act()
        return found


class Regions:
    """A hub that was started in one of its two regions, everything having arrived in the other."""

    def __init__(self, active: str = HERE) -> None:
        self.clock = FixedClock(NOON)
        self.pair = RegionPair(self.clock)
        start(self.pair.hubs[active], active, by="operator")
        self.pair.deliver_all()

    @property
    def here(self) -> MemoryHub:
        return self.pair.hubs[HERE]

    @property
    def there(self) -> MemoryHub:
        return self.pair.hubs[THERE]

    def after_its_look(self, region: str, act: Callable[[], object]) -> MemoryHub:
        """Return a region's hub for a worker that is interrupted after its look at the other."""
        other = THERE if region == HERE else HERE
        return replace(self.pair.hubs[region], peer=_Interrupted(self.pair, other, act))

    def rows(self, region: str) -> set[LeaseRow]:
        return set(rows_of(self.pair.hubs[region].state).values())

    def row(self, region: str) -> LeaseRow:
        (row,) = self.rows(region)
        return row

    def phase(self, region: str) -> Phase:
        return self.row(region).phase

    def renew(self, region: str = HERE) -> Renewal:
        return renew(self.pair.hubs[region], region)

    def decides(self, region: str, subject: str = "ORG1") -> bool:
        """Return whether a decision about a subject could be committed in a region now."""
        hub = self.pair.hubs[region]
        try:
            hub.state.commit(hub.lease.mandate(subject).check)
        except ConditionFailedError:
            return False
        return True


def order(region: str, why: str = "a drill") -> Order:
    return Order(region, "operator", why)
