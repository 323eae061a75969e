"""Incidents that the hub opens by itself when something inside failed for good.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| incident | `INCIDENT#<id>` | `INCIDENT` | `unfinished` = `INCIDENT` while it is open |
"""

from __future__ import annotations

from datetime import datetime

from mdmr.calendar.instants import to_text
from mdmr.exchange.ledger import unfinished
from mdmr.ports.state import Item, Key, Update

SEVERITY = 2


def opened(*, subject: str, organization: str, what: str, at: datetime) -> Update:
    """Return the write that opens an incident about `subject`, a receipt or delivery id.

    One subject has one incident per kind of failure (`what`): it is opened again when it fails
    again.
    """
    incident_id = f"{what}-{subject}"
    told: Item = {
        "subject": subject,
        "concerns": organization,
        "what": what,
        "severity": SEVERITY,
        "state": "NEW",
        "opened": to_text(at),
        **unfinished.for_people(at),
    }
    return Update(Key(f"INCIDENT#{incident_id}", "INCIDENT"), set=told)
