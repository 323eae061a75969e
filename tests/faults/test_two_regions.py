"""A function of yesterday's region: frozen at any effect while the other region takes over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import pytest
from mdmr.ports.objects import ObjectStore

from tests.faults.switching import TwoRegions, told
from tests.support.call import Call
from tests.support.calls import CALLS
from tests.support.crashing import Effect
from tests.support.pictures import Essence, essence
from tests.support.snapshots import again, undisturbed

Prepared = Callable[[], Call]
# What a function may still do that lost the lease, because it is the same whoever does it.
HARMLESS = {
    "directory": "numbers are derived: the new region draws the same one for the same pair",
    "data": "staged records lie under the hash of what they are",
    "outbound": "a report's bytes follow from its decision, which both regions hold; none is "
    "written over",
}
# How long Lambda lets a function live at most.
LONGEST = timedelta(minutes=15)
_NOTICE = "NT01"
# By then the hourly sweep has found what the old region left behind, and what that brought on.
AFTERWARDS = timedelta(hours=2)
LONGER = {"beginning a plan": timedelta(hours=4), "leaving to the gateway": timedelta(hours=26)}


@pytest.mark.parametrize("title", CALLS)
class TestAFunctionThatIsFrozenAtAnyEffect:
    """The other region is promoted meanwhile, works, and ends where one region alone would."""

    def test_and_goes_on_before_the_new_region_works(self, title: str) -> None:
        prepared, afterwards = CALLS[title], LONGER.get(title, AFTERWARDS)
        effects, wanted = one_region_alone(prepared, LONGEST + afterwards)
        for number in _numbers(effects, odd=False):
            regions = TwoRegions(again(prepared), seed=number)
            regions.frozen(number, regions.switch)
            check_that_nothing_was_decided(regions)
            regions.arrive()
            regions.go_on()
            regions.pass_time(LONGEST + afterwards)
            check_the_end(regions, wanted, f"{number} {effects[number].name}")

    def test_and_goes_on_after_the_new_region_has_worked(self, title: str) -> None:
        prepared, afterwards = CALLS[title], LONGER.get(title, AFTERWARDS)
        effects, wanted = one_region_alone(prepared, LONGEST + afterwards)
        for number in _numbers(effects, odd=True):
            regions = TwoRegions(again(prepared), seed=number)

            def meanwhile(regions: TwoRegions = regions) -> None:
                regions.switch()
                regions.go_on()
                regions.pass_time(LONGEST)

            regions.frozen(number, meanwhile)
            check_that_nothing_was_decided(regions)
            regions.pass_time(afterwards)
            check_the_end(regions, wanted, f"{number} {effects[number].name}")

    def test_that_was_taken_for_lost_with_its_region(self, title: str) -> None:
        """The region is cut off, not dead: its lease lapses, and the new one has waited for that.

        The function goes on after the new region has worked; then they see each other again.
        """
        prepared, afterwards = CALLS[title], LONGER.get(title, AFTERWARDS)
        effects, wanted = one_region_alone(prepared, LONGEST + afterwards)
        for number in (at for at, each in enumerate(effects) if each.writes):
            regions = TwoRegions(again(prepared), seed=number)

            def meanwhile(regions: TwoRegions = regions) -> None:
                regions.arrive()
                regions.take_over()
                regions.go_on()

            regions.frozen(number, meanwhile)
            check_that_nothing_was_decided(regions)
            regions.heal()
            regions.pass_time(LONGEST + afterwards)
            check_the_end(regions, wanted, f"{number} {effects[number].name}")


@cache
def one_region_alone(prepared: Prepared, afterwards: timedelta) -> tuple[list[Effect], Essence]:
    """Return the effects of a call, and what it comes to when nothing disturbs it."""
    effects, _ = undisturbed(prepared)
    call = again(prepared)
    call.on(call.platform.worker)
    call.platform.pass_time(afterwards)
    return effects, essence(call.platform.hub)


def _numbers(effects: list[Effect], *, odd: bool) -> list[int]:
    """Return at which effects to freeze: at every write, and at every other one of the rest."""
    return [number for number, each in enumerate(effects) if each.writes or number % 2 == odd]


def check_that_nothing_was_decided(regions: TwoRegions) -> None:
    """Assert that the old region wrote nothing since it lost the lease that a decision is."""
    wrote = {each.port for each in regions.written_since}
    assert wrote <= set(HARMLESS)


def check_the_end(regions: TwoRegions, wanted: Essence, where: str) -> None:
    """Assert that both regions hold what one alone would, and that nobody was told two things."""
    regions.arrive()
    found = essence(regions.new, once=False)
    assert found.files == wanted.files, where
    assert found.numbers == wanted.numbers, where
    assert found.undelivered == wanted.undelivered == [], where
    assert _timeless(found) == _timeless(wanted), where
    events = told(regions)
    assert all(each == first for first, *rest in events.values() for each in rest), where
    assert {(each.kind, each.detail["organization"]) for each, *_ in events.values()} == {
        (kind, organization) for kind, organization, _ in wanted.told
    }, where
    assert regions.old.state.items() == regions.new.state.items(), where
    for one, other in (
        (regions.old.outbound, regions.new.outbound),
        (regions.old.inbound, regions.new.inbound),
        (regions.old.data, regions.new.data),
    ):
        assert contents(one) == contents(other), where


def contents(bucket: ObjectStore) -> dict[str, bytes]:
    """Return the bytes of each object; all its versions have the same."""
    found: dict[str, set[bytes]] = {}
    for each in bucket.versions(""):
        body = b"".join(bucket.stream(each.key, each.version_id))
        found.setdefault(each.key, set()).add(body)
    if bucket.name == "outbound":
        assert all(len(bodies) == 1 for bodies in found.values())
    return {key: min(bodies) for key, bodies in found.items()}


def _timeless(found: Essence) -> list[tuple[str, ...]]:
    """Return what was received; of notices, which tell when and are numbered, what they are."""
    return sorted(
        (*each[:3], each[4], each[6], *each[10:12]) if each[1] == _NOTICE else each
        for each in found.received
    )
