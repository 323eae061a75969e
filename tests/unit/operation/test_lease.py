"""The actions about the lease as the operator's command asks them."""

from __future__ import annotations

from typing import Any

import pytest
from mdmr.operation.commands import answer
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.regions import RegionPair

from tests.unit.continuity.regions import HERE, NOON, THERE, Regions


def ask(regions: Regions, region: str, action: str, **given: str) -> dict[str, Any]:
    return answer(regions.pair.hubs[region], {"action": action, "by": "ann", **given}, region)


@pytest.mark.parametrize("region", [HERE, THERE])
def test_either_region_tells_how_the_lease_stands(region: str) -> None:
    lease = ask(Regions(), region, "lease.show")["lease"]
    assert lease["region"] == region
    assert lease["second_region"] == (THERE if region == HERE else HERE)
    assert lease["holdings"] == [{"active": HERE, "epoch": 1, "phase": "run", "solo": False}]
    assert (lease["shards"], lease["orders"]) == (16, [])


def test_a_hub_of_one_region_has_no_second() -> None:
    told = answer(memory_hub(FixedClock(NOON)), {"action": "lease.show", "by": "ann"}, HERE)
    assert told["lease"]["second_region"] is None
    assert [each["solo"] for each in told["lease"]["holdings"]] == [True]


def test_the_active_region_goes_on_alone_and_is_paired_again() -> None:
    regions = Regions()
    told = ask(regions, HERE, "lease.alone", why="the standby is lost")
    assert [each["solo"] for each in told["lease"]["holdings"]] == [True]
    regions.pair.deliver_all()
    told = ask(regions, HERE, "lease.pair", why="it is back")
    assert [each["solo"] for each in told["lease"]["holdings"]] == [False]
    orders = [(each["what"], each["by"], each["why"]) for each in told["lease"]["orders"]]
    assert sorted(orders) == [
        ("alone", "ann", "the standby is lost"),
        ("pair", "ann", "it is back"),
    ]


@pytest.mark.parametrize("action", ["lease.alone", "lease.pair"])
def test_the_standby_is_refused(action: str) -> None:
    told = ask(Regions(), THERE, action, why="a mistake")
    assert told == {
        "ok": False,
        "faults": [{"path": "", "text": f"{THERE} does not hold the lease"}],
    }


@pytest.mark.parametrize("why", ["", " ", "x" * 201, "two\nlines"])
def test_an_order_needs_a_reason(why: str) -> None:
    told = ask(Regions(), HERE, "lease.alone", why=why)
    assert [each["path"] for each in told["faults"]] == ["why"]


def test_a_hub_is_started_in_one_region_only() -> None:
    regions = Regions()
    assert ask(regions, THERE, "start") == {"ok": True, "lease_given": 0, "gateway_opened": False}


@pytest.mark.parametrize(
    ("link_down", "text"),
    [
        (False, "the other region was started; that has not arrived here yet"),
        (True, "the other region does not answer"),
    ],
)
def test_a_start_that_may_be_the_second_is_refused(*, link_down: bool, text: str) -> None:
    pair = RegionPair(FixedClock(NOON))
    asked = {"action": "start", "by": "ann"}
    answer(pair.hubs[HERE], asked, HERE)
    pair.link_down = link_down
    told = answer(pair.hubs[THERE], asked, THERE)
    assert told["faults"] == [{"path": "", "text": text}]
