"""A small market for tests: two LDCs, an agent, a meter reader, and the files they send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.exchange.files.names import FileName
from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Organization, Right, Role, with_received
from mdmr.organizations.parameters import EVERYONE, Setting, Timeline, item_of_timeline
from mdmr.ports.hub import Hub
from mdmr.ports.state import Put

LDC, OTHER_LDC, AGENT, READER = "ORG11111", "ORG44444", "ORG22222", "ORG33333"
NOON = datetime(2025, 8, 20, 12, 5, tzinfo=EST)
ALWAYS = Period(datetime(2000, 1, 1, tzinfo=UTC))

ORGANIZATIONS = (
    Organization(LDC, "Example Hydro", frozenset({Role.LDC}), ALWAYS),
    Organization(OTHER_LDC, "Other Hydro", frozenset({Role.LDC}), ALWAYS),
    Organization(AGENT, "Billing Services", frozenset({Role.AGENT}), ALWAYS),
    Organization(READER, "Meter Readers", frozenset({Role.AMI}), ALWAYS),
)
SUBMITS = tuple(
    Authorization(LDC, organization, file_id, Right.SUBMIT, ALWAYS)
    for organization, file_id in (
        (AGENT, "1000"),
        (AGENT, "4000"),
        (AGENT, "5000"),
        (AGENT, "5500"),
        (AGENT, "8000"),
        (READER, "7000"),
        (READER, "7100"),
    )
)


def register(hub: Hub) -> None:
    """Put the market into a hub's registry."""
    for organization in ORGANIZATIONS:
        hub.state.commit(Put(registry.item_of_organization(organization)))
    for row in with_received(SUBMITS):
        hub.state.commit(Put(registry.item_of_authorization(row)))


def end_authorization(hub: Hub, org_id: str, file_id: str, *, at: datetime) -> None:
    """End the right of an organization to be sent something by the LDC."""
    row = Authorization(LDC, org_id, file_id, Right.RECEIVE, Period(ALWAYS.start, at))
    hub.state.commit(Put(registry.item_of_authorization(row)))


def set_parameter(hub: Hub, name: str, value: str, owner: str = EVERYONE) -> None:
    """Set a parameter from ever on."""
    since_ever = (Setting(ALWAYS.start, value),)
    hub.state.commit(Put(item_of_timeline(Timeline(name, owner, since_ever))))


def name(
    file_id: str = "1000",
    *,
    ldc: str = LDC,
    sender: str = AGENT,
    version: str = "00",
    at: str = "20250820120000",
    tail: str = "",
    suffix: str = "DAT",
) -> str:
    """Return a file name; `tail` as `.tx0001.01.01`."""
    return f"{ldc}.{sender}.{file_id}.{version}.{at}{tail}.{suffix}"


def framed(
    file_name: str,
    details: Sequence[str],
    *,
    count: int | str | None = None,
    end: str | None = None,
    header: str | None = None,
    line_end: str = "\n",
) -> bytes:
    """Return a framed file of whole detail records, right unless something is given.

    `count` stands in the header, `end` is the last line (empty: none), `header` the whole line 2.
    """
    told = len(details) if count is None else count
    if header is None:
        header = f"{_header(file_name)}|{told}"
    if end is None:
        end = f"EOF|{len(details)}"
    lines = [f"FNR|{file_name}", header, *details, *([end] if end else [])]
    return "".join(line + line_end for line in lines).encode("latin-1")


def _header(file_name: str) -> str:
    elements = FileName.parse(file_name)
    if elements is None:
        return "FHR|1000|00|ORG11111|ORG22222|20250820120000"
    ids = (elements.file_id, elements.version, elements.org_1, elements.org_2)
    return "|".join(("FHR", *ids, "20250820120000"))


def request(file_name: str, *sdp_ids: str) -> bytes:
    """Return a 1000 of this name that asks for SDPs of the LDC in the name."""
    ldc = file_name.partition(".")[0]
    return framed(file_name, [f"DTL|{ldc}|{sdp_id}" for sdp_id in sdp_ids])
