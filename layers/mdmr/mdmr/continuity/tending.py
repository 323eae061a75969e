"""What an execution of the gateway machine does when its wait is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import from_text
from mdmr.continuity import committing
from mdmr.continuity.attending import Attended, attend
from mdmr.exchange.announcing.spreading import spread
from mdmr.exchange.announcing.telling_held import tell_held
from mdmr.exchange.ledger import incidents
from mdmr.exchange.ledger.held import Window
from mdmr.jobs.steps import Answer, Step
from mdmr.ports.hub import Hub

GATEWAY_FAILED = "GATEWAY_FAILED"


class HeldWindow(Struct, frozen=True, kw_only=True):
    """A window of held files: see `Window.data`."""

    closure: int
    sender: str
    ends: str

    @property
    def window(self) -> Window:
        """The window."""
        return Window(self.closure, self.sender, from_text(self.ends))


class Tended(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """The input of the execution, with when to go on (`at`), null for never."""

    at: str | None
    order: int | None = None
    held: HeldWindow | None = None
    notice: str | None = None


class AttendOrder(Step, frozen=True, kw_only=True, tag="order"):
    """Attend to the gateway after an order."""

    answer: ClassVar = Tended
    order: int


class TellHeld(Step, frozen=True, kw_only=True, tag="held"):
    """Tell the sender of a window of held files."""

    answer: ClassVar = Tended
    held: HeldWindow


class TellNotice(Step, frozen=True, kw_only=True, tag="notice"):
    """Tell everybody of a notice."""

    answer: ClassVar = Tended
    notice: str


Tending: TypeAlias = AttendOrder | TellHeld | TellNotice


class TellFailure(Step, frozen=True, kw_only=True, tag="failed"):
    """Open an incident: a step (`of`) failed for good; `failed` is the name of the fault."""

    of: Tending
    failed: str


def with_step(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a payload with its step: an execution is started with that which the step is about.

    So is the payload of a step that failed (`of`). What is about nothing is left as it is.
    """
    if isinstance(payload.get("of"), Mapping):
        payload = {**payload, "of": with_step(payload["of"])}
    about = next((name for name in ("failed", "order", "held", "notice") if name in payload), None)
    return payload if about is None else {"step": about, **payload}


def tend(hub: Hub, step: Tending, *, until: datetime) -> Attended:
    """Do what an execution was started for; `next_look` is when to do it again, None: it is done.

    What takes long goes on until `until`, then at once again. Repeated, it does nothing new. Raises
    what the use cases raise.
    """
    match step:
        case AttendOrder():
            return attend(hub, step.order, until)
        case TellHeld():
            return Attended(tell_held(hub, step.held.window))
        case TellNotice():
            spread(hub, step.notice)
            return Attended(None)


def tended(step: Tending, at: str | None) -> Tended:
    """Return the answer to a step: its input, with when to go on."""
    match step:
        case AttendOrder():
            return Tended(at=at, order=step.order)
        case TellHeld():
            return Tended(at=at, held=step.held)
        case TellNotice():
            return Tended(at=at, notice=step.notice)


def tell_failure(hub: Hub, step: TellFailure) -> None:
    """Open an incident: what an execution was started for failed for good.

    Raises NotActiveError, StateBusyError.
    """
    held_for = step.of.held.sender if isinstance(step.of, TellHeld) else ""
    opened = incidents.opened(
        subject=_subject(step.of), organization=held_for, what=GATEWAY_FAILED, at=hub.clock.now()
    )
    told = replace(opened, set={**opened.set, "fault": step.failed})
    hub.state.commit(hub.lease.mandate(committing.SUBJECT).check, told)


def _subject(step: Tending) -> str:
    match step:
        case AttendOrder():
            return f"order {step.order}"
        case TellHeld():
            return step.held.window.id
        case TellNotice():
            return f"notice {step.notice}"
