from __future__ import annotations

from itertools import product

import pytest
from mdmr.continuity.modes import MODES, TRANSITIONS, refusal, strictest
from mdmr.ports.authority import GatewayMode

OPEN, DRAIN, HOLD, REJECT = (
    GatewayMode.OPEN,
    GatewayMode.DRAIN,
    GatewayMode.HOLD,
    GatewayMode.REJECT,
)
ALLOWED = {
    (OPEN, DRAIN),
    (OPEN, HOLD),
    (DRAIN, HOLD),
    (DRAIN, REJECT),
    (DRAIN, OPEN),
    (HOLD, REJECT),
    (HOLD, OPEN),
    (REJECT, HOLD),
    (REJECT, OPEN),
}


@pytest.mark.parametrize("pair", list(product(GatewayMode, GatewayMode)))
def test_a_mode_follows_another_as_the_table_says(pair: tuple[GatewayMode, GatewayMode]) -> None:
    assert (refusal(*pair) is None) == (pair in ALLOWED)


def test_a_refusal_tells_where_the_gateway_can_go() -> None:
    assert refusal(OPEN, REJECT) == (
        "OPEN cannot become REJECT: from OPEN the gateway goes to DRAIN or HOLD"
    )


def test_every_transition_stands_in_the_table_once() -> None:
    assert len(TRANSITIONS) == len(ALLOWED)


def test_every_mode_is_explained() -> None:
    assert set(MODES) == set(GatewayMode)
    assert all(
        0 < len(line) <= 200 for rule in MODES.values() for line in rule.told_new + rule.told_inside
    )


@pytest.mark.parametrize(
    ("modes", "counts"),
    [
        ([OPEN], OPEN),
        ([OPEN, DRAIN], DRAIN),
        ([DRAIN, HOLD, OPEN], HOLD),
        ([HOLD, REJECT], REJECT),
        ([REJECT, HOLD, DRAIN, OPEN], REJECT),
    ],
)
def test_the_strictest_mode_counts(modes: list[GatewayMode], counts: GatewayMode) -> None:
    assert strictest(modes) is counts
