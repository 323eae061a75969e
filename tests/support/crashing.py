"""A hub whose every port call can be seen, broken off or interrupted.

Each call of a port is one effect. `watched` returns a hub that hands each effect to a function
before it happens; the classes here are such functions. They compose: a watched hub can be watched
again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from mdmr.ports.hub import Hub
from mdmr.ports.state import StateBusyError
from msgspec.structs import replace

PORTS = (
    "state",
    "directory",
    "inbound",
    "outbound",
    "data",
    "evidence",
    "arrivals_queue",
    "intake_queue",
    "publish_queue",
    "notifications",
    "subscriptions",
    "processes",
    "identifier_secret",
    "lease",
    "gate",
    "peer",
)
WRITING = {
    *("commit", "put_all", "put_all_new"),
    *("put_new", "put_again"),
    *("send", "send_all", "show_again", "start", "wake"),
}
_T = TypeVar("_T")


class Crash(BaseException):
    """The worker died here. No BaseException is handled anywhere in the hub."""


class Effect(NamedTuple):
    """One call of a port that is about to happen."""

    port: str
    method: str
    target: Any
    arguments: tuple[Any, ...]
    named: dict[str, Any]

    @property
    def name(self) -> str:
        """Port and method, as `state.commit`."""
        return f"{self.port}.{self.method}"

    def happen(self) -> Any:  # noqa: ANN401 - whatever the port's method returns
        """Do the call. What it would read piece by piece is read at once."""
        result = getattr(self.target, self.method)(*self.arguments, **self.named)
        # By its method: it is asked of every call, and most return a plain value.
        return iter(list(result)) if hasattr(result, "__next__") else result

    @property
    def writes(self) -> bool:
        """Whether the call changes anything."""
        return self.method in WRITING

    @property
    def divisible(self) -> bool:
        """Whether a crash in the middle of the call may leave a part of it done."""
        return self.method in {"put_all", "put_all_new"}

    def happen_by_half(self) -> None:
        """Do a part of a divisible call."""
        (items,) = self.arguments
        getattr(self.target, self.method)(items[: len(items) // 2])


Around: TypeAlias = "Callable[[Effect], Any]"


@dataclass(frozen=True)
class _Watched:
    port: str
    target: object
    around: Around

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - stands for any attribute
        if not callable(found := getattr(self.target, method)):
            return found

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - stands for any method
            return self.around(Effect(self.port, method, self.target, arguments, named))

        # The next time it is found without being asked for here.
        object.__setattr__(self, method, call)
        return call


def watched(hub: Hub, around: Around) -> Hub:
    """Return the hub as a worker sees it whose every effect `around` decides about."""
    return replace(hub, **{port: _watch(port, getattr(hub, port), around) for port in PORTS})


def around_of(worker: Hub) -> Around | None:
    """Return what decides about the effects of a watched hub; None: it is not watched."""
    state: object = worker.state
    return state.around if isinstance(state, _Watched) else None


def _watch(port: str, target: _T, around: Around) -> _T:
    return cast("_T", _Watched(port, target, around))


@dataclass
class Seen:
    """Lets every effect happen and keeps them in order."""

    effects: list[Effect] = field(default_factory=list)

    def __call__(self, effect: Effect) -> Any:  # noqa: ANN401
        """Note the effect and let it happen."""
        self.effects.append(effect)
        return effect.happen()


class Moment(Enum):
    """When a crash comes: before an effect, in the middle of it, or right after it."""

    BEFORE = "before"
    AMID = "amid"
    AFTER = "after"


def moments(effect: Effect) -> list[Moment]:
    """Return the moments at which a crash leaves something of its own behind.

    A crash right before or after a read leaves exactly what the one after the last write did, or
    the one before the first: nothing of a worker lasts but its writes.
    """
    if not effect.writes:
        return []
    return list(Moment) if effect.divisible else [Moment.BEFORE, Moment.AFTER]


def crash_points(effects: Sequence[Effect]) -> list[tuple[int, Moment]]:
    """Return by number and moment where the worker that does all these effects can die.

    Right before a write it leaves behind what it left right after the write before: only the
    first write needs both.
    """
    points = [(number, moment) for number, each in enumerate(effects) for moment in moments(each)]
    return points[:1] + [point for point in points[1:] if point[1] is not Moment.BEFORE]


@dataclass
class At(Seen):
    """Does something once, when effect number `number` (from 0) comes."""

    number: int = 0

    def __call__(self, effect: Effect) -> Any:  # noqa: ANN401
        """Note the effect; let it happen, or do what is to be done at this one."""
        self.effects.append(effect)
        return self.strike(effect) if len(self.effects) == self.number + 1 else effect.happen()

    def strike(self, effect: Effect) -> Any:  # noqa: ANN401
        """Do what is to be done at the effect, and return its result."""
        raise NotImplementedError


@dataclass
class CrashAt(At):
    """Lets the worker die at an effect, once: whoever comes after it lives."""

    moment: Moment = Moment.BEFORE

    def strike(self, effect: Effect) -> Any:  # noqa: ANN401
        """Die before the effect, amid it or after it."""
        if self.moment is Moment.AMID:
            effect.happen_by_half()
        elif self.moment is Moment.AFTER:
            effect.happen()
        raise Crash(f"{self.moment.value} {effect.name}")


@dataclass
class BusyAt(At):
    """Turns one effect away for the moment."""

    def strike(self, effect: Effect) -> Any:  # noqa: ANN401
        """Turn the effect away."""
        raise StateBusyError(effect.name)


@dataclass
class InterruptAt(At):
    """Lets somebody else act right before an effect, or right after it."""

    act: Callable[[], object] = lambda: None
    moment: Moment = Moment.BEFORE

    def strike(self, effect: Effect) -> Any:  # noqa: ANN401
        """Let the other act, then go on; or go on and let the other act before the answer."""
        if self.moment is Moment.BEFORE:
            self.act()
            return effect.happen()
        try:
            return effect.happen()
        finally:
            self.act()
