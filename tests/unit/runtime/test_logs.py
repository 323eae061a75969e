from __future__ import annotations

import ast
import json
import logging
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from mdmr.continuity.renewing import Renewal
from mdmr.exchange.inbound.sweep import Swept
from mdmr.exchange.ledger.states import FileState
from mdmr.exchange.outbound import states as deliveries
from mdmr.operation import commands, gateway
from mdmr.runtime.faults import told
from mdmr.runtime.log_keys import ACTIONS, KEYS, MESSAGES, RENEWALS, STATES
from mdmr.runtime.logs import AllowListFormatter, take_over

from tools.sam_template import ROOT

SECRET = "K1A 0B6 4711 kWh"
ID, HASH = "00000000-0000-4000-8000-000000000000", "0123456789abcdef" * 2
RUN = "identifiers-20250820T101500"

FITS: dict[str, list[object]] = {
    "action": ["gateway.change"],
    "code": ["F012", ""],
    "correlation_id": [ID, RUN],
    "delivery": [HASH],
    "fault": [{"kind": "ValueError", "at": ["mdmr/runtime/observe.py:12 <module>"]}],
    "file": [HASH],
    "file_id": ["1000", "FR01", ""],
    "messages": [[ID, ID], []],
    "name": ["ORG11111.ORG22222.2000.01.202508201015.DAT"],
    "notice": ["NT-2025-000001"],
    "order": ["GW-000001"],
    "organization": ["ORG11111"],
    "receipts": [0, 12],
    "scheduled_time": ["2025-08-20T10:15:00Z"],
    "slot": [RUN, ""],
    "state": ["FAILED_DELIVERY"],
}
# What such a value could be mistaken for, or could hide.
FITS_NOT: dict[str, list[object]] = {
    "action": ["K1A 0B6", "SMITH", "smith", None],
    "code": ["F1", "0123", "F012 " + SECRET],
    "correlation_id": ["4711", "K1A-0B6", f"{ID} {SECRET}"],
    "delivery": ["4711", HASH.upper(), HASH + "0"],
    "fault": [
        SECRET,
        {"kind": SECRET},
        {"message": "x"},
        {"kind": "X", "at": [SECRET]},
        {"kind": "X", "cause": {"kind": SECRET}},
    ],
    "file": ["ORG11111.ORG22222.1000.00.202508201005.DAT"],
    "file_id": ["4711 ", "47110"],
    "messages": [[SECRET], SECRET, [1]],
    "name": ["ORG11111.ORG22222.4000.00.202508201005.smith.00.01.DAT", SECRET],
    "organization": ["ORG1111", "ORG11111/x", "org11111", "Example Hydro"],
    "receipts": [-1, True, "12", 1.5, 10**9],
    "state": ["OPEN ", "SMITH"],
    "message": [SECRET, {"decided": 1}, 1],
}


def line(**given: object) -> dict[str, Any]:
    """Return the line of a record of logging with extra keys."""
    own = {"msg": "decided", "funcName": "f", "lineno": 1, "levelname": "INFO"}
    formatter = AllowListFormatter()
    if "name" in given:  # of which the record has one of its own
        formatter.append_keys(name=given.pop("name"))
    record = logging.makeLogRecord({**own, **given})
    written: dict[str, Any] = json.loads(formatter.format(record))
    return written


@pytest.mark.parametrize(
    ("key", "value"), [(key, each) for key, values in FITS.items() for each in values]
)
def test_an_id_or_code_is_told(key: str, value: object) -> None:
    found = line(**{key: value})
    assert found[key] == value
    assert "withheld" not in found


@pytest.mark.parametrize(
    ("key", "value"), [(key, each) for key, values in FITS_NOT.items() for each in values]
)
def test_what_is_none_is_withheld_and_counted(key: str, value: object) -> None:
    found = line(**({"msg": value} if key == "message" else {key: value}))
    assert key not in found
    assert found.get("withheld", 0) == (0 if value is None else 1)


def test_an_unknown_key_is_withheld_with_its_name() -> None:
    found = line(**{SECRET: 1, "line": SECRET})
    assert found["withheld"] == 2
    assert set(found) == {"level", "location", "message", "timestamp", "withheld"}


@pytest.mark.parametrize("given", [{"msg": "%d", "args": (SECRET,)}, {"args": (SECRET,)}])
def test_words_that_do_not_go_into_a_message_are_not_looked_at(given: dict[str, Any]) -> None:
    assert SECRET not in json.dumps(line(**given))


def test_a_line_that_cannot_be_made_is_told_by_the_fault() -> None:
    formatter = AllowListFormatter()
    formatter.append_keys(name=f"%({SECRET})s")
    told_instead = json.loads(formatter.format(logging.makeLogRecord({"levelname": "INFO"})))
    assert told_instead["fault"]["kind"] == "KeyError"
    assert SECRET not in json.dumps(told_instead)


def test_a_fault_is_told_by_kind_and_place() -> None:
    with pytest.raises(ValueError, match="K1A") as failed:
        int(SECRET)
    found = line(exc_info=(failed.type, failed.value, failed.tb))
    assert found["fault"] == told(failed.value)
    assert found["fault"]["kind"] == "ValueError"
    assert SECRET not in json.dumps(found)
    assert "withheld" not in found


def test_faults_that_are_raised_from_one_another_come_to_an_end() -> None:
    first, second = ValueError(SECRET), KeyError(SECRET)
    first.__cause__, second.__cause__ = second, first
    assert told(first) == {
        "kind": "ValueError",
        "at": [],
        "cause": {"kind": "KeyError", "at": []},
    }


def test_a_chain_of_faults_is_told_to_some_depth() -> None:
    faults = [ValueError(str(number)) for number in range(20)]
    for one, cause in pairwise(faults):
        one.__cause__ = cause
    found = told(faults[0])
    assert json.dumps(found).count("kind") == 5
    assert line(fault=found)["fault"] == found


def test_a_library_is_told_by_its_name() -> None:
    root = logging.getLogger("stands for the root")
    root.addHandler(handler := logging.Handler())
    take_over(root)
    said = {"name": "botocore.endpoint", "msg": "%s", "args": (SECRET,), "levelname": "WARNING"}
    record = logging.makeLogRecord(said)
    found = json.loads(handler.format(record))
    assert found["logger"] == "botocore.endpoint"
    assert SECRET not in json.dumps(found)


def test_the_tables_are_those_of_the_code() -> None:
    of_deliveries = {
        value
        for name, value in vars(deliveries).items()
        if name.isupper() and isinstance(value, str)
    }
    assert {each.value for each in FileState} | of_deliveries == STATES
    assert {each.value for each in Renewal} == RENEWALS
    assert {*commands._ACTIONS, *commands._TOLD, *gateway.ACTIONS} == ACTIONS


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of the deployed code that logs or says what a line is about."""
    for path in [
        *(ROOT / "functions").rglob("*.py"),
        *Path(ROOT / "layers" / "mdmr").rglob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called == "about" or called.startswith("logger."):
                    yield called, node


def test_what_the_code_logs_is_in_the_tables() -> None:
    messages, keys = set(), set()
    for called, node in _calls():
        keys |= {each.arg for each in node.keywords if each.arg}
        if called.removeprefix("logger.") in {"debug", "info", "warning", "error", "exception"}:
            assert isinstance(node.args[0], ast.Constant), ast.unparse(node)
            messages.add(node.args[0].value)
    assert messages == MESSAGES
    assert keys | Swept().by_kind.keys() <= KEYS.keys()
