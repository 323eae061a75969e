"""`mdmr hub evidence`: who did what, and whether that is whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from tests.support.answers import EVIDENCE_RECORD
from tests.support.command import Lambda

Mdmr = Callable[..., Result]


@pytest.fixture
def answer(hub: Lambda) -> dict[str, Any]:
    told = {"ok": True, "last": 2, "first": 2, "records": [EVIDENCE_RECORD], "wrong": []}
    hub.answers["evidence"] = told
    return told


@pytest.mark.usefixtures("answer")
def test_evidence_is_shown_with_its_reason_and_facts(mdmr: Mdmr, hub: Lambda) -> None:
    result = mdmr("hub", "evidence", "--first", "2")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2  2025-08-20 12:00:00  kim  gateway ALL: OPEN to HOLD",
        "      storage fault",
        "      notice NT-1",
        "1 of 2 records shown. The records are complete.",
    ]
    assert hub.asked[-1]["first"] == 2


def test_evidence_that_is_not_whole_ends_with_1(mdmr: Mdmr, answer: dict[str, Any]) -> None:
    answer["wrong"] = ["record 2 was changed"]
    result = mdmr("hub", "evidence")
    assert (result.exit_code, result.stderr.strip()) == (1, "record 2 was changed")
    assert "complete" not in result.stdout


def test_evidence_as_json_is_nothing_but_json(mdmr: Mdmr, answer: dict[str, Any]) -> None:
    shown = json.loads(mdmr("hub", "evidence", "--json").stdout)
    assert shown == {key: answer[key] for key in ("last", "first", "records", "wrong")}


def _healthy(*findings: str) -> dict[str, Any]:
    check = {"check": "subscriptions", "examined": 3, "findings": list(findings)}
    return {"ok": True, "checks": [check]}


def test_a_healthy_hub_ends_with_0(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["health"] = _healthy()
    result = mdmr("hub", "health")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "subscriptions: 3 checked, no findings\n"


def test_what_is_found_is_told_and_ends_with_1(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["health"] = _healthy("subscription a (email, x): has no filter")
    result = mdmr("hub", "health")
    assert (result.exit_code, result.stdout) == (1, "subscriptions: 3 checked, 1 findings\n")
    assert result.stderr == "subscription a (email, x): has no filter\n"


def test_health_as_json_is_nothing_but_json(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["health"] = _healthy("one")
    result = mdmr("hub", "health", "--json")
    assert json.loads(result.stdout) == {"checks": _healthy("one")["checks"]}
    assert result.exit_code == 1
