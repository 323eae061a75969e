"""What sets wait for: a table for deciding, for telling and for documenting."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from mdmr.exchange.files.codes import Acts


class Reason(StrEnum):
    """What a set waits for."""

    MANIFEST = "MANIFEST"
    FILES = "FILES"
    PRIOR = "PRIOR"
    TURN = "TURN"
    SLOT = "SLOT"
    GATEWAY = "GATEWAY"
    OPERATOR = "OPERATOR"


class ReasonRule(Struct, frozen=True):
    """A reason: what is waited for, and what follows when that does not come in time.

    `acts` is who must act so that the wait ends, None where it ends by itself.
    """

    reason: Reason
    waits_for: str
    otherwise: str
    acts: Acts | None = None


_RULES = (
    ReasonRule(
        Reason.MANIFEST, "the Manifest (file 00)", "the hub rejects the set with I001", Acts.SENDER
    ),
    ReasonRule(
        Reason.FILES,
        "files of its Manifest, or has files that the Manifest does not list",
        "the hub rejects the set with I002 and I004",
        Acts.SENDER,
    ),
    ReasonRule(
        Reason.PRIOR,
        "sets with lower sequence numbers",
        "the hub rejects the set with I005",
        Acts.SENDER,
    ),
    ReasonRule(
        Reason.TURN,
        "the end of the sets before it, which have arrived",
        "the hub processes the set then",
    ),
    ReasonRule(
        Reason.SLOT, "the hours in which large P-Syncs can start", "the hub starts the set then"
    ),
    ReasonRule(
        Reason.GATEWAY,
        "the gateway, which is closed",
        "the hub continues when the gateway opens",
        Acts.OPERATOR,
    ),
    ReasonRule(
        Reason.OPERATOR,
        "the operator, who must release or refuse it",
        "the set waits for the operator",
        Acts.OPERATOR,
    ),
)
REASONS = {each.reason: each for each in _RULES}
