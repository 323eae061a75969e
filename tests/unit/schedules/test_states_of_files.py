"""What each state of a schedule file means to those who wait for it."""

from __future__ import annotations

from mdmr.exchange.files.codes import Acts
from mdmr.exchange.ledger.lifecycle import Phase
from mdmr.schedules import files
from mdmr.schedules.files import LoadState


def test_each_state_has_its_phase_whether_it_is_final_and_who_acts_next() -> None:
    assert {name: (rule.phase, rule.final, rule.acts) for name, rule in files.STATES.items()} == {
        LoadState.CHECKED: (Phase.PROCESSING, False, None),
        LoadState.AWAITING_APPROVAL: (Phase.WAITING, False, Acts.OPERATOR),
        LoadState.LOADED: (Phase.DONE, True, None),
        LoadState.REJECTED: (Phase.FAILED, True, Acts.SENDER),
        LoadState.REFUSED: (Phase.FAILED, True, Acts.SENDER),
    }
