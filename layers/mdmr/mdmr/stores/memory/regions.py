"""Two regions of one hub in memory: each with its own copy of everything, replicated late.

What one region writes is on its way until whoever drives the pair delivers it, in any order, or
the region it comes from is lost. Queues, executions and events are each region's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mdmr.continuity.gate import TableGate
from mdmr.continuity.lease import TableLease
from mdmr.ports.objects import ObjectMissingError, ObjectVersion
from mdmr.ports.outside import Clock
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import Item, Key, Put
from mdmr.stores.dynamodb.schema import MasterDirectory, indexes_of
from mdmr.stores.memory.hub import REGION, MemoryHub, memory_hub
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.replicated import ReplicatedObjects, ReplicatedState, Stamp
from mdmr.stores.memory.views import MemoryViews

OTHER_REGION = "ca-west-1"
TABLES, BUCKETS = ("state", "directory"), ("inbound", "outbound", "data")


class Change(Struct, frozen=True):
    """One item or object version on its way: from which region, of which port, under which key."""

    source: str
    port: str
    key: str
    deliver: Callable[[], object]


class MemoryPeer:
    """The Peer of one region of a pair: the other one, while the link between them is up."""

    def __init__(self, pair: RegionPair, other: str) -> None:
        self._pair, self.region = pair, other

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return those of the items with these keys that exist there now."""
        return self._hub().state.get_many(keys)

    def has_inbound(self, key: str, version_id: str) -> bool:
        """Return whether this version of an upload lies there."""
        return _lies(self._hub().inbound, key, version_id)

    def has_data(self, key: str) -> bool:
        """Return whether an object of the data bucket lies there."""
        return _lies(self._hub().data, key)

    def _hub(self) -> MemoryHub:
        if self._pair.link_down:
            raise PeerUnreachableError(self.region)
        return self._pair.hubs[self.region]


class RegionPair:
    """A hub in two regions; `hubs` maps each region to what it sees, `on_its_way` is undelivered.

    `clocks` gives a region a clock of its own. While `link_down`, no region reads in the other.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        environment: str = "TEST",
        secret: bytes = b"a secret of tests only",
        clocks: Mapping[str, Clock] | None = None,
    ) -> None:
        self.link_down = False
        self.on_its_way: list[Change] = []
        self.hubs: dict[str, MemoryHub] = {}
        self._written = 0
        for region, other in ((REGION, OTHER_REGION), (OTHER_REGION, REGION)):
            own_clock = (clocks or {}).get(region, clock)
            bare = memory_hub(own_clock, environment=environment, secret=secret, operating=False)
            self.hubs[region] = self._replicated(bare, region, other)

    @classmethod
    def of(cls, hub: MemoryHub) -> RegionPair:
        """Return a pair both of whose regions hold what a hub holds, with its clock and secret."""
        pair = cls(hub.clock, environment=hub.environment, secret=hub.identifier_secret.read())
        for mine in pair.hubs.values():
            for name in TABLES:
                for item in getattr(hub, name).items():
                    getattr(mine, name).commit(Put(item))
            for name in BUCKETS:
                getattr(mine, name).fill_from(getattr(hub, name))
        pair.on_its_way.clear()
        return pair

    def deliver(self, *changes: Change) -> None:
        """Let changes arrive in the other region, in this order."""
        for change in changes:
            self.on_its_way.remove(change)
            change.deliver()

    def deliver_all(self) -> None:
        """Let everything that is on its way arrive, in the order in which it was written."""
        self.deliver(*self.on_its_way)

    def lose(self, region: str) -> list[Change]:
        """Take out of the way what a region wrote and that did not arrive, and return it."""
        lost = [each for each in self.on_its_way if each.source == region]
        self.on_its_way = [each for each in self.on_its_way if each.source != region]
        return lost

    def _replicated(self, bare: MemoryHub, region: str, other: str) -> MemoryHub:
        def stamp() -> Stamp:
            self._written += 1
            return Stamp(bare.clock.now(), self._written, region)

        def sends_item(port: str) -> Callable[[Key, Item | None, Stamp], None]:
            def send(key: Key, item: Item | None, stamp: Stamp) -> None:
                there: ReplicatedState = getattr(self.hubs[other], port)
                arrive = partial(there.arrive, key, item, stamp)
                self.on_its_way.append(Change(region, port, "/".join(key), arrive))

            return send

        def bucket(port: str) -> ReplicatedObjects:
            def send(version: ObjectVersion) -> None:
                there: ReplicatedObjects = getattr(self.hubs[other], port)
                arrive = partial(there.arrive, version, made)
                self.on_its_way.append(Change(region, port, version.key, arrive))

            made = ReplicatedObjects(bare.clock, port, region, send)
            return made

        state = ReplicatedState(stamp, sends_item("state"))
        return replace(
            bare,
            state=state,
            views=MemoryViews(state),
            directory=ReplicatedState(stamp, sends_item("directory"), indexes_of(MasterDirectory)),
            inbound=bucket("inbound"),
            outbound=bucket("outbound"),
            data=bucket("data"),
            lease=TableLease(state, bare.clock, region),
            gate=TableGate(state),
            peer=MemoryPeer(self, other),
        )


def _lies(bucket: MemoryObjects, key: str, version_id: str | None = None) -> bool:
    try:
        bucket.describe(key, version_id)
    except ObjectMissingError:
        return False
    return True
