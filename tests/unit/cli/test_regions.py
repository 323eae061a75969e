"""`mdmr hub regions`, `alone`, `pair`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from tests.support.answers import LEASE_HELD, lease
from tests.support.command import Lambda

Mdmr = Callable[..., Result]


def test_the_lease_is_shown_as_each_region_holds_it(hub: Lambda, mdmr: Mdmr) -> None:
    hub.answers["lease.show"] = lease()
    shown = mdmr("hub", "regions").stdout
    assert shown.count("ca-central-1") == 3
    assert shown.count("ca-west-1") == 1
    assert "2025-08-20 10:05:00" in shown
    assert len(hub.asked) == 3


def test_a_hub_of_one_region_shows_that(hub: Lambda, mdmr: Mdmr) -> None:
    hub.answers["lease.show"] = lease(second=None)
    shown = json.loads(mdmr("hub", "regions", "--json").stdout)
    assert list(shown["leases"]) == ["ca-central-1"]


def test_rows_that_differ_while_an_order_is_on_its_way_are_all_shown(
    hub: Lambda, mdmr: Mdmr
) -> None:
    hub.answers["lease.show"] = lease(holdings=[LEASE_HELD, {**LEASE_HELD, "phase": "demoted"}])
    assert "run, demoted" in mdmr("hub", "regions").stdout


def test_a_hub_that_was_never_started_holds_none(hub: Lambda, mdmr: Mdmr) -> None:
    answer = lease(second=None, holdings=[])
    answer["lease"]["renewed_at"] = None
    hub.answers["lease.show"] = answer
    done = mdmr("hub", "regions")
    assert (done.exit_code, "epoch" in done.stdout) == (0, True)


@pytest.mark.parametrize(("command", "action"), [("alone", "lease.alone"), ("pair", "lease.pair")])
class TestAnOrder:
    def test_is_given_with_its_reason(
        self, hub: Lambda, mdmr: Mdmr, command: str, action: str
    ) -> None:
        assert mdmr("hub", command, "--why", "a drill", typed="y\n").exit_code == 0
        (asked,) = hub.asked
        assert (asked["action"], asked["why"]) == (action, "a drill")

    def test_is_not_given_when_declined(
        self, hub: Lambda, mdmr: Mdmr, command: str, action: str
    ) -> None:
        assert mdmr("hub", command, "--why", "a drill", typed="n\n").exit_code == 1
        assert action not in [each["action"] for each in hub.asked]

    def test_that_is_refused_fails(
        self, hub: Lambda, mdmr: Mdmr, command: str, action: str
    ) -> None:
        fault = {"path": "", "text": "ca-west-1 does not hold the lease"}
        hub.answers[action] = {"ok": False, "faults": [fault]}
        done = mdmr("hub", command, "--why", "a drill", "--yes")
        assert (done.exit_code, done.stderr) == (1, "refused: ca-west-1 does not hold the lease\n")
