"""The lifecycle table: the states of all that people follow, each with its phase and who acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mdmr.exchange.ledger import states as files
from mdmr.exchange.ledger.lifecycle import StateRule
from mdmr.exchange.outbound import states as deliveries
from mdmr.schedules import files as schedules
from mdmr.synchronization.sets import states as sets

LIFECYCLE: Mapping[str, Sequence[StateRule[Any]]] = {
    "a file": tuple(files.STATES.values()),
    "a file set": tuple(sets.STATES.values()),
    "a Billing Cycle Schedule": tuple(schedules.STATES.values()),
    "a delivery": tuple(deliveries.STATES.values()),
}
