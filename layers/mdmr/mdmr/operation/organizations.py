"""Actions about one organization: how it stands in the registry, and how it came to that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice, takewhile
from typing import Any, TypeAlias

from mdmr.calendar.instants import to_text
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.operation.faults import Fault, Reader
from mdmr.operation.pages import Pages
from mdmr.organizations import history, parameters, registry
from mdmr.organizations.entities import Authorization, Organization, Role
from mdmr.organizations.parameter_table import PARAMETERS
from mdmr.organizations.parameters import EVERYONE
from mdmr.ports.hub import Hub

Told: TypeAlias = "tuple[dict[str, Any] | None, list[Fault]]"
MOST = 1_000


def show(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell an organization, the authorizations it gave and has, and its own parameters.

    Of those that it gave a page; what it has is told with the first one. Of `*` the parameters
    that are set for all are told.
    """
    reader = Reader()
    org_id = organization_asked(reader, request)
    if org_id == EVERYONE:
        own = _set(hub, org_id)
        return {"organization": None, "gave": [], "has": [], "parameters": own, "after": None}, []
    found = registry.organization(hub.state, org_id) if org_id else None
    if org_id and found is None:
        reader.fault("organization", f"{org_id} is not registered")
    pages = Pages(reader, request)
    given = pages.read(partial(hub.views.page, registry.GIVEN), org_id, newest_first=False)
    if found is None or reader.faults:
        return None, reader.faults
    return {
        "organization": _organization(found),
        "gave": [_row(each) for each in given],
        "has": [_row(each) for each in _received(hub, org_id)] if pages.first else [],
        "parameters": _set(hub, org_id),
        "after": pages.after,
    }, []


def changes(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell the changes about an organization, or about all (`*`), newest first, at most `MOST`."""
    reader = Reader()
    org_id = organization_asked(reader, request)
    since = reader.instant(request.get("since"), "since")
    if reader.faults:
        return None, reader.faults
    found = history.of_organization(hub.state, org_id)
    recent = takewhile(lambda each: since is None or each.at >= since, found)
    return {"history": [_change(each) for each in islice(recent, MOST)]}, []


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {
    "organization": show,
    "history": changes,
}


def organization_asked(reader: Reader, request: Mapping[str, Any]) -> str:
    """Return the organization that a request names; none is a fault."""
    org_id = reader.text(request.get("organization"), "organization")
    if not org_id:
        reader.fault("organization", "is missing")
    return org_id


def _received(hub: Hub, org_id: str) -> Iterator[Authorization]:
    for ldc in registry.organizations(hub.state):
        if Role.LDC in ldc.roles and ldc.org_id != org_id:
            yield from registry.authorizations(hub.state, ldc.org_id, f"{org_id}#")


def _set(hub: Hub, owner: str) -> list[dict[str, Any]]:
    """Return the parameters that are set for an owner itself: the value now, and all over time."""
    now = hub.clock.now()
    return [
        {
            "name": each.name,
            "unit": PARAMETERS[each.name].unit,
            "value": each.at(now),
            "values": [{"value": one.value, "from": to_text(one.since)} for one in each.settings],
        }
        for each in parameters.of_owner(hub.state, owner)
    ]


def _organization(found: Organization) -> dict[str, Any]:
    return {
        "org_id": found.org_id,
        "name": found.name,
        "roles": sorted(role.value for role in found.roles),
        **_period(found.active),
        "transport_ids": list(found.transport_ids),
        "contacts": dict(found.contacts),
    }


def _row(row: Authorization) -> dict[str, Any]:
    return {
        "ldc": row.ldc,
        "organization": row.organization,
        "file_id": row.file_id,
        "right": row.right.value,
        **_period(row.period),
    }


def _period(period: Period) -> dict[str, str | None]:
    start = None if period.start == SINCE_EVER else period.start
    return {"from": _text(start), "to": _text(period.end)}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else to_text(instant)


def _change(each: history.Changed) -> dict[str, Any]:
    return {
        "at": to_text(each.at),
        "by": each.by,
        "what": each.what,
        "before": each.before,
        "after": each.after,
    }
