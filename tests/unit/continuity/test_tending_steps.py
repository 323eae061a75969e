"""What the gateway machine sends is decoded: by the input that an execution was started with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from mdmr.continuity.tending import (
    AttendOrder,
    HeldWindow,
    TellFailure,
    TellHeld,
    TellNotice,
    Tending,
    tended,
    with_step,
)
from mdmr.jobs.steps import PayloadError, decode, encode

AT = "2025-08-20T12:00:00.000Z"
HELD = {"closure": 1, "sender": "ORG11111", "ends": AT}
STARTED: list[tuple[Mapping[str, Any], Tending]] = [
    ({"order": 3, "at": AT}, AttendOrder(order=3)),
    ({"held": HELD, "at": AT}, TellHeld(held=HeldWindow(closure=1, sender="ORG11111", ends=AT))),
    ({"notice": "N-1", "at": AT}, TellNotice(notice="N-1")),
]


@pytest.mark.parametrize(("started", "step"), STARTED)
def test_an_execution_goes_on_with_its_input_and_a_new_time(
    started: Mapping[str, Any], step: Tending
) -> None:
    assert decode(with_step(started), Tending | TellFailure) == step
    assert encode(step, tended(step, AT)) == dict(started)
    assert encode(step, tended(step, None)) == {**started, "at": None}


@pytest.mark.parametrize(("started", "step"), STARTED)
@pytest.mark.parametrize("sent", [{}, {"step": "failed"}], ids=["the release before", "today"])
def test_a_step_that_failed_is_told_with_what_it_was_about(
    started: Mapping[str, Any], step: Tending, sent: Mapping[str, Any]
) -> None:
    failed = {**sent, "of": started, "failed": "PlantedError"}
    found = decode(with_step(failed), Tending | TellFailure)
    assert found == TellFailure(of=step, failed="PlantedError")


@pytest.mark.parametrize("sent", [{}, {"at": AT}, {"failed": "E"}, {"of": {}, "failed": "E"}])
def test_what_is_about_nothing_is_no_payload(sent: Mapping[str, Any]) -> None:
    with pytest.raises(PayloadError):
        decode(with_step(sent), Tending | TellFailure)
