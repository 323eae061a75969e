"""`mdmr schedule`: what waits for the operator's word, and the word."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from tests.support.answers import SCHEDULE_FILE
from tests.support.command import Lambda

Mdmr = Callable[..., Result]


def test_what_waits_is_shown_with_the_id_to_answer_by(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["schedule.waiting"] = {"ok": True, "files": [SCHEDULE_FILE]}
    result = mdmr("schedule", "waiting", "ORG11111")
    assert result.stdout.splitlines() == [
        f"{SCHEDULE_FILE['receipt']}  {SCHEDULE_FILE['name']}",
        "    since 2025-08-25 09:05:00 EST, 1 warnings",
    ]
    assert hub.asked[0]["organization"] == "ORG11111"


def test_that_nothing_waits_is_told(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["schedule.waiting"] = {"ok": True, "files": []}
    assert (
        mdmr("schedule", "waiting", "ORG11111").stdout
        == "No schedule of ORG11111 waits for approval.\n"
    )
    assert mdmr("schedule", "waiting", "ORG11111", "--json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("command", "state"), [("approve", "LOADED"), ("approve", "REJECTED"), ("refuse", "REFUSED")]
)
def test_a_file_is_answered_and_what_became_of_it_told(
    mdmr: Mdmr, hub: Lambda, command: str, state: str
) -> None:
    hub.answers[f"schedule.{command}"] = {"ok": True, "file": {**SCHEDULE_FILE, "state": state}}
    result = mdmr("schedule", command, SCHEDULE_FILE["receipt"], "--why", "as agreed")
    assert (result.exit_code, result.stdout) == (0, f"{SCHEDULE_FILE['name']} is {state}.\n")
    (asked,) = hub.asked
    assert (asked["receipt"], asked["why"]) == (SCHEDULE_FILE["receipt"], "as agreed")
    assert asked["request"]
    told = mdmr("schedule", command, SCHEDULE_FILE["receipt"], "--why", "as agreed", "--json")
    assert json.loads(told.stdout)["state"] == state


def test_a_reason_is_needed(mdmr: Mdmr, hub: Lambda) -> None:
    assert mdmr("schedule", "approve", SCHEDULE_FILE["receipt"]).exit_code == 2
    assert hub.asked == []
