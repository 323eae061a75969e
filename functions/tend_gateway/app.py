"""Tends the gateway: planned changes, held files, and what organizations are told of them."""

from __future__ import annotations

from datetime import timedelta

from mdmr.calendar.instants import to_text
from mdmr.continuity import tending
from mdmr.continuity.tending import AttendOrder, TellFailure, TellNotice, Tended, Tending
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, count, task
from mdmr.runtime.payloads import decoded_after

# A file that is begun then still ends long before Lambda's 15 minutes.
WORKING_TIME = timedelta(minutes=5)


@task
@momentary_by_name
@decoded_after(tending.with_step)
def handler(step: Tending | TellFailure) -> Tended | None:
    """Do what the execution is for; return its input with when to go on (`at`), null for never."""
    if isinstance(step, TellFailure):
        tending.tell_failure(hub(), step)
        count("IncidentsOpened")
        return None
    about(
        order=step.order if isinstance(step, AttendOrder) else None,
        notice=step.notice if isinstance(step, TellNotice) else None,
    )
    attended = tending.tend(hub(), step, until=hub().clock.now() + WORKING_TIME)
    count("GatewayChanges", attended.changes)
    at = attended.next_look
    return tending.tended(step, None if at is None else to_text(at))
