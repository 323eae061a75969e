"""Incidents that the hub opens by itself when something inside failed for good.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| incident | `INCIDENT#<what>-<subject>` | `INCIDENT` | `unfinished` = `INCIDENT` while it is open |

It is closed when the operator takes its subject up again, and opened again should that fail too.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from mdmr.exchange.ledger import unfinished
from mdmr.ports.codec import SCHEMA, SCHEMAS, from_item, record_type, some_of
from mdmr.ports.state import Key, StateStore, Update

SEVERITY = 2
NEW, CLOSED = "NEW", "CLOSED"


@record_type()
class Incident(Struct, frozen=True):
    """A failure about a subject, a receipt or delivery id, that concerns an organization.

    `what` is the kind of failure, `fault` what was raised. `request` is the demand that closed it
    last, `closed_by` who made that and why.
    """

    subject: str
    concerns: str
    what: str
    severity: int
    state: str
    opened: datetime
    closed: datetime | None = None
    request: str = ""
    closed_by: str = ""
    fault: str = ""


def incident_key(*, subject: str, what: str) -> Key:
    """Return where the incident about a subject and a kind of failure lies."""
    return Key(f"INCIDENT#{what}-{subject}", "INCIDENT")


def find(state: StateStore, *, subject: str, what: str) -> Incident | None:
    """Return the incident about a subject and a kind of failure, None when there never was one."""
    item = state.get(incident_key(subject=subject, what=what))
    return None if item is None else from_item(Incident, item)


def opened(*, subject: str, organization: str, what: str, at: datetime) -> Update:
    """Return the write that opens an incident about `subject`, a receipt or delivery id.

    One subject has one incident per kind of failure (`what`): it is opened again when it fails
    again.
    """
    incident = Incident(subject, organization, what, SEVERITY, NEW, at)
    # What closed it before stays noted: the same demand is not met twice.
    names = ("subject", "concerns", "what", "severity", "state", "opened")
    return Update(
        incident_key(subject=subject, what=what),
        set={
            SCHEMA: SCHEMAS[Incident].version,
            **some_of(incident, *names),
            **unfinished.for_people(at),
        },
    )


def closed(*, subject: str, what: str, request: str, why: str, at: datetime) -> Update:
    """Return the write that closes an incident: its subject is taken up again.

    `request` is the id of the demand to do so, `why` who made it and for what reason.
    """
    names = ("state", "closed", "request", "closed_by")
    incident = Incident(subject, "", what, SEVERITY, CLOSED, at, at, request, why)
    return Update(
        incident_key(subject=subject, what=what),
        set=some_of(incident, *names),
        remove=unfinished.MARKS,
    )


def closed_by_request(state: StateStore, *, subject: str, what: str, request: str) -> bool:
    """Return whether it was this very request that closed the incident last."""
    incident = find(state, subject=subject, what=what)
    return incident is not None and incident.request == request
