"""Copies of evidence: each record has one, whatever broke off in between."""

from __future__ import annotations

import json

import pytest
from mdmr.continuity.lease import TableLease
from mdmr.evidence import chain
from mdmr.evidence.filing import compare, file_away
from mdmr.exchange.inbound.sweep import sweep
from mdmr.ports.authority import NotActiveError
from mdmr.ports.objects import ObjectTakenError
from mdmr.ports.state import Delete, Key
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import FixedClock
from msgspec.structs import replace

from tests.unit.evidence.test_chain import NOON, deed, put


@pytest.fixture
def hub() -> MemoryHub:
    """A hub whose start left the first record, with two more."""
    found = memory_hub(FixedClock(NOON))
    for number in (2, 3):
        chain.commit(found, deed(f"deed {number}"), put(str(number)))
    return found


def copies(hub: MemoryHub) -> list[str]:
    return sorted(each.key for each in hub.evidence.versions(""))


NUMBERED = [f"operations/000000000{number}-000001.json" for number in (1, 2, 3)]


def test_every_record_gets_its_copy_once(hub: MemoryHub) -> None:
    assert (file_away(hub), file_away(hub)) == (3, 0)
    assert copies(hub) == NUMBERED
    assert compare(hub, 1, 3) == []


def test_a_copy_tells_the_deed_and_both_hashes(hub: MemoryHub) -> None:
    file_away(hub)
    first, second = (json.loads(hub.evidence.read(key)) for key in NUMBERED[:2])
    assert (second["by"], second["what"], second["epoch"]) == ("kim", "deed 2", 1)
    assert second["previous"] == first["sha256"]


def test_only_what_is_new_is_filed(hub: MemoryHub) -> None:
    file_away(hub)
    chain.commit(hub, deed("one more"), put("more"))
    assert file_away(hub) == 1


def test_what_a_crash_left_out_is_filed_by_the_sweep() -> None:
    operating = memory_hub(FixedClock(NOON))
    assert copies(operating) == []
    sweep(operating)
    assert copies(operating) == NUMBERED[:1]


def test_a_crash_before_it_was_noted_repeats_the_same(hub: MemoryHub) -> None:
    file_away(hub)
    hub.state.commit(Delete(Key("FILED#evidence", "EVIDENCE")))
    assert file_away(hub) == 3
    assert copies(hub) == NUMBERED


def test_the_bucket_of_the_other_region_gets_every_record_too(hub: MemoryHub) -> None:
    file_away(hub)
    elsewhere = MemoryObjects(hub.clock, "evidence-of-the-other-region")
    there = replace(hub, evidence=elsewhere)
    assert file_away(there) == 3
    assert copies(there) == NUMBERED


def test_the_region_that_is_not_active_files_nothing(hub: MemoryHub) -> None:
    lease = TableLease(hub.state, hub.clock, "ca-west-1")
    with pytest.raises(NotActiveError):
        file_away(replace(hub, lease=lease))
    assert copies(hub) == []


def test_something_else_in_the_place_of_a_copy_is_not_taken_for_it(hub: MemoryHub) -> None:
    hub.evidence.put_new(NUMBERED[1], b"forged")
    with pytest.raises(ObjectTakenError):
        file_away(hub)
    assert compare(hub, 1, 3) == [
        "record 2 differs from its copy in the bucket",
        "record 3 has no copy in the bucket",
    ]
