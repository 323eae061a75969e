"""The order of what happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mdmr_local.simulate.scenario import GatewayChange, Scenario, Upload

START = datetime(2025, 8, 20, tzinfo=UTC)


def upload(minutes: int, name: str, organization: str = "ORG11111") -> Upload:
    return Upload(START + timedelta(minutes=minutes), Path(name), organization)


def test_at_one_instant_steps_come_in_their_order_and_then_uploads_by_name() -> None:
    scenario = Scenario(
        start=START,
        until=START + timedelta(hours=1),
        environment="TEST",
        document={},
        steps=(upload(10, "z"), upload(5, "y"), upload(10, "a")),
        inbound=(upload(10, "c"), upload(10, "b", "ORG22222"), upload(10, "b"), upload(1, "d")),
    )

    order = [
        (each.name, each.organization) for each in scenario.timeline() if isinstance(each, Upload)
    ]

    assert order == [
        ("d", "ORG11111"),
        ("y", "ORG11111"),
        ("z", "ORG11111"),
        ("a", "ORG11111"),
        ("b", "ORG11111"),
        ("b", "ORG22222"),
        ("c", "ORG11111"),
    ]


def test_an_order_to_the_gateway_comes_before_the_uploads_of_its_instant() -> None:
    change = GatewayChange(START + timedelta(minutes=10), "HOLD")
    scenario = Scenario(
        start=START,
        until=START + timedelta(hours=1),
        environment="TEST",
        document={},
        steps=(upload(20, "late"), change),
        inbound=(upload(10, "a"),),
    )

    assert list(scenario.timeline()) == [change, upload(10, "a"), upload(20, "late")]
