"""Events that come once more, long after all was done: nothing may change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mdmr.ports.state import Item
from mdmr.stores.memory.hub import MemoryHub

from tests.simulation.cloud import Cloud
from tests.simulation.deployed import deployed
from tests.simulation.uploads import Upload

_LONG = timedelta(minutes=90)
_EVENTS = 6


@dataclass(frozen=True)
class Picture:
    """All that lasts."""

    state: list[Item]
    directory: list[Item]
    outbound: list[str]
    told: set[str]


def repeat(cloud: Cloud, uploads: list[Upload], where: str) -> Iterator[tuple[str, str]]:
    """Some of all that was ever told and begun comes again, and nothing is changed by it."""
    cloud.sweeping = False
    before = _picture(cloud.common)
    dice = cloud.chance.dice
    for _ in range(_EVENTS):
        kind = dice.randint(0, 2)
        if kind == 0:
            cloud.tell(dice.choice(uploads).known, where)
        elif kind == 1 and (ids := [each for each in before.state if each["sk"] == "DELIVERY"]):
            delivery = str(dice.choice(ids)["pk"]).partition("#")[2]
            queue = cloud.queues[where, deployed().ports["publish_queue"]]
            queue.put(json.dumps({"delivery": delivery}), 0)
        elif cloud.executions:
            _, process, name, data = dice.choice(cloud.executions)
            cloud.run_execution(where, process, f"{name}-repeated", data)
    cloud.engine.run(cloud.engine.now + _LONG)
    after = _picture(cloud.common)
    for name in ("directory", "outbound", "told"):
        if getattr(before, name) != getattr(after, name):
            yield name, "is not what it was"
    yield from _changed(before.state, after.state)


def _changed(before: list[Item], after: list[Item]) -> Iterator[tuple[str, str]]:
    one, two = ({(each["pk"], each["sk"]): each for each in items} for items in (before, after))
    for key in sorted(one.keys() | two.keys(), key=str):
        if one.get(key) != two.get(key):
            yield str(key[0]), f"was {_short(one.get(key))}, is {_short(two.get(key))}"


def _short(item: Any) -> str:  # noqa: ANN401 - an item or None
    return str(item)[:200]


def _picture(common: MemoryHub) -> Picture:
    return Picture(
        common.state.items(),
        common.directory.items(),
        [f"{each.key} {each.version_id}" for each in common.outbound.versions("")],
        {json.dumps(each.detail, sort_keys=True) for each in common.notifications.sent},
    )
