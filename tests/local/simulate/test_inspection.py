"""What went wrong inside a hub is found at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from mdmr.exchange.ledger import receipts, slots
from mdmr.exchange.ledger.incidents import opened
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Report, Staged
from mdmr.ports.state import Put
from mdmr.ports.work import InRun, InSet, WorkedIn
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.state import MemoryState
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.rows import FileSet, SetStep
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.stopping import STOPPED_SET
from mdmr_local.hub import LocalHub
from mdmr_local.simulate import inspection
from mdmr_local.simulate.outcome import NO_RECEIPT, FileEnd, Outcome
from msgspec.structs import replace

NOW = datetime(2025, 8, 20, 15, tzinfo=UTC)
KEY = "ORG11111/ORG11111.ORG11111.1000.00.202508200005.DAT"


class Clock:
    def now(self) -> datetime:
        return NOW


@dataclass
class StepFunctions:
    """Answers like the service: executions by status."""

    failed: list[str] = field(default_factory=list)

    def list_state_machines(self) -> dict[str, Any]:
        return {"stateMachines": [{"name": "identifiers", "stateMachineArn": "arn"}]}

    def get_paginator(self, _: str) -> StepFunctions:
        return self

    def paginate(self, *, stateMachineArn: str, statusFilter: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        assert stateMachineArn == "arn"
        if statusFilter == "FAILED":
            yield {"executions": [{"name": name} for name in self.failed]}


@dataclass
class Hub:
    """As much of a local hub as inspection looks at."""

    state: MemoryState = field(default_factory=MemoryState)
    inbound: MemoryObjects = field(default_factory=lambda: MemoryObjects(Clock(), "inbound"))
    machines: StepFunctions = field(default_factory=StepFunctions)

    @property
    def embedded(self) -> Hub:
        return self

    def client(self, _: str) -> StepFunctions:
        return self.machines

    def failures(self, ends: list[FileEnd] | None = None) -> list[str]:
        return list(inspection.failures(cast("LocalHub", self), ends or [], NOW))

    def files(self) -> list[FileEnd]:
        return inspection.files(cast("LocalHub", self))

    def take_in(
        self, *states: FileState, code: str = "", worked_in: WorkedIn | None = None, key: str = KEY
    ) -> None:
        """Put an object with a receipt that went through some states."""
        self.inbound.put_new(key, b"content")
        (version,) = self.inbound.versions(key)
        arrival = Arrival(key, version.version_id, version.size, version.arrived)
        receipt = Receipt(arrival, FileState.ARRIVED, 1, "", code=code, worked_in=worked_in)
        for state in states:
            receipt = receipt.moved(state, NOW, "as it is")
        self.state.commit(Put(receipts.item_of(receipt)))


@pytest.fixture
def hub() -> Hub:
    return Hub()


def test_a_hub_in_which_nothing_failed_has_no_failures(hub: Hub) -> None:
    hub.take_in(FileState.ACCEPTED, FileState.PROCESSING, FileState.DONE)

    assert hub.failures(hub.files()) == []


def test_an_object_without_receipt_is_a_failure(hub: Hub) -> None:
    hub.inbound.put_new(KEY, b"content")

    assert hub.failures(hub.files()) == [f"{KEY}: {NO_RECEIPT}"]


@pytest.mark.parametrize(
    "states", [(FileState.PROCESSING,), (FileState.PROCESSING, FileState.FAILED)]
)
def test_a_file_that_stays_short_of_its_end_is_a_failure(
    hub: Hub, states: tuple[FileState, ...]
) -> None:
    hub.take_in(FileState.ACCEPTED, *states)

    assert hub.failures(hub.files()) == [f"{KEY}: {states[-1].value} as it is"]


def test_a_file_refused_for_an_internal_failure_is_a_failure(hub: Hub) -> None:
    hub.take_in(FileState.REJECTED, code="F099")

    assert hub.failures(hub.files()) == [f"{KEY}: refused after an internal failure (F099)"]


def test_a_file_refused_for_its_own_fault_is_none(hub: Hub) -> None:
    hub.take_in(FileState.REJECTED, code="F003")

    assert hub.failures(hub.files()) == []


@pytest.mark.parametrize(
    ("state", "worked_in", "reason"),
    [
        (FileState.HELD, None, "as it is"),
        (FileState.ACCEPTED, None, "no process yet"),
        (
            FileState.ACCEPTED,
            InRun("identifiers", "identifiers-x"),
            "waits for the run identifiers-x",
        ),
    ],
)
def test_a_file_that_rightly_waits_is_open_with_its_reason(
    hub: Hub, state: FileState, worked_in: WorkedIn | None, reason: str
) -> None:
    hub.take_in(state, worked_in=worked_in)

    ends = hub.files()

    assert hub.failures(ends) == []
    still_open = Outcome(NOW, NOW, files=ends).data()["still_open"]
    assert [each["reason"] for each in still_open] == [reason]


class TestASetThatIsStopped:
    KEY = "ORG22222/ORG11111.ORG22222.4000.00.202508200005.tx0001.00.01.DAT"
    SET = SetId("ORG11111", "ORG22222", "4000", "tx0001")

    @pytest.mark.parametrize(
        ("status", "text"),
        [("20", "STOPPED AT THRESHOLD: SAG CHANGES 2 OF 1"), ("10", "STOPPED AT AUTHORIZATION")],
    )
    def test_as_the_operator_is_asked_waits_for_a_reason(
        self, hub: Hub, status: str, text: str
    ) -> None:
        self.stop(hub, status, text)
        ends = hub.files()
        assert hub.failures(ends) == []
        (still_open,) = Outcome(NOW, NOW, files=ends).data()["still_open"]
        reason = f"the set waits for the operator to release or refuse it: {text}"
        assert (still_open["state"], still_open["reason"]) == ("PROCESSING", reason)

    @pytest.mark.parametrize("status", ["31", "40", "99"])
    def test_as_the_hub_failed_is_a_failure(self, hub: Hub, status: str) -> None:
        self.stop(hub, status, "SYSTEM FAILURE")
        found = hub.failures(hub.files())
        assert found == [
            f"{self.KEY}: PROCESSING as it is",
            f"incident: STOPPED_SET about {self.SET} of ORG11111",
        ]

    def stop(self, hub: Hub, status: str, text: str) -> None:
        states = (FileState.ACCEPTED, FileState.PROCESSING)
        hub.take_in(*states, worked_in=InSet(*self.SET), key=self.KEY)
        steps = (SetStep(SetState.PROCESSING, NOW), SetStep(SetState.STOPPED, NOW, status))
        each = FileSet(self.SET, SetState.STOPPED, NOW, 1, history=steps)
        stopped = replace(each, status=status, status_text=text)
        hub.state.commit(rows.begin(each))
        hub.state.commit(rows.move(each, stopped, now=NOW))
        subject = str(self.SET)
        hub.state.commit(opened(subject=subject, organization="ORG11111", what=STOPPED_SET, at=NOW))


def test_an_open_incident_is_a_failure(hub: Hub) -> None:
    hub.state.commit(opened(subject="x", organization="ORG11111", what="Broken", at=NOW))

    assert hub.failures() == ["incident: Broken about x of ORG11111"]


@pytest.mark.parametrize(("minutes", "found"), [(-15, 1), (15, 0)])
def test_a_run_that_should_be_over_is_a_failure(hub: Hub, minutes: int, found: int) -> None:
    slot = slots.Slot("identifiers", NOW + timedelta(minutes=minutes))
    arrival = Arrival(KEY, "1", 1, NOW)
    receipt = Receipt(arrival, FileState.ARRIVED, 1, "", ldc="ORG11111")
    hub.state.commit(*slots.join(slot, receipt))

    assert hub.failures() == [f"run not finished: {slot.id}"] * found


def test_a_report_that_was_not_delivered_is_a_failure(hub: Hub) -> None:
    report = Report("FR01", "ORG11111", "ORG22222", "x", Staged("staged/x", 1))
    hub.state.commit(*deliveries.intend(hub.state, [report], now=NOW, epoch=1)[1])

    assert hub.failures() == [
        "not delivered: ORG22222/ORG11111.ORG22222.FR01.00.20250820100000.DAT"
    ]


def test_a_failed_execution_is_a_failure(hub: Hub) -> None:
    hub.machines.failed.append("identifiers-x")

    assert hub.failures() == ["execution identifiers-x of identifiers: FAILED"]
