"""The lifecycle table: every state of what people follow has its phase, and somebody who acts."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from mdmr.exchange.files.codes import Acts
from mdmr.exchange.ledger.lifecycle import Phase, StateRule
from mdmr.exchange.ledger.states import FileState
from mdmr.processes.lifecycle import LIFECYCLE
from mdmr.schedules import files as schedules
from mdmr.synchronization.sets.states import FINAL, MOVES, STATES, SetState
from mdmr.synchronization.sets.waiting import REASONS, Reason

ROWS = [
    pytest.param(rule, id=f"{what} {rule.state}")
    for what, rules in LIFECYCLE.items()
    for rule in rules
]
KINDS: dict[str, type[Enum]] = {
    "a file": FileState,
    "a file set": SetState,
    "a Billing Cycle Schedule": schedules.LoadState,
}


@pytest.mark.parametrize(("what", "states"), KINDS.items(), ids=KINDS)
def test_every_state_has_one_row(what: str, states: type[Enum]) -> None:
    assert [rule.state for rule in LIFECYCLE[what]] == list(states)


@pytest.mark.parametrize("rule", ROWS)
def test_a_final_state_is_done_or_failed_and_an_open_one_is_not_done(rule: StateRule[Any]) -> None:
    ended = rule.phase in (Phase.DONE, Phase.FAILED)
    assert ended or not rule.final
    assert rule.final or rule.phase is not Phase.DONE


@pytest.mark.parametrize("rule", ROWS)
def test_who_must_act_is_named_where_a_thing_failed_and_nowhere_where_it_goes_on(
    rule: StateRule[Any],
) -> None:
    if rule.phase in (Phase.ACCEPTED, Phase.PROCESSING, Phase.DONE):
        assert rule.acts is None
    if rule.phase is Phase.FAILED and rule.state is not FileState.REJECTED:
        assert rule.acts is not None


def test_the_last_states_are_those_that_nothing_follows() -> None:
    assert set(SetState) - {move.start for move in MOVES} == FINAL
    ends = {state for state, after in schedules.FOLLOWING.items() if not after}
    assert {state for state, rule in schedules.STATES.items() if rule.final} == ends


def test_a_wait_ends_by_itself_or_somebody_must_act() -> None:
    by_itself = {Reason.TURN, Reason.SLOT}
    assert {reason for reason, rule in REASONS.items() if rule.acts is None} == by_itself
    assert REASONS[Reason.OPERATOR].acts is STATES[SetState.STOPPED].acts is Acts.OPERATOR
