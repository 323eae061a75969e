"""The registry: organizations and authorizations in the hub's state.

| What | Partition | Sort key |
|---|---|---|
| organization | `REGISTRY` | `ORG#<org id>` |
| authorization | `AUTHORIZATIONS#<ldc>` | `<organization>#<file id>#<right>#<from>` |

`<from>` of a row that is in force since ever is the beginning of 2000, UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from mdmr.calendar.instants import to_text
from mdmr.calendar.period import SINCE_EVER
from mdmr.organizations.entities import Authorization, Organization, Right
from mdmr.ports.codec import from_item, to_item
from mdmr.ports.state import Item, Key, StateStore
from mdmr.ports.views import Listing

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
    return None if item is None else from_item(Organization, item)


def is_registered(state: StateStore, org_id: str) -> bool:
    """Return whether there is a row of an organization, be it one that cannot be read."""
    return state.get(organization_key(org_id)) is not None


def organizations(state: StateStore) -> Iterator[Organization]:
    """Yield every registered organization by its id."""
    items = state.query(_REGISTRY, prefix="ORG#")
    return (from_item(Organization, item) for item in items)


def authorizations(state: StateStore, ldc: str, prefix: str = "") -> Iterator[Authorization]:
    """Yield the rows that an LDC gave; `prefix` narrows by the order of the sort key."""
    items = state.query(f"AUTHORIZATIONS#{ldc}", prefix=prefix)
    return (from_item(Authorization, item) for item in items)


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


ORGANIZATIONS: Listing[Organization] = Listing(
    name="organizations",
    read=partial(from_item, Organization),
    partition=lambda _: _REGISTRY,
    prefix=lambda org_id: f"ORG#{org_id}",
    belongs_to=lambda organization, org_id: organization.org_id == org_id,
    shared=True,
)
"""Every organization by its id; an organization sees itself."""

GIVEN: Listing[Authorization] = Listing(
    name="authorizations",
    read=partial(from_item, Authorization),
    partition=lambda org_id: f"AUTHORIZATIONS#{org_id}",
    belongs_to=lambda row, org_id: row.ldc == org_id,
)
"""The authorizations that an LDC gave, by who has them."""


def item_of_organization(organization: Organization) -> Item:
    """Return the item of an organization."""
    return to_item(organization, organization_key(organization.org_id))


def item_of_authorization(row: Authorization) -> Item:
    """Return the item of an authorization."""
    return to_item(row, authorization_key(row))
