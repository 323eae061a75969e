"""`mdmr gateway`: how it stands, and orders that ask first."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from tests.support.answers import GATEWAY
from tests.support.command import Lambda

Mdmr = Callable[..., Result]
START = "2026-01-05T02:00:00-05:00"


@pytest.fixture
def told(hub: Lambda) -> Lambda:
    for action in ("show", "change", "plan", "cancel"):
        hub.answers[f"gateway.{action}"] = {"ok": True, "gateway": GATEWAY}
    return hub


@pytest.mark.parametrize("words", [("gateway",), ("gateway", "show")])
def test_the_gateway_is_shown(mdmr: Mdmr, told: Lambda, words: tuple[str, ...]) -> None:
    result = mdmr(*words)

    assert result.exit_code == 0
    for text in ("DRAIN", "2026-01-05", "GW-000002", "Held files: 7", "NT-2026-000001"):
        assert text in result.stdout
    assert [asked["action"] for asked in told.asked] == ["gateway.show"]


def test_the_gateway_is_shown_as_json(mdmr: Mdmr, told: Lambda) -> None:
    result = mdmr("gateway", "show", "--environment", "prod", "--json")

    assert json.loads(result.stdout) == GATEWAY
    assert told.functions == ["mdmr-prod-operate"]


def test_a_mode_is_set_after_a_yes(mdmr: Mdmr, told: Lambda) -> None:
    result = mdmr("gateway", "set", "HOLD", "--why", "smoke", "--scope", "ORG11111", typed="y\n")

    assert result.exit_code == 0
    (asked,) = told.asked
    assert (asked["action"], asked["mode"], asked["scope"]) == (
        "gateway.change",
        "HOLD",
        "ORG11111",
    )
    assert (asked["why"], asked["then"], asked["planned"]) == ("smoke", None, None)
    assert asked["by"]


def test_draining_tells_what_follows(mdmr: Mdmr, told: Lambda) -> None:
    mdmr("gateway", "set", "DRAIN", "--why", "x", "--then", "REJECT", "--planned", START, "--yes")

    assert (told.asked[0]["then"], told.asked[0]["planned"]) == ("REJECT", START)


def test_a_closure_is_planned(mdmr: Mdmr, told: Lambda) -> None:
    told.answers["gateway.plan"]["gateway"] = {**GATEWAY, "plan": "GW-000002"}

    result = mdmr("gateway", "plan", "HOLD", "--start", START, "--why", "new disks", "--yes")

    assert "The hub made plan GW-000002." in result.stdout
    (asked,) = told.asked
    assert (asked["action"], asked["start"], asked["end"]) == ("gateway.plan", START, None)


def test_a_plan_is_cancelled(mdmr: Mdmr, told: Lambda) -> None:
    assert mdmr("gateway", "cancel", "GW-000002", "--why", "no disks", "--yes").exit_code == 0
    assert (told.asked[0]["action"], told.asked[0]["plan"]) == ("gateway.cancel", "GW-000002")


@pytest.mark.parametrize(
    "words",
    [
        ("set", "HOLD", "--why", "x"),
        ("plan", "HOLD", "--start", START, "--why", "x"),
        ("cancel", "GW-000002", "--why", "x"),
    ],
)
def test_without_a_yes_nothing_is_ordered(mdmr: Mdmr, told: Lambda, words: tuple[str, ...]) -> None:
    declined = mdmr("gateway", *words, typed="n\n")
    silent = mdmr("gateway", *words, "--json")

    assert (declined.exit_code, silent.exit_code, told.asked) == (1, 2, [])


def test_a_reason_is_needed(mdmr: Mdmr, told: Lambda) -> None:
    assert mdmr("gateway", "set", "HOLD", "--yes").exit_code == 2
    assert told.asked == []


def test_what_the_hub_refuses_is_told(mdmr: Mdmr, told: Lambda) -> None:
    faults = [{"path": "mode", "text": "all files: OPEN cannot become REJECT"}]
    told.answers["gateway.change"] = {"ok": False, "faults": faults}

    result = mdmr("gateway", "set", "REJECT", "--why", "x", "--yes")

    assert result.exit_code == 1
    assert result.stderr == "refused: mode: all files: OPEN cannot become REJECT\n"
