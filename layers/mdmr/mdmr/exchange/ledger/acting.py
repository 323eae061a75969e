"""Who must act so that a file goes on."""

from __future__ import annotations

from mdmr.exchange.files.codes import INTAKE_CODES, Acts
from mdmr.exchange.ledger.states import STATES, FileState


def who_acts(state: FileState, code: str, *, kept: bool = False) -> Acts | None:
    """Return who must act for a file in a state, None when nobody must.

    `code` is the F code of a refused file. A held file waits for the operator's gateway, and so
    does one inside that the gateway keeps (`kept`).
    """
    if kept:
        return Acts.OPERATOR
    if state is FileState.REJECTED:
        known = INTAKE_CODES.get(code)
        return None if known is None else known.acts
    return STATES[state].acts
