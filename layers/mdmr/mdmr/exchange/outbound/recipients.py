"""Who is sent what: one table for deciding, checking and documenting recipients.

`recipients` names the organizations a report is for. `refusal` is asked about each of them when
the delivery is decided, so that nothing goes out to who may not have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum

from msgspec import Struct

from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Right
from mdmr.ports.state import StateStore


class Rule(Enum):
    """Which of the organizations around a report are its recipients."""

    SUBMITTER = "the submitting organization only"
    LDC_AND_RECEIVERS = "the LDC, and each organization with RECEIVE in force"
    READER_AND_LDC = "the AMI operator that submitted, and the LDC"
    AGENT_OR_REQUESTER = (
        "PUSH: the SDP's Billing Agent; PULL: the requester (quantities to the Billing Agent only)"
    )
    REQUESTER = "the requester (quantities to the Billing Agent only)"
    SENDER = "the organization whose inbound prefix got the file"
    CONCERNED = "each organization concerned"


class Entitled(Enum):
    """What a recipient must have when a delivery is decided."""

    RIGHT = "registered and active; the LDC itself, or RECEIVE in force"
    ACTIVE = "registered and active"
    REGISTERED = "registered"


class Output(Struct, frozen=True):
    """A row of the table: whom an output is for, and what that recipient must have."""

    file_id: str
    rule: Rule
    entitled: Entitled = Entitled.RIGHT


_BILLING = (Rule.AGENT_OR_REQUESTER, Entitled.ACTIVE)

OUTPUTS = {
    each.file_id: each
    for each in (
        *(Output(file_id, Rule.SUBMITTER) for file_id in ("2000", "IR01", "IR03", "IR10", "IR14")),
        *(Output(file_id, Rule.LDC_AND_RECEIVERS) for file_id in ("IR06", "IR07", "IR08")),
        *(
            Output(file_id, Rule.LDC_AND_RECEIVERS)
            for file_id in ("BR01", "BR03", "BR04", "BR05", "BR06")
        ),
        # An agent is appointed by the LDC's synchronization, whatever the rows say.
        *(Output(file_id, *_BILLING) for file_id in ("6000", "6100", "6200")),
        Output("6500", Rule.REQUESTER),
        Output("MR01", Rule.READER_AND_LDC),
        # Whoever may upload is told what became of it, even where it is not active (any more).
        Output("FR01", Rule.SENDER, Entitled.REGISTERED),
        Output("NT01", Rule.CONCERNED, Entitled.ACTIVE),
    )
}


class Facts(Struct, frozen=True):
    """The organizations around a report, each empty where there is none.

    `submitter` sent the file that the report answers (the requester of a PULL), `sender` owns the
    prefix in which a refused one lay, `agent` is the Billing Agent of a PUSH; `concerned` are the
    organizations of a notice; `authorizations` the rows that the LDC gave.
    """

    ldc: str = ""
    submitter: str = ""
    sender: str = ""
    agent: str = ""
    concerned: tuple[str, ...] = ()
    authorizations: Sequence[Authorization] = ()


def recipients(file_id: str, facts: Facts, at: datetime) -> tuple[str, ...]:
    """Return the organizations a report is for at an instant, each once, the LDC before others.

    Raises KeyError for what is no output, ValueError where the facts name nobody.
    """
    found = tuple(dict.fromkeys(each for each in _named(file_id, facts, at) if each))
    if not found:
        message = f"{file_id} is for nobody"
        raise ValueError(message)
    return found


def recipient(file_id: str, facts: Facts, at: datetime) -> str:
    """Return the one organization that a report is for. Raises ValueError where there are more."""
    (only,) = recipients(file_id, facts, at)
    return only


def refusal(state: StateStore, file_id: str, ldc: str, org_id: str, at: datetime) -> str:
    """Return why an organization may not be sent an output about an LDC; empty when it may."""
    entitled = OUTPUTS[file_id].entitled
    if not registry.is_registered(state, org_id):
        return "NOT REGISTERED"
    if entitled is Entitled.REGISTERED:
        return ""
    organization = registry.organization(state, org_id)
    if organization is None or at not in organization.active:
        return "NOT ACTIVE"
    if entitled is Entitled.RIGHT and not registry.may(
        state, ldc=ldc, org_id=org_id, file_id=file_id, right=Right.RECEIVE, at=at
    ):
        return "NO RECEIVE AUTHORIZATION"
    return ""


def _named(file_id: str, facts: Facts, at: datetime) -> Iterable[str]:
    match OUTPUTS[file_id].rule:
        case Rule.SUBMITTER | Rule.REQUESTER:
            return (facts.submitter,)
        case Rule.LDC_AND_RECEIVERS:
            return (facts.ldc, *_receivers(file_id, facts, at))
        case Rule.READER_AND_LDC:
            return (facts.ldc, facts.submitter)
        case Rule.AGENT_OR_REQUESTER:
            return (facts.submitter or facts.agent,)
        case Rule.SENDER:
            return (facts.sender,)
        case Rule.CONCERNED:
            return facts.concerned


def _receivers(file_id: str, facts: Facts, at: datetime) -> list[str]:
    return sorted(
        row.organization
        for row in facts.authorizations
        if (row.ldc, row.file_id, row.right) == (facts.ldc, file_id, Right.RECEIVE)
        and at in row.period
    )
