"""`mdmr schedule`: what waits for the operator's word, and the word."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from tests.unit.cli.conftest import Lambda

Mdmr = Callable[..., Result]
FILE = {
    "receipt": "f" * 32,
    "name": "ORG11111.ORG22222.8000.00.20250825090000.DAT",
    "state": "AWAITING_APPROVAL",
    "since": "2025-08-25T14:05:00.000Z",
    "errors": 0,
    "warnings": 1,
}


def test_what_waits_is_shown_with_the_id_to_answer_by(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["schedule.waiting"] = {"ok": True, "files": [FILE]}
    result = mdmr("schedule", "waiting", "ORG11111")
    assert result.stdout.splitlines() == [
        f"{FILE['receipt']}  {FILE['name']}",
        "    since 2025-08-25 09:05:00 EST, 1 warnings",
    ]
    assert hub.asked[0]["organization"] == "ORG11111"


def test_that_nothing_waits_is_told(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["schedule.waiting"] = {"ok": True, "files": []}
    assert mdmr("schedule", "waiting", "ORG11111").stdout == "No schedule of ORG11111 waits.\n"
    assert mdmr("schedule", "waiting", "ORG11111", "--json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("command", "state"), [("approve", "LOADED"), ("approve", "REJECTED"), ("refuse", "REFUSED")]
)
def test_a_file_is_answered_and_what_became_of_it_told(
    mdmr: Mdmr, hub: Lambda, command: str, state: str
) -> None:
    hub.answers[f"schedule.{command}"] = {"ok": True, "file": {**FILE, "state": state}}
    result = mdmr("schedule", command, FILE["receipt"], "--why", "as agreed")
    assert (result.exit_code, result.stdout) == (0, f"{FILE['name']} is {state}.\n")
    (asked,) = hub.asked
    assert (asked["receipt"], asked["why"]) == (FILE["receipt"], "as agreed")
    assert asked["request"]
    told = mdmr("schedule", command, FILE["receipt"], "--why", "as agreed", "--json")
    assert json.loads(told.stdout)["state"] == state


def test_a_reason_is_needed(mdmr: Mdmr, hub: Lambda) -> None:
    assert mdmr("schedule", "approve", FILE["receipt"]).exit_code == 2
    assert hub.asked == []
