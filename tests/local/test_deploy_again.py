"""The hub deployed anew while file sets wait: they go on with the new code, once, to their end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.directory import reading
from mdmr.directory.documents import Entity, Kind
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.rows import FileSet
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import ROOT, LocalHub, deploy_hub

from tests.support.market import AGENT, LDC
from tests.support.towns import HOUSE, SHOP, sdp
from tests.support.working import files_of

START = datetime(2025, 10, 21, 15, tzinfo=EST)
DOCUMENT: dict[str, Any] = {
    "organizations": [
        {"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]},
        {"org_id": AGENT, "name": "Billing Services", "roles": ["AGENT"]},
        {"org_id": "ORG33333", "name": "Meter Readers", "roles": ["AMI"]},
    ],
    "authorizations": [{"ldc": LDC, "organization": AGENT, "file_id": "4000", "right": "SUBMIT"}],
    "universal_sdp_ids": [
        {"ldc": LDC, "sdp_id": f"SP-{usdp[:4]}", "universal_sdp_id": usdp} for usdp in (HOUSE, SHOP)
    ],
    "parameters": {
        LDC: {"sync.thr_floor_sdps": 1, "sync.thr_attr_min": 1, "sync.thr_attr_pct": 60}
    },
}
# What the next release does otherwise: a text of the reports, a state of the machine.
BEFORE = '"COMPLETE", "The hub applied all records."'
AFTER_ALL = ["00", "MADE ANEW"]
FIRST_STATE = "StartAt: Look\nStates:\n"
NEW_STATE = "Begin"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalHub]:
    """A hub that was deployed anew while sets waited, each for something else, and then got it."""
    with EmbeddedAws(virtual_start=START, patience=60) as aws:
        hub = deploy_hub(aws, "TEST")
        hub.operator.start()
        hub.operator.apply(DOCUMENT)
        send(hub, files(hub, sdp(HOUSE) + sdp(SHOP), 1))
        send(hub, files(hub, changed(HOUSE) + changed(SHOP), 2))
        lacking = files(hub, "", 3)
        *sent, late = sorted(lacking)
        send(hub, {name: lacking[name] for name in sent})
        send(hub, files(hub, changed(SHOP, "04", "20251010"), 4))
        waiting = {number: found(hub, number).state.value for number in range(1, 5)}
        assert waiting == {1: "COMPLETE", 2: "STOPPED", 3: "COLLECTING", 4: "HELD"}

        deploy_next_release(hub, tmp_path_factory.mktemp("release"))
        assert {number: found(hub, number).state.value for number in range(1, 5)} == waiting

        release(hub, 2)
        send(hub, {late: lacking[late]})
        send(hub, files(hub, changed(HOUSE, "04", "20251010"), 5))
        yield hub


def changed(usdp: str, group: str = "03", day: str = "20251001") -> str:
    return f"SAG|{usdp}|{group}|E|{day}000000|\n"


def release(hub: LocalHub, number: int) -> None:
    """Let a stopped set go on."""
    name = str(found(hub, number).id)
    hub.operator.ask("sets.decide", set=name, decision="RELEASE", why="right", request="one")
    hub.embedded.settle()


def deploy_next_release(hub: LocalHub, folder: Path) -> None:
    """Deploy a hub over this one whose code and state machine differ."""
    for each in ("functions", "layers", "statemachines"):
        shutil.copytree(ROOT / each, folder / each, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "template.yaml", folder)
    _change(
        folder / "layers/mdmr/mdmr/synchronization/codes_processing.py",
        BEFORE,
        BEFORE.replace("COMPLETE", AFTER_ALL[1]),
    )
    state = f"  {NEW_STATE}: {{Comment: Begins., Type: Pass, Next: Look}}\n"
    _change(
        folder / "statemachines/synchronize.asl.yaml",
        FIRST_STATE,
        FIRST_STATE.replace("Look", NEW_STATE) + state,
    )
    deploy_hub(hub.embedded, "TEST", template=folder / "template.yaml")


def _change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def files(hub: LocalHub, told: str, number: int) -> dict[str, bytes]:
    """Return the files of the set with a number."""
    at = hub.embedded.now().astimezone(EST)
    return files_of(told, f"tx{number:04}", number, at=at)


def send(hub: LocalHub, of_set: Mapping[str, bytes]) -> None:
    for name, content in of_set.items():
        hub.upload(AGENT, name, BytesIO(content))
    hub.embedded.settle()


def found(hub: LocalHub, number: int) -> FileSet:
    each = rows.find(hub.state, SetId(LDC, AGENT, "4000", f"tx{number:04}"))
    assert each is not None
    return each


def states(hub: LocalHub, number: int) -> list[str]:
    """Return the states that the one execution of a set has entered."""
    client = hub.embedded.client("stepfunctions")
    machine = hub.outputs["SynchronizationMachineArn"]
    (arn,) = (
        each["executionArn"]
        for each in client.list_executions(stateMachineArn=machine)["executions"]
        if each["name"] == str(found(hub, number).id)
    )
    assert client.describe_execution(executionArn=arn)["status"] in ("RUNNING", "SUCCEEDED")
    events = client.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    return [
        event["stateEnteredEventDetails"]["name"]
        for event in events
        if "stateEnteredEventDetails" in event
    ]


def statuses(hub: LocalHub, kind: str, number: int, to: str = LDC) -> list[list[str]]:
    """Return what the status lines of the reports about a set tell after its times, in order."""
    keys = [key for key in hub.outbound_keys() if key.startswith(to) and f".{kind}." in key]
    found = (hub.fetch(key).decode() for key in sorted(keys))
    lines = (line.split("|") for text in found for line in text.splitlines() if line[:3] == "STS")
    return [line[9:] for line in lines if line[4] == f"tx{number:04}"]


@pytest.mark.parametrize(
    ("waited_for", "number", "told"),
    [
        ("the operator", 2, [["20", "STOPPED AT THRESHOLD: SAG CHANGES 2 OF 1"], AFTER_ALL]),
        ("a file", 3, [AFTER_ALL]),
        ("the set before it", 4, [AFTER_ALL]),
    ],
)
def test_a_set_goes_on_with_the_new_code_in_the_machine_that_it_began_in(
    hub: LocalHub, waited_for: str, number: int, told: list[list[str]]
) -> None:
    assert found(hub, number).state.value == "COMPLETE", waited_for
    assert [line[:2] for line in statuses(hub, "IR06", number)] == told
    assert NEW_STATE not in states(hub, number)


def test_a_set_that_comes_after_it_takes_the_new_machine(hub: LocalHub) -> None:
    assert found(hub, 5).state.value == "COMPLETE"
    assert NEW_STATE in states(hub, 5)


def test_each_set_is_applied_once_and_nothing_fails(hub: LocalHub) -> None:
    documents = reading.read(hub.directory, [Entity(Kind.SDP, LDC, each) for each in (HOUSE, SHOP)])
    # By the first set, the second, and one of its own.
    assert [each.version for each in documents.values()] == [3, 3]
    assert [len(statuses(hub, "IR14", number, AGENT)) for number in range(1, 6)] == [1] * 5
    incidents = list(hub.state.query_index("unfinished", "INCIDENT"))
    assert incidents == []
