"""The components that a virtual SDP has at an instant, and the units in which they measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from mdmr.directory.values import one_at
from mdmr.synchronization.processing.components import COMPONENTS, Component, is_component
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.records import parameter


def components(work: Work, usdp: str, at: datetime) -> list[Component]:
    """Return the components of a virtual SDP at an instant."""
    return [
        Component.of(name)
        for name, timeline in work.timelines(work.sdp(usdp), is_component)
        if timeline.at(at)
    ]


def unit(work: Work, component: Component, at: datetime) -> str:
    """Return the unit of a component's channel at an instant, empty where it is not defined."""
    meter_id = work.meter_id_at(component.id, at)
    if not meter_id:
        return ""
    return one_at(work.now(work.meter(meter_id), parameter(f"CH{component.channel}")), at)


def units(work: Work, usdp: str, channel: str, at: datetime) -> set[str]:
    """Return the units of all components of a channel of a virtual SDP at an instant.

    They are kept from one record to the next, so that a record of a component does not cost as
    much as the SDP has components: those of one Start come one after the other.
    """
    known = work.units.get((usdp, channel))
    if known is None or known.at != at:
        known = work.units[usdp, channel] = Units(work, usdp, channel, at)
    return known.now()


class Units:
    """The units of the components of a channel of a virtual SDP at an instant.

    Right as long as the meters behind them and their channels stay, which are worked before.
    """

    def __init__(self, work: Work, usdp: str, channel: str, at: datetime) -> None:
        self.at = at
        self._work = work
        self._entity = work.sdp(usdp)
        self._channel = f"{COMPONENTS}{channel}/"
        self._known: dict[str, str] = {}
        self._counted: Counter[str] = Counter()
        self._seen = len(work.puts(self._entity))
        self._take(name for name, _ in work.timelines(self._entity, is_component))

    def now(self) -> set[str]:
        """Return the units by now."""
        names = self._work.puts(self._entity)
        self._take(names[self._seen :])
        self._seen = len(names)
        return {each for each, count in self._counted.items() if count}

    def _take(self, names: Iterable[str]) -> None:
        """Take note of the components of timelines as they are by now."""
        for name in names:
            if not name.startswith(self._channel):
                continue
            if name in self._known:
                self._counted[self._known.pop(name)] -= 1
            if self._work.now(self._entity, name).at(self.at):
                found = self._known[name] = unit(self._work, Component.of(name), self.at)
                self._counted[found] += 1
