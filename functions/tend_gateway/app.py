"""Tends the gateway: planned changes, held files, and what organizations are told of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.continuity.gateway_item import changes
from mdmr.continuity.tending import tell_failure, tend
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, task

# A file that is begun then still ends long before Lambda's 15 minutes.
WORKING_TIME = timedelta(minutes=5)


@task
@momentary_by_name
def handler(event: Event) -> dict[str, Any]:
    """Do what the execution is for; return its input with when to go on (`at`), null for never.

    Of one that failed for good (`failed`) it is only told.
    """
    if "failed" in event:
        tell_failure(hub(), event["of"], event["failed"])
        count("IncidentsOpened")
        return {}
    about(order=event.get("order"), notice=event.get("notice"))
    before = changes(hub().state)
    at = tend(hub(), event, until=hub().clock.now() + WORKING_TIME)
    count("GatewayChanges", changes(hub().state) - before)
    return {**event, "at": None if at is None else to_text(at)}
