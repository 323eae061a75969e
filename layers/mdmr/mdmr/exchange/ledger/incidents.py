"""Incidents that the hub opens by itself when something inside failed for good.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| incident | `INCIDENT#<what>-<subject>` | `INCIDENT` | `unfinished` = `INCIDENT` while it is open |

It is closed when the operator takes its subject up again, and opened again should that fail too.
"""

from __future__ import annotations

from datetime import datetime

from mdmr.calendar.instants import to_text
from mdmr.exchange.ledger import unfinished
from mdmr.ports.state import Item, Key, StateStore, Update

SEVERITY = 2
NEW, CLOSED = "NEW", "CLOSED"


def incident_key(*, subject: str, what: str) -> Key:
    """Return where the incident about a subject and a kind of failure lies."""
    return Key(f"INCIDENT#{what}-{subject}", "INCIDENT")


def opened(*, subject: str, organization: str, what: str, at: datetime) -> Update:
    """Return the write that opens an incident about `subject`, a receipt or delivery id.

    One subject has one incident per kind of failure (`what`): it is opened again when it fails
    again.
    """
    told: Item = {
        "subject": subject,
        "concerns": organization,
        "what": what,
        "severity": SEVERITY,
        "state": NEW,
        "opened": to_text(at),
        **unfinished.for_people(at),
    }
    return Update(incident_key(subject=subject, what=what), set=told)


def closed(*, subject: str, what: str, request: str, why: str, at: datetime) -> Update:
    """Return the write that closes an incident: its subject is taken up again.

    `request` is the id of the demand to do so, `why` who made it and for what reason.
    """
    told: Item = {"state": CLOSED, "closed": to_text(at), "request": request, "closed_by": why}
    return Update(incident_key(subject=subject, what=what), set=told, remove=unfinished.MARKS)


def closed_by_request(state: StateStore, *, subject: str, what: str, request: str) -> bool:
    """Return whether it was this very request that closed the incident last."""
    item = state.get(incident_key(subject=subject, what=what))
    return item is not None and item.get("request") == request
