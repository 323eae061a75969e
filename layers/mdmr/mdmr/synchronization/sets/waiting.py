"""What sets wait for: a table for deciding, for telling and for documenting."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


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
    """A reason: what is waited for, and what follows when that does not come in time."""

    reason: Reason
    waits_for: str
    otherwise: str


_RULES = (
    ReasonRule(Reason.MANIFEST, "file 00, the Manifest", "rejected with I001"),
    ReasonRule(
        Reason.FILES,
        "files that its Manifest lists, or an end of files that it does not list",
        "rejected with I002 and I004",
    ),
    ReasonRule(Reason.PRIOR, "sets with lower sequence numbers", "rejected with I005"),
    ReasonRule(Reason.TURN, "the end of the sets before it, which are here", "nothing: it waits"),
    ReasonRule(Reason.SLOT, "the time of day at which large P-Syncs may begin", "it begins then"),
    ReasonRule(Reason.GATEWAY, "the gateway, which keeps it as it is", "nothing: it waits"),
    ReasonRule(Reason.OPERATOR, "the operator, who releases or refuses it", "nothing: it waits"),
)
REASONS = {each.reason: each for each in _RULES}
