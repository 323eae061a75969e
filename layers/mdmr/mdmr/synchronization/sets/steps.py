"""The steps of attending to a set, as the machine sends them: look, and wait with a token."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct, field

from mdmr.jobs.batching import batches
from mdmr.jobs.steps import Answer, Step
from mdmr.ports.hub import Hub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending
from mdmr.synchronization.sets.attending import Outcome


class SetStep(Step, frozen=True, kw_only=True):
    """A step of a set, which `set` names."""

    set_id: str = field(name="set")


class SetBatch(SetStep, frozen=True, kw_only=True):
    """A step of a set that is done for each of some items, in their order."""

    items: tuple[str, ...]


class Left(Struct, frozen=True, kw_only=True):
    """How a look has left the set: what must still be so for the execution to wait."""

    revision: int
    latest: str
    gate: int | None = None
    turn: int | None = None


class LookedAt(Answer, frozen=True, kw_only=True):
    """What comes next for the set, how long to wait, and its parts in batches."""

    outcome: Outcome
    seconds: int
    left: Left
    parts: list[list[str]]


class Look(SetStep, frozen=True, kw_only=True, tag="look"):
    """Decide what there is to decide about the set."""

    answer: ClassVar = LookedAt


class Park(SetStep, frozen=True, kw_only=True, tag="park"):
    """Let the execution wait with a token, if the set is as the look has left it."""

    token: str
    left: Left


def run(hub: Hub, step: Look | Park) -> LookedAt | None:
    """Do a step. Raises what `attending.look` and `attending.park` raise."""
    set_id = SetId.of(step.set_id)
    if isinstance(step, Park):
        left = step.left
        attending.park(
            hub,
            set_id,
            step.token,
            revision=left.revision,
            latest=left.latest,
            gate=left.gate,
            turn=left.turn,
        )
        return None
    looked = attending.look(hub, set_id)
    each = looked.each
    return LookedAt(
        outcome=looked.outcome,
        seconds=looked.seconds,
        left=Left(revision=each.revision, latest=each.latest, gate=looked.gate, turn=looked.turn),
        parts=batches(each.parts),
    )
