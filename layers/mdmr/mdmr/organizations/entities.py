"""Organizations and authorizations as the hub knows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.period import Period
from mdmr.ports.codec import record_type

# The operator of the hub itself.
OPERATOR_ID = "ORG00000"
# What an organization's contacts are for.
CONTACT_PURPOSES = ("service desk", "continuity", "registration")


class Role(Enum):
    """What an organization does in the market."""

    LDC = "LDC"
    AGENT = "AGENT"
    AMI = "AMI"
    ESP = "ESP"
    CCA = "CCA"
    OPERATOR = "OPERATOR"


class Right(Enum):
    """What an authorization allows: to send a file type, or to be sent one."""

    SUBMIT = "SUBMIT"
    RECEIVE = "RECEIVE"


@record_type()
class Organization(Struct, frozen=True):
    """An organization registered with the hub.

    `contacts` are addresses by purpose (service desk, continuity, registration);
    `transport_ids` the identities it connects with.
    """

    org_id: str
    name: str
    roles: frozenset[Role]
    active: Period
    transport_ids: tuple[str, ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        # Contacts are people: they stay out of whatever a representation gets into.
        return f"Organization({self.org_id!r})"

    def acts_as(self, role: Role, at: datetime) -> bool:
        """Return whether it is active in this role at an instant."""
        return role in self.roles and at in self.active


@record_type()
class Authorization(Struct, frozen=True):
    """A right that an LDC gives an organization for one FILE_ID or report."""

    ldc: str
    organization: str
    file_id: str
    right: Right
    period: Period


# What an organization that may send a file is sent in return (conventions, rule c).
SUBMIT_BRINGS_RECEIVE = {
    "1000": ("2000", "IR01"),
    "3000": ("IR06", "IR07", "IR10", "IR14"),
    "4000": ("IR06", "IR07", "IR10", "IR14"),
    "5000": ("IR08", "6000", "6100", "6200"),
    "5500": ("6500",),
    "7000": ("MR01",),
    "7100": ("MR01",),
    "8000": ("IR03",),
}


def with_received(rows: Iterable[Authorization]) -> list[Authorization]:
    """Return the rows with the RECEIVE rows that each SUBMIT row brings, without repetition.

    Of rows that differ in their end only, the one that lasts longest is kept: what one of them
    allows is allowed.
    """
    full: dict[tuple[str, str, str, Right, datetime], Authorization] = {}
    for row in rows:
        for each in (row, *_received(row)):
            place = (each.ldc, each.organization, each.file_id, each.right, each.period.start)
            full[place] = _longer(full.get(place, each), each)
    return list(full.values())


def _received(row: Authorization) -> list[Authorization]:
    reports = SUBMIT_BRINGS_RECEIVE.get(row.file_id, ()) if row.right is Right.SUBMIT else ()
    return [replace(row, file_id=report, right=Right.RECEIVE) for report in reports]


def _longer(one: Authorization, other: Authorization) -> Authorization:
    if one.period.end is None or other.period.end is None:
        return one if one.period.end is None else other
    return max(one, other, key=lambda each: each.period.end or each.period.start)
