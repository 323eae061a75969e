"""The register of processes: every row has its type, its state machine, and does what it must."""

from __future__ import annotations

import subprocess
import sys

import pytest
from mdmr.exchange.files.filetypes import VERSIONS
from mdmr.exchange.inbound.following import follow
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.ports.processes import Process
from mdmr.ports.state import Put
from mdmr.processes.on_demand import RegisterOnDemand
from mdmr.processes.register import REGISTER
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON, name
from tests.support.story import platform
from tools.sam_template import read_template

TAILS = {"3000": ".tx1.00.01", "4000": ".tx1.00.01"}
ROWS = [pytest.param(*key, process, id=".".join(key)) for key, process in REGISTER.rows.items()]


def receipt(file_id: str, version: str) -> Receipt:
    """Return the receipt of a file of a type before it is accepted."""
    text = name(file_id, version=version, tail=TAILS.get(file_id, ""))
    arrival = Arrival(f"{AGENT}/{text}", "v-1", 7, NOON)
    return Receipt(arrival, FileState.ARRIVED, 1, "digest", ldc=LDC, file_id=file_id)


def test_a_type_that_comes_in_has_a_process_in_all_its_versions_or_in_none() -> None:
    assert REGISTER.rows.keys() <= VERSIONS.keys()
    works = {file_id for file_id, _ in REGISTER.rows}
    assert {key for key in VERSIONS if key[0] in works} == REGISTER.rows.keys()


def test_every_process_is_known_once() -> None:
    names = [each.name for each in REGISTER.processes]
    assert names == sorted(set(names), key=names.index)
    assert set(REGISTER.processes) == set(REGISTER.rows.values())


def test_no_process_works_a_type_without_a_row() -> None:
    assert REGISTER.find("5000", "00") is None
    assert REGISTER.find("1000", "77") is None


def test_a_deployed_hub_imports_the_register_when_it_is_first_asked() -> None:
    code = (
        "import sys, mdmr.runtime.compose\n"
        "from mdmr.processes.on_demand import RegisterOnDemand as Register\n"
        "assert 'mdmr.processes.register' not in sys.modules\n"
        "found = Register().find('1000', '00')\n"
        "assert 'mdmr.processes.register' in sys.modules\n"
        "print(found.name)"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout == "identifiers\n"
    assert RegisterOnDemand().processes == REGISTER.processes


def test_every_process_has_its_state_machine_in_the_template() -> None:
    machines = {
        each["Properties"]["Name"]["Fn::Sub"].partition("${Environment}-")[2]
        for each in read_template()["Resources"].values()
        if each["Type"] == "AWS::Serverless::StateMachine"
    }
    assert {each.name for each in REGISTER.processes} <= machines


@pytest.mark.parametrize(("file_id", "version", "process"), ROWS)
class TestAProcess:
    def test_starts_what_a_file_joins(self, file_id: str, version: str, process: Process) -> None:
        hub, file = platform().hub, receipt(file_id, version)
        assert process.takes(hub, file.arrival.name)
        joined = process.join(hub, file, NOON)
        hub.state.commit(*joined.writes)
        process.start(hub, joined.worked_in)
        assert list(hub.processes.started) == [(process.name, joined.worked_in.id)]

    def test_is_started_by_what_follows_from_a_receipt(
        self, file_id: str, version: str, process: Process
    ) -> None:
        hub, file = platform().hub, receipt(file_id, version)
        joined = process.join(hub, file, NOON)
        accepted = replace(file, worked_in=joined.worked_in).moved(FileState.ACCEPTED, NOON)
        hub.state.commit(*joined.writes, Put(receipts.item_of(accepted)))
        assert follow(hub, accepted).followed
        assert list(hub.processes.started) == [(process.name, joined.worked_in.id)]

    def test_keeps_nothing_open_before_and_resumes_nothing(
        self, file_id: str, version: str, process: Process
    ) -> None:
        hub, file = platform().hub, receipt(file_id, version)
        assert process.open_work(hub, None, NOON) == []
        hub.state.commit(*process.join(hub, file, NOON).writes)
        process.resume(hub, 3)
        assert not hub.processes.started
