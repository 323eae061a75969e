"""A hub in two regions, one of which takes over while a function of the other is frozen."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mdmr.continuity.records import LEASE_KEYS, LeaseRow, rows_of
from mdmr.continuity.renewing import renew
from mdmr.continuity.switching import Order, demote, promote, run
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import REGION, MemoryHub
from mdmr.stores.memory.regions import OTHER_REGION, Change, RegionPair
from msgspec.structs import replace

from tests.support.call import Call
from tests.support.crashing import InterruptAt, around_of, watched
from tests.support.story import Platform

_RENEWED_EVERY = timedelta(minutes=4)
_MINUTE = timedelta(minutes=1)
_ARRIVED = 0.5


@dataclass
class ActivePlatform(Platform):
    """The platform of the region that took over: its lease is renewed, what it writes arrives."""

    around: Callable[[], object] = lambda: None

    def settle(self) -> None:
        """Work until nothing is left, the other region being in touch all the time."""
        self.around()
        super().settle()
        self.around()


class TwoRegions:
    """A prepared call's hub in two regions, paired, nothing being on its way."""

    def __init__(self, call: Call, seed: int = 0) -> None:
        self.call = call
        self.chance = random.Random(seed)
        self.pair = RegionPair.of(call.platform.hub)
        self._around = around_of(call.platform.worker)
        for hub in self.pair.hubs.values():
            for shard, item in enumerate(hub.state.get_many(LEASE_KEYS).values()):
                row = replace(from_item(LeaseRow, item), renewed_at=hub.clock.now(), solo=False)
                hub.state.commit(Put(row.to_item(shard)))
        self.pair.on_its_way.clear()
        self.written_since: list[Change] = []
        self.platform = ActivePlatform(
            self.new, call.platform.clock, worker=self.worker(self.new), around=self._keep_in_touch
        )

    @property
    def old(self) -> MemoryHub:
        """The region that is active first."""
        return self.pair.hubs[REGION]

    @property
    def new(self) -> MemoryHub:
        """The region that takes over."""
        return self.pair.hubs[OTHER_REGION]

    def worker(self, hub: MemoryHub) -> Hub:
        """Return what a function sees of a region's hub: disturbed as in the prepared call."""
        return hub if self._around is None else watched(hub, self._around)

    def arrive(self) -> None:
        """Let all that is on its way arrive, in any order."""
        while self.pair.on_its_way:
            self.pair.deliver(self.chance.choice(self.pair.on_its_way))

    def switch(self) -> None:
        """Demote the old region and promote the new one, which decides from then on."""
        demote(self.old, Order(REGION, "test", "drill"))
        self.arrive()
        promote(self.new, Order(OTHER_REGION, "test", "drill"))
        self.arrive()
        run(self.new, Order(OTHER_REGION, "test", "drill"))

    def take_over(self) -> None:
        """Promote the new region, the old one being cut off from it but alive."""
        self.pair.link_down = True
        run_from = promote(self.new, Order(OTHER_REGION, "test", "lost"), unreachable=True)
        clock = self.call.platform.clock
        while clock.now() < run_from:
            clock.advance(_MINUTE)
            with suppress(PeerUnreachableError):
                renew(self.old, REGION)
        run(self.new, Order(OTHER_REGION, "test", "lost"))

    def heal(self) -> None:
        """Let the two regions see each other again, and arrive what is on its way."""
        self.pair.link_down = False
        self.arrive()

    def go_on(self) -> None:
        """Let the new region do what was asked of the old one, and what follows at once."""
        with suppress(Exception):
            self.call.on(self.worker(self.new))
        self.platform.settle()

    def pass_time(self, by: timedelta) -> None:
        """Let time pass in the new region; only its platform is left."""
        self.platform.pass_time(by)

    def frozen(self, number: int, meanwhile: Callable[[], object]) -> None:
        """Call the old region's function; at effect `number` it freezes while something happens.

        What it writes after that is kept in `written_since`.
        """
        sent: list[Change] = []

        def act() -> None:
            meanwhile()
            # What the new region did may or may not be seen by the one that goes on.
            if not self.pair.link_down and self.chance.random() < _ARRIVED:
                self.arrive()
            sent.extend(self.pair.on_its_way)

        with suppress(Exception):
            self.call.on(watched(self.worker(self.old), InterruptAt(number=number, act=act)))
        self.written_since = [
            each
            for each in self.pair.on_its_way
            if each.source == REGION and not any(each is known for known in sent)
        ]

    def _keep_in_touch(self) -> None:
        if self.pair.link_down:
            return
        (renewed, *_) = (row.renewed_at for row in rows_of(self.new.state).values())
        if self.new.clock.now() - renewed >= _RENEWED_EVERY:
            renew(self.new, OTHER_REGION)
        self.arrive()


def told(regions: TwoRegions) -> dict[str, list[Any]]:
    """Return what organizations were told, before or by either region, by the event's id."""
    events: dict[str, list[Any]] = {}
    for hub in (regions.call.platform.hub, *regions.pair.hubs.values()):
        for each in hub.notifications.sent:
            events.setdefault(each.detail["id"], []).append(each)
    return events
