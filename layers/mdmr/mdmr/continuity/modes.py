"""The modes of the gateway and what may follow what, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from mdmr.ports.authority import GatewayMode

OPEN, DRAIN, HOLD, REJECT = (
    GatewayMode.OPEN,
    GatewayMode.DRAIN,
    GatewayMode.HOLD,
    GatewayMode.REJECT,
)


class ModeRule(Struct, frozen=True):
    """What a mode means for new files, for files inside and for what goes out.

    `told_new` and `told_inside` are the lines of the notice that say so to organizations.
    """

    mode: GatewayMode
    new_files: str
    files_inside: str
    outbound: str
    told_new: tuple[str, ...]
    told_inside: tuple[str, ...] = ()


_WORKED = ("Files accepted before are worked to the end.",)
# From the strictest on: of the modes that apply to a file, the first in this order counts.
MODES = {
    rule.mode: rule
    for rule in (
        ModeRule(
            REJECT,
            "The hub rejects each with FR01 F000.",
            "The hub processes them.",
            "yes",
            ("New files are refused with code F000. Send them again when the gateway is open.",),
            _WORKED,
        ),
        ModeRule(
            HOLD,
            "The hub holds them (state HELD) without a check, and reports them by NT01 HELD_FILES.",
            "They wait as they are.",
            "only reports that the hub has decided",
            (
                "New files are kept and worked in order of arrival when the gateway opens.",
                "You need not send them again.",
            ),
            ("Files accepted before and not answered yet wait as well and come first.",),
        ),
        ModeRule(
            DRAIN,
            "As `gateway.drain_new` says: HOLD (default) or REJECT.",
            "The hub processes them.",
            "yes",
            (),
            _WORKED,
        ),
        ModeRule(
            OPEN,
            "The hub processes them, after the held files.",
            "The hub processes them.",
            "yes",
            ("Files are worked again. Those that were kept come first, in order of arrival.",),
        ),
    )
}
_ORDER = tuple(MODES)


class Transition(Struct, frozen=True):
    """A change of mode that may be made, and when it is."""

    start: GatewayMode
    to: GatewayMode
    when: str


TRANSITIONS = (
    Transition(OPEN, DRAIN, "By order, or at the time of a plan."),
    Transition(OPEN, HOLD, "By order: emergency."),
    Transition(
        DRAIN, HOLD, "When all accepted files are processed, at the planned start, or by order."
    ),
    Transition(
        DRAIN, REJECT, "When all accepted files are processed, at the planned start, or by order."
    ),
    Transition(HOLD, REJECT, "By order. Held files stay held; the hub processes accepted files."),
    Transition(REJECT, HOLD, "By order. Held files stay held; accepted files wait."),
    Transition(DRAIN, OPEN, "By order, or when the plan is cancelled."),
    Transition(HOLD, OPEN, "By order, or at the planned end. The hub processes held files first."),
    Transition(
        REJECT, OPEN, "By order, or at the planned end. The hub processes held files first."
    ),
)


def strictest(modes: Iterable[GatewayMode]) -> GatewayMode:
    """Return the mode that counts of several that apply."""
    return min(modes, key=_ORDER.index)


def refusal(start: GatewayMode, to: GatewayMode) -> str | None:
    """Return why a mode cannot follow another, None when it can."""
    allowed = [each.to for each in TRANSITIONS if each.start is start]
    if to in allowed:
        return None
    ways = " or ".join(each.value for each in allowed)
    return f"{start.value} cannot become {to.value}: from {start.value} the gateway goes to {ways}"
