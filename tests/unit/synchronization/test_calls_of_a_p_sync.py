"""What a P-Sync asks of the directory and the buckets: for what changed, whatever the rest."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST

from tests.support.crashing import Effect, Seen, watched
from tests.support.story import Platform
from tests.support.towns import sdp
from tests.support.working import files_of, found, hub_with, process, send, stage

NOW = datetime(2025, 10, 21, 15, 0, 30, tzinfo=EST)
HOUR = timedelta(hours=1)
FEW, MANY = 12, 60


def usdps(count: int) -> list[str]:
    return [f"{1000 + number}4821" for number in range(count)]


def told(sdps: int, changed: int = 0) -> str:
    """Return the records of so many SDPs with an account each; some have another one by now."""
    records = []
    for number, usdp in enumerate(usdps(sdps)):
        since = "20251010" if number < changed else "20250901"
        account = f"ACC-{number}{'B' if number < changed else 'A'}"
        records.append(f"{sdp(usdp)}REL|SA|{usdp}|{account}|{since}000000|\n")
    return "".join(records)


def effects_of_the_second(sdps: int, changed: int) -> list[Effect]:
    """Return what a P-Sync asks of its ports whose LDC sent all SDPs before, some otherwise."""
    hub = hub_with(usdps(sdps), at=NOW)
    work(hub, told(sdps), 1)
    hub.clock.move_to(NOW + HOUR)
    seen = Seen()
    work(hub, told(sdps, changed), 2, seen)
    return seen.effects


def work(hub: Platform, records: str, number: int, seen: Seen | None = None) -> None:
    files = files_of(records, f"tx{number:04}", number, at=hub.clock.now(), file_id="3000")
    set_id = send(hub, files)
    ports = hub.hub if seen is None else watched(hub.hub, seen)
    stage(ports, set_id)
    assert process(ports, set_id) == "OVER"
    assert found(hub.hub, set_id).status == "00"


def calls(effects: list[Effect]) -> Counter[str]:
    return Counter(each.name for each in effects)


def items(effects: list[Effect], method: str) -> Counter[str]:
    """Return how many items of each kind a method of the directory was given, by partition."""
    given = [
        each
        for effect in effects
        if effect.name == f"directory.{method}"
        for each in effect.arguments[0]
    ]
    partitions = (each.item["pk"] if method == "put_all" else each.partition for each in given)
    return Counter(str(each).partition("#")[0] for each in partitions)


@pytest.mark.parametrize("sdps", [FEW, MANY])
def test_one_that_changes_nothing_asks_the_directory_for_nothing(sdps: int) -> None:
    asked = [each.name for each in effects_of_the_second(sdps, 0) if each.port == "directory"]
    assert asked == []


@pytest.mark.parametrize("changed", [1, 2, 10])
@pytest.mark.parametrize("sdps", [FEW, MANY])
def test_one_reads_and_writes_the_documents_that_it_changes(sdps: int, changed: int) -> None:
    effects = effects_of_the_second(sdps, changed)
    assert items(effects, "put_all") == {"SDP": changed}
    assert items(effects, "get_many")["SDP"] == changed


@pytest.mark.parametrize("changed", [0, 1, 10])
def test_the_calls_of_one_do_not_grow_with_what_is_unchanged(changed: int) -> None:
    few, many = (effects_of_the_second(sdps, changed) for sdps in (FEW, MANY))
    assert calls(few) == calls(many)
    assert items(few, "get_many") == items(many, "get_many")


def test_the_calls_of_one_do_not_grow_with_what_it_changes_but_their_items_do() -> None:
    one, ten = (effects_of_the_second(MANY, changed) for changed in (1, 10))
    assert calls(one) == calls(ten)
    read, more = items(one, "get_many"), items(ten, "get_many")
    assert more == {kind: 10 * count for kind, count in read.items()}
