"""`mdmr deliveries`, `resend`, `redeliver`, `org show` and `org history`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from tests.support.answers import CHANGES, DELIVERY, ORGANIZATION
from tests.support.command import Lambda

Mdmr = Callable[..., Result]


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({}, "resend 1; 1 attempts failed, next attempt 2025-08-20 00:16:00"),
        ({"state": "DELIVERED", "next_try": None, "resend": 0}, ""),
        ({"state": "WITHHELD", "next_try": None, "resend": 0}, "NOT ACTIVE"),
    ],
)
def test_deliveries_are_shown_with_what_there_is_to_say(
    mdmr: Mdmr, hub: Lambda, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], note: str
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    delivery = {**DELIVERY, **changed}
    hub.answers["deliveries"] = {"ok": True, "deliveries": [delivery]}

    result = mdmr("deliveries", "--org", "ORG22222")

    row = next(line for line in result.stdout.splitlines() if "A.DAT" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "A.DAT",
        delivery["state"],
        "2025-08-20 00:06:00",
        note,
    ]


def test_deliveries_are_handed_on_as_json(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["deliveries"] = {"ok": True, "deliveries": [DELIVERY]}

    result = mdmr("deliveries", "--org", "ORG22222", "--json")

    assert json.loads(result.stdout) == {
        "organization": "ORG22222",
        "deliveries": [DELIVERY],
        "after": None,
    }


@pytest.mark.parametrize("command", ["resend", "redeliver"])
def test_a_file_is_asked_for_with_a_reason_and_a_request_of_its_own(
    mdmr: Mdmr, hub: Lambda, command: str
) -> None:
    hub.answers[command] = {"ok": True, "delivery": DELIVERY}

    results = [mdmr(command, "A.DAT", "--why", "lost") for _ in range(2)]

    assert [each.stdout for each in results] == ["The hub sends A.DAT to ORG22222 again.\n"] * 2
    assert [(each["file"], each["why"]) for each in hub.asked] == [("A.DAT", "lost")] * 2
    assert len({each["request"] for each in hub.asked}) == 2


def test_what_cannot_be_sent_again_is_told(mdmr: Mdmr, hub: Lambda) -> None:
    fault = {"path": "delivery", "text": "A.DAT is INTENDED"}
    hub.answers["resend"] = {"ok": False, "faults": [fault]}

    result = mdmr("resend", "A.DAT", "--why", "lost", "--json")

    assert (result.exit_code, result.stderr) == (1, "refused: delivery: A.DAT is INTENDED\n")
    assert mdmr("resend", "A.DAT").exit_code == 2


def test_an_organization_is_shown_with_all_that_is_its_own(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["organization"] = ORGANIZATION

    result = mdmr("org", "show", "ORG22222")

    assert result.stdout.splitlines() == [
        "ORG22222  Agent",
        "  roles: AGENT",
        "  active: from 2025-01-01 00:00:00",
        "  connects as: as2:agent",
        "  continuity: a@example.org",
        "  has RECEIVE 2000 (from 2025-01-01 00:00:00 to 2026-01-01 00:00:00) of ORG11111",
        "  out.max_details: 5 records (5 from 2025-08-20 12:05:00; 9 from 2026-01-01 00:00:00)",
    ]
    shown = json.loads(mdmr("org", "show", "ORG22222", "--json").stdout)
    assert shown == {key: ORGANIZATION[key] for key in ORGANIZATION if key != "ok"}


def test_what_is_set_for_all_is_shown_with_what_is_to_come(mdmr: Mdmr, hub: Lambda) -> None:
    to_come = {"value": "9", "from": "2026-01-01T05:00:00.000Z"}
    row = {"name": "usdp.run_min", "unit": "min", "value": None, "values": [to_come]}
    answer = {"ok": True, "organization": None, "gave": [], "has": [], "parameters": [row]}
    hub.answers["organization"] = answer

    assert mdmr("org", "show", "*").stdout.splitlines() == [
        "For all",
        "  usdp.run_min: not yet (9 from 2026-01-01 00:00:00)",
    ]


def test_the_history_of_an_organization_is_shown_newest_first(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["history"] = {"ok": True, "history": CHANGES}

    result = mdmr("org", "history", "ORG22222", "--since", "2025-08-01")

    assert hub.asked[0]["since"] == "2025-08-01"
    assert result.stdout.splitlines() == [
        "2025-08-20 00:06:00  anna  x",
        "-     a",
        "+     b",
        "2025-08-20 00:05:00  bert  x",
        "+     a",
    ]
    shown = json.loads(mdmr("org", "history", "ORG22222", "--json").stdout)
    assert shown == {"history": CHANGES}
