"""Laws of outbound names: whoever decides when, no two files for one recipient share a name."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.instants import EST
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Report, Staged
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.market import AGENT, LDC, register
from tests.support.turns import Turns

# A second and a minute before the end of a day, a leap day, a year.
EDGES = [datetime(2023, 12, 31), datetime(2024, 2, 28), datetime(2025, 8, 20)]  # noqa: DTZ001
STEPS = {"FR01": timedelta(seconds=1), "IR01": timedelta(minutes=1)}
instants = st.builds(
    lambda day, seconds: day.replace(tzinfo=EST) + timedelta(days=1, seconds=seconds),
    st.sampled_from(EDGES),
    st.integers(-120, 60) | st.floats(-3, 3),
)
kinds = st.sampled_from(sorted(STEPS))


def new_hub() -> MemoryHub:
    hub = memory_hub(FixedClock(datetime(2025, 1, 1, tzinfo=EST)))
    register(hub)
    return hub


def decide(hub: Hub, file_id: str, subjects: list[str], at: datetime) -> None:
    """Decide reports about subjects at an instant, again until no other took a name between."""
    reports = [Report(file_id, LDC, AGENT, each, Staged("staged/x", 0)) for each in subjects]
    while True:
        _, writes = deliveries.intend(hub.state, reports, now=at, epoch=1)
        try:
            return hub.state.commit(*writes)
        except ConditionFailedError:
            continue


def names(hub: MemoryHub) -> list[str]:
    """Return the times in the names given, the earliest first."""
    found = deliveries.of_recipient(hub.state, AGENT)
    return sorted(each.name.date_time for each in found)


@given(kinds, st.lists(st.tuples(instants, st.integers(1, 4)), min_size=1, max_size=8))
def test_names_rise_strictly_whatever_the_clock_does(
    file_id: str, decisions: list[tuple[datetime, int]]
) -> None:
    hub, before, total = new_hub(), datetime.min.replace(tzinfo=EST), 0
    for number, (at, count) in enumerate(decisions):
        subjects = [f"{number} {each}" for each in range(count)]
        reports = [Report(file_id, LDC, AGENT, each, Staged("staged/x", 0)) for each in subjects]
        made, writes = deliveries.intend(hub.state, reports, now=at, epoch=1)
        hub.state.commit(*writes)
        for delivery in made:
            time = delivery.name.time
            assert time is not None
            assert time > before
            assert time >= at - STEPS[file_id]
            assert time == delivery.created
            before, total = time, total + 1
    assert len(set(names(hub))) == total


@given(kinds, st.lists(instants, min_size=2, max_size=5), st.integers(0, 2**32))
def test_no_name_is_given_twice_in_any_interleaving(
    file_id: str, decisions: list[datetime], seed: int
) -> None:
    hub = new_hub()
    works = [
        partial(decide, file_id=file_id, subjects=[f"{number} a", f"{number} b"], at=at)
        for number, at in enumerate(decisions)
    ]
    assert Turns(hub, works, seed).run() == [None] * len(works)
    assert len(set(names(hub))) == 2 * len(works)


@pytest.mark.parametrize(
    ("file_id", "at", "given"),
    [
        ("FR01", datetime(2025, 12, 31, 23, 59, 59), ["20251231235959", "20260101000000"]),  # noqa: DTZ001
        ("IR01", datetime(2025, 12, 31, 23, 59, 59), ["202512312359", "202601010000"]),  # noqa: DTZ001
        ("FR01", datetime(2024, 2, 28, 23, 59, 59), ["20240228235959", "20240229000000"]),  # noqa: DTZ001
        ("2000", datetime(2025, 3, 9, 1, 59), ["202503090159", "202503090200"]),  # noqa: DTZ001
    ],
)
def test_names_step_over_the_end_of_a_day_and_know_no_daylight_time(
    file_id: str, at: datetime, given: list[str]
) -> None:
    hub = new_hub()
    decide(hub, file_id, ["a", "b"], at.replace(tzinfo=EST))
    assert names(hub) == given


def test_many_reports_of_one_second_take_a_second_each() -> None:
    hub, at = new_hub(), datetime(2025, 12, 31, 23, 59, 30, tzinfo=EST)
    for batch in range(4):
        decide(hub, "FR01", [f"{batch} {each}" for each in range(50)], at)
    found = names(hub)
    assert (len(set(found)), found[0], found[-1]) == (200, "20251231235930", "20260101000249")
