"""On what terms a set is staged: its limits of time, fixed when its staging began."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from mdmr.calendar.instants import est_seconds, moved
from mdmr.organizations import parameters
from mdmr.organizations.parameter_table import PARAMETERS
from mdmr.ports.state import StateStore
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.examining import Rules
from mdmr.synchronization.staging.judging import Judge

_LIMITS = ("sync.extract_ahead_h", "sync.warn_future_days", "sync.warn_past_days")


class Terms(Struct, frozen=True):
    """Limits of time of a set: the last Extracted Date Time, and the Starts that are not far."""

    set_id: SetId
    latest: datetime
    future: datetime
    past: datetime

    @property
    def rules(self) -> Rules:
        """How a record alone is judged."""
        return Rules(self.set_id.periodic, est_seconds(self.future))

    @property
    def judge(self) -> Judge:
        """How records are judged together."""
        return Judge(self.set_id.ldc, self.set_id.periodic, est_seconds(self.past))


def in_force(state: StateStore, set_id: SetId, now: datetime) -> Terms:
    """Return the terms of a set of which staging began at an instant."""
    return _terms(set_id, now, parameters.counts(state, _LIMITS, at=now, owner=set_id.ldc))


def by_default(set_id: SetId, now: datetime) -> Terms:
    """Return the terms that hold where a hub has set no others."""
    return _terms(set_id, now, {name: int(PARAMETERS[name].default) for name in _LIMITS})


def _terms(set_id: SetId, now: datetime, limits: Mapping[str, int]) -> Terms:
    return Terms(
        set_id,
        moved(now, timedelta(hours=limits["sync.extract_ahead_h"])),
        moved(now, timedelta(days=limits["sync.warn_future_days"])),
        moved(now, -timedelta(days=limits["sync.warn_past_days"])),
    )
