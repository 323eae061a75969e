"""A file joins its set: the first begins it, each part is taken once, a closed set takes none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.processes import NotRetriedError
from mdmr.ports.state import Absent, AnyOf, Equal, Key, Put, Update
from mdmr.ports.views import OrganizationScope, PageRequest
from mdmr.ports.work import InSet
from mdmr.stores.memory.hub import MemoryHub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import execution, rows
from mdmr.synchronization.sets.process import SYNCHRONIZATION
from mdmr.synchronization.sets.rows import FileSet, SetFile, SetStep
from mdmr.synchronization.sets.states import SetState
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON, name
from tests.support.story import platform

MINUTE = timedelta(minutes=1)
JOINED = NOON + MINUTE
SET = SetId(LDC, AGENT, "4000", "tx-1")
FIRST, SECOND = (name("4000", tail=f".tx-1.05.0{number}") for number in (1, 2))


def receipt(text: str, version: str = "v-1") -> Receipt:
    """Return the receipt of a file of the set before it is accepted."""
    arrival = Arrival(f"{AGENT}/{text}", version, 77, NOON)
    return Receipt(arrival, FileState.ARRIVED, epoch=4, sha256="digest", details=5, ldc=LDC)


@pytest.fixture
def hub() -> MemoryHub:
    return platform().hub


def join(hub: MemoryHub, file: Receipt) -> None:
    hub.state.commit(*SYNCHRONIZATION.join(hub, file, JOINED).writes)


def test_a_set_is_named_for_its_ldc_its_submitter_its_type_and_its_transaction() -> None:
    assert SetId.of_file(FileName.parse(FIRST)) == SET
    assert SetId.of_file(FileName.parse(name())) is None
    assert SetId.of_file(None) is None
    assert SET.worked_in == InSet(LDC, AGENT, "4000", "tx-1")
    assert SetId.of(SET.worked_in.id) == SET
    assert SET.key == Key(f"SET#{SET}", "SET")
    assert execution.run_of(SET) == Restart("synchronization", str(SET), {"set": str(SET)})


def test_the_first_file_begins_its_set(hub: MemoryHub) -> None:
    file = receipt(FIRST)
    joined = SYNCHRONIZATION.join(hub, file, JOINED)
    begun, taken = joined.writes
    assert joined.worked_in == SET.worked_in
    assert isinstance(begun, Put)
    assert isinstance(taken, Put)
    assert begun.condition == Absent()
    assert taken.condition == AnyOf((Absent(), Equal("receipt_id", file.id)))
    hub.state.commit(begun, taken)
    assert rows.find(hub.state, SET) == FileSet(
        SET,
        SetState.COLLECTING,
        first=JOINED,
        epoch=4,
        latest=file.id,
        history=(SetStep(SetState.COLLECTING, JOINED),),
    )
    listed = hub.views.page(rows.SETS, OrganizationScope(SET.ldc), PageRequest())
    assert listed.records == (rows.find(hub.state, SET),)
    other = hub.views.page(rows.SETS, OrganizationScope("ORG99999"), PageRequest())
    assert other.records == ()
    arrival = file.arrival
    assert rows.files(hub.state, SET) == [
        SetFile("05", "01", FIRST, arrival.key, "v-1", file.id, 5, NOON, JOINED)
    ]
    item = hub.state.get(SET.key) or {}
    assert (item["closed"], item["due"]) == (False, "2025-08-20T17:16:00.000Z")
    assert item["again"] == {
        "process": "synchronization",
        "name": str(SET),
        "input": {"set": str(SET)},
    }


def test_a_further_file_changes_only_what_tells_of_the_last_one(hub: MemoryHub) -> None:
    join(hub, receipt(FIRST))
    file = receipt(SECOND)
    more, taken = SYNCHRONIZATION.join(hub, file, JOINED).writes
    still_open = Equal("closed", value=False)
    assert more == Update(SET.key, set={"latest": file.id}, condition=still_open)
    assert isinstance(taken, Put)


def test_a_set_takes_files_until_it_is_closed(hub: MemoryHub) -> None:
    assert SYNCHRONIZATION.takes(hub, FIRST)
    join(hub, receipt(FIRST))
    assert SYNCHRONIZATION.takes(hub, SECOND)
    row = rows.find(hub.state, SET)
    assert row is not None
    hub.state.commit(rows.move(row, row.moved(SetState.STAGING, JOINED), now=JOINED))
    assert not SYNCHRONIZATION.takes(hub, SECOND)


def test_a_name_without_a_part_is_no_file_of_a_set(hub: MemoryHub) -> None:
    with pytest.raises(ValueError, match="F005"):
        SYNCHRONIZATION.join(hub, receipt(name("4000")), JOINED)


def test_no_single_file_of_a_set_is_worked_again(hub: MemoryHub) -> None:
    failed = replace(receipt(FIRST), state=FileState.FAILED)
    with pytest.raises(NotRetriedError):
        SYNCHRONIZATION.join_again(hub, failed, JOINED)


def test_a_name_without_its_part_is_refused_by_name_and_has_no_set(hub: MemoryHub) -> None:
    """The sender is told F005, not that the hub failed."""
    without = name("4000")
    assert SYNCHRONIZATION.takes(hub, without)
    assert take_in(hub, Arrival.of(hub.inbound.upload(f"{AGENT}/{without}", b"x"))).code == "F005"
