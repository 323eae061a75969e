"""What the operator sees and asks of deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from mdmr.operation.commands import answer

from tests.support.calls import blocked
from tests.support.gateway import take_lease_away
from tests.support.market import AGENT, LDC, NOON
from tests.support.story import HOUR, Platform, platform

FILE = f"{AGENT}.{AGENT}.FR01.00.20250820120500.DAT"
ASKED = {"file": FILE, "why": "the LDC lost it", "request": "r1"}


def ask(ready: Platform, action: str, **more: object) -> dict[str, Any]:
    return answer(ready.hub, {"action": action, "by": "anna", **more}, "ca-central-1")


def paths(answered: dict[str, Any]) -> list[str]:
    assert answered["ok"] is False
    return [each["path"] for each in answered["faults"]]


@pytest.fixture
def delivered() -> Platform:
    ready = platform()
    ready.send(AGENT, "odd", b"odd")
    ready.settle()
    return ready


class TestDeliveries:
    def test_are_shown_with_their_state(self, delivered: Platform) -> None:
        (shown,) = ask(delivered, "deliveries", organization=AGENT)["deliveries"]
        assert (shown["file"], shown["state"], shown["resend"]) == (FILE, "DELIVERED", 0)
        assert shown["next_try"] is None
        assert [step["what"] for step in shown["history"]] == ["INTENDED", "DELIVERED"]

    def test_that_wait_are_shown_with_their_next_try(self) -> None:
        ready = blocked(platform(), minutes=5)
        ready.send(AGENT, "odd", b"odd")
        ready.settle()
        (shown,) = ask(ready, "deliveries", organization=AGENT)["deliveries"]
        assert (shown["tries"], shown["next_try"]) == (1, "2025-08-20T17:15:00.000Z")

    def test_are_those_to_the_organization_since_an_instant(self, delivered: Platform) -> None:
        later = (NOON + timedelta(seconds=1)).isoformat()
        assert ask(delivered, "deliveries", organization=LDC)["deliveries"] == []
        found = ask(delivered, "deliveries", organization=AGENT, since=later)
        assert found["deliveries"] == []

    def test_are_asked_for_an_organization_and_an_instant(self, delivered: Platform) -> None:
        assert paths(ask(delivered, "deliveries")) == ["organization"]
        assert paths(ask(delivered, "deliveries", organization=AGENT, since=7)) == ["since"]


class TestAResend:
    def test_is_asked_for_by_the_name_of_the_file(self, delivered: Platform) -> None:
        asked = ask(delivered, "resend", **ASKED)
        assert (asked["delivery"]["file"], asked["delivery"]["resend"]) == (FILE, 1)
        delivered.settle()
        found = ask(delivered, "deliveries", organization=AGENT)["deliveries"]
        assert [(each["resend"], each["state"]) for each in found] == [
            (1, "DELIVERED"),
            (0, "DELIVERED"),
        ]
        assert found[0]["history"][0]["why"] == "anna: the LDC lost it"

    def test_is_asked_for_by_the_id_of_the_delivery(self, delivered: Platform) -> None:
        (shown,) = ask(delivered, "deliveries", organization=AGENT)["deliveries"]
        asked = {**ASKED, "file": "", "delivery": shown["id"]}
        assert ask(delivered, "resend", **asked)["delivery"]["resend"] == 1

    @pytest.mark.parametrize(
        ("changed", "path"),
        [
            ({"why": ""}, "why"),
            ({"why": "x" * 201}, "why"),
            ({"why": "a\nb"}, "why"),
            ({"request": None}, "request"),
            ({"file": None}, "file"),
            ({"delivery": "x"}, "file"),
            ({"file": "odd"}, "file"),
            ({"file": None, "delivery": "x"}, "delivery"),
        ],
    )
    def test_names_what_who_and_why(
        self, delivered: Platform, changed: dict[str, str], path: str
    ) -> None:
        assert paths(ask(delivered, "resend", **{**ASKED, **changed})) == [path]

    def test_is_refused_where_it_is_not_possible(self, delivered: Platform) -> None:
        assert paths(ask(delivered, "redeliver", **ASKED)) == ["delivery"]
        take_lease_away(delivered.hub)
        assert paths(ask(delivered, "resend", **ASKED)) == [""]


def test_what_was_given_up_is_taken_up_again() -> None:
    ready = blocked(platform(), minutes=90)
    ready.send(AGENT, "odd", b"odd")
    ready.pass_time(2 * HOUR)
    assert paths(ask(ready, "resend", **ASKED)) == ["delivery"]
    (incident,) = (item for item in ready.hub.state.items() if item["sk"] == "INCIDENT")
    assert incident["state"] == "NEW"
    assert ask(ready, "redeliver", **ASKED)["delivery"]["state"] == "INTENDED"
    (incident,) = (item for item in ready.hub.state.items() if item["sk"] == "INCIDENT")
    assert (incident["state"], incident["closed_by"]) == ("CLOSED", "anna: the LDC lost it")
    ready.settle()
    (shown,) = ask(ready, "deliveries", organization=AGENT)["deliveries"]
    assert shown["state"] == "DELIVERED"
