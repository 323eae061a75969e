"""The registry: organizations and authorizations in the hub's state.

| What | Partition | Sort key |
|---|---|---|
| organization | `REGISTRY` | `ORG#<org id>` |
| authorization | `AUTHORIZATIONS#<ldc>` | `<organization>#<file id>#<right>#<from>` |

`<from>` of a row that is in force since ever is the beginning of 2000, UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import cast

from mdmr.calendar.instants import from_text, to_text
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.organizations.entities import Authorization, Organization, Right, Role
from mdmr.ports.state import Item, Key, StateStore, Value

_REGISTRY = "REGISTRY"
# Rows without a start were once in force from then; they keep their place, so that each can be
# ended by the row that a document has for it.
_PLACE_SINCE_EVER = "2000-01-01T00:00:00.000Z"


def organization_key(org_id: str) -> Key:
    """Return where an organization lies."""
    return Key(_REGISTRY, f"ORG#{org_id}")


def authorization_key(row: Authorization) -> Key:
    """Return where an authorization lies; rows that differ in their start lie side by side."""
    since_ever = row.period.start == SINCE_EVER
    start = _PLACE_SINCE_EVER if since_ever else to_text(row.period.start)
    return Key(
        f"AUTHORIZATIONS#{row.ldc}",
        f"{row.organization}#{row.file_id}#{row.right.value}#{start}",
    )


def organization(state: StateStore, org_id: str) -> Organization | None:
    """Return a registered organization, or None."""
    item = state.get(organization_key(org_id))
    return None if item is None else organization_of(item)


def is_registered(state: StateStore, org_id: str) -> bool:
    """Return whether there is a row of an organization, be it one that cannot be read."""
    return state.get(organization_key(org_id)) is not None


def organizations(state: StateStore) -> Iterator[Organization]:
    """Yield every registered organization by its id."""
    return map(organization_of, state.query(_REGISTRY, prefix="ORG#"))


def authorizations(state: StateStore, ldc: str, prefix: str = "") -> Iterator[Authorization]:
    """Yield the rows that an LDC gave; `prefix` narrows by the order of the sort key."""
    return map(authorization_of, state.query(f"AUTHORIZATIONS#{ldc}", prefix=prefix))


def may(
    state: StateStore, *, ldc: str, org_id: str, file_id: str, right: Right, at: datetime
) -> bool:
    """Return whether an organization has a right of an LDC at an instant.

    An LDC has every right for its own SDPs; all others need a row in force.
    """
    if org_id == ldc:
        return True
    rows = authorizations(state, ldc, f"{org_id}#{file_id}#{right.value}#")
    return any(at in row.period for row in rows)


def item_of_organization(each: Organization) -> dict[str, Value]:
    """Return the item of an organization."""
    key = organization_key(each.org_id)
    return {
        "pk": key.partition,
        "sk": key.sort,
        "org_id": each.org_id,
        "name": each.name,
        "roles": sorted(role.value for role in each.roles),
        **item_of_period(each.active),
        "transport_ids": list(each.transport_ids),
        "contacts": dict(each.contacts),
    }


def organization_of(item: Item) -> Organization:
    """Return the organization of an item."""
    return Organization(
        org_id=str(item["org_id"]),
        name=str(item["name"]),
        roles=frozenset(Role(role) for role in cast("list[str]", item["roles"])),
        active=period_of(item),
        transport_ids=tuple(cast("list[str]", item["transport_ids"])),
        contacts=tuple(sorted(cast("Mapping[str, str]", item["contacts"]).items())),
    )


def item_of_authorization(row: Authorization) -> dict[str, Value]:
    """Return the item of an authorization."""
    key = authorization_key(row)
    return {
        "pk": key.partition,
        "sk": key.sort,
        "ldc": row.ldc,
        "grantee": row.organization,
        "file_id": row.file_id,
        "right": row.right.value,
        **item_of_period(row.period),
    }


def authorization_of(item: Item) -> Authorization:
    """Return the authorization of an item."""
    return Authorization(
        ldc=str(item["ldc"]),
        organization=str(item["grantee"]),
        file_id=str(item["file_id"]),
        right=Right(item["right"]),
        period=period_of(item),
    )


def item_of_period(period: Period) -> dict[str, Value]:
    """Return the attributes `valid_from` (None: since ever) and `valid_to` (None: for ever)."""
    start = None if period.start == SINCE_EVER else to_text(period.start)
    end = None if period.end is None else to_text(period.end)
    return {"valid_from": start, "valid_to": end}


def period_of(item: Item) -> Period:
    """Return the period of the attributes `valid_from` and `valid_to`."""
    start, end = item["valid_from"], item["valid_to"]
    return Period(
        from_text(str(start)) if start else SINCE_EVER, from_text(str(end)) if end else None
    )
