"""A function at work: the real handler on a region's ports, stopped and broken off at any call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from logging import CRITICAL
from typing import Any, TypeAlias
from unittest.mock import patch

from greenlet import getcurrent, greenlet
from mdmr.exchange.outbound import batches
from mdmr.ports.contention import Contended
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, StateBusyError
from mdmr.runtime import observe
from mdmr.runtime.again import is_of_the_moment
from msgspec.structs import replace

from tests.simulation.chance import Chance, Fault
from tests.simulation.deployed import Function, deployed
from tests.simulation.engine import Engine, Fiber, Killed
from tests.simulation.tracing import Trace
from tests.support.crashing import Crash, Effect, watched

# Sees every commit that happened: who made it, which, and what came of it.
Seeing: TypeAlias = "Callable[[Invocation, Effect, Any], None]"
_POISONED = {"get_many", "put_all", "put_all_new"}
# Breaks an effect that one certain input is never got over with, whoever works it.
Poison: TypeAlias = "Callable[[Effect], bool]"


class ServiceDownError(Exception):
    """A service did not answer."""


class PoisonError(Exception):
    """An input that the code cannot get over."""


@dataclass(frozen=True)
class Surroundings:
    """What all functions of a simulation share."""

    engine: Engine
    chance: Chance
    trace: Trace
    seen: Seeing
    poison: Poison
    blocked: Callable[[Effect], bool]
    # Told of the messages to which, or to whose function, something is done.
    disturbed: Callable[[Sequence[str]], None]
    # Told of each call that is over.
    worked: Callable[[Invocation], None]
    # For how many milliseconds a region's functions stand still that are about to commit.
    stalled: Callable[[str], int]


@dataclass
class Context:
    """What Lambda tells a function about itself."""

    function_name: str
    aws_request_id: str


_AT_WORK: dict[greenlet, Invocation] = {}


@dataclass(eq=False)
class Invocation:
    """One call of a function in a region, with what came of it.

    `error` names what it failed with. `began` is when it was called, `who` its name in a trace;
    `subjects` are the uploads
    that its messages tell of, `disturbed` whether anything was done to it.
    """

    number: int
    region: str
    function: Function
    event: Mapping[str, Any]
    around: Surroundings
    hub: Hub
    subjects: tuple[str, ...] = ()
    began: datetime = field(init=False)
    fiber: Fiber = field(init=False)
    who: str = field(init=False)
    result: Any = None
    error: str | None = None
    disturbed: bool = False

    def start(self) -> None:
        """Begin the call; its `fiber` ends when it is over."""
        self.began = self.around.engine.now
        name = self.function.name.removesuffix("Function")
        self.who = f"{self.region[3:7]} {name} {self.number}"
        self.fiber = self.around.engine.start(self._work)

    def _work(self) -> None:
        _AT_WORK[getcurrent()] = self
        context = Context(self.function.name, f"request-{self.number}")
        try:
            self.result = self.function.module.handler(self.event, context)
        except Crash:
            self.error = "Runtime.ExitError"
        except Killed:
            self.error = "Killed"
            raise
        except Exception as fault:  # noqa: BLE001 - its name is what the platform gets of it
            self.error = type(fault).__name__
        finally:
            del _AT_WORK[getcurrent()]
            self.around.worked(self)
        self._note(f"ends: {self.error or self.result}")

    def do(self, effect: Effect) -> Any:  # noqa: ANN401 - whatever the port's method returns
        """Let an effect happen when its turn comes, or what comes instead of it."""
        around = self.around
        if effect.method == "get_many":
            # What is read once only would be gone for whoever looks at it next.
            effect = effect._replace(arguments=(list(effect.arguments[0]),))
        if pause := around.chance.pause(effect):
            around.engine.sleep(pause)
        if effect.method == "commit" and (stalled := around.stalled(self.region)):
            self._is_disturbed()
            self._note(f"{effect.name}: stands still")
            around.engine.sleep(stalled)
        name = effect.name
        fault = around.chance.at_effect(effect, name)
        if fault is None:
            around.trace.passed(around.engine.milliseconds, self.who, name)
            return self._happen(effect)
        self._is_disturbed()
        self._note(f"{name}: {fault.value}")
        return self._disturbed(fault, effect)

    def _disturbed(self, fault: Fault, effect: Effect) -> Any:  # noqa: ANN401
        match fault:
            case Fault.FROZEN:
                self.around.engine.sleep(self.around.chance.frozen())
                return self._happen(effect)
            case Fault.CRASH_BEFORE:
                raise Crash(effect.name)
            case Fault.CRASH_AMID:
                effect.happen_by_half()
                raise Crash(effect.name)
            case Fault.CRASH_AFTER:
                self._happen(effect)
                raise Crash(effect.name)
            case Fault.ANSWER_LOST:
                self._happen(effect)
                raise StateBusyError(effect.name)
            case Fault.THROTTLED:
                raise StateBusyError(effect.name)
        raise ServiceDownError(effect.name)

    def _happen(self, effect: Effect) -> Any:  # noqa: ANN401
        if effect.method in _POISONED and self.around.poison(effect):
            raise PoisonError(effect.name)
        if effect.port == "outbound" and self.around.blocked(effect):
            self._is_disturbed()
            raise ServiceDownError(effect.name)
        try:
            result = effect.happen()
        except ConditionFailedError:
            self._note(f"{effect.name}: others were faster")
            raise
        if effect.method == "commit":
            self.around.seen(self, effect, result)
        return result

    def _is_disturbed(self) -> None:
        if not self.disturbed:
            self.disturbed = True
            self.around.disturbed(self.subjects)

    def _note(self, what: str) -> None:
        self.around.trace.note(self.around.engine.milliseconds, self.who, what)


def at_work() -> Invocation:
    """Return the invocation whose code is running."""
    return _AT_WORK[getcurrent()]


class VirtualBackoff:
    """Lets whoever lost an attempt wait in virtual time, while others go on."""

    def wait(self, contended: Contended, at_most: timedelta) -> None:
        """Wait for a random time."""
        around = at_work().around
        around.trace.note(around.engine.milliseconds, at_work().who, f"lost: {contended.value}")
        around.engine.sleep(int(around.chance.dice.random() * at_most / timedelta(milliseconds=1)))


def seen_by_workers(hub: Hub) -> Hub:
    """Return a region's hub as whoever is at work there sees it, every call of a port an effect."""
    seen = watched(hub, lambda effect: at_work().do(effect))
    return replace(seen, backoff=VirtualBackoff())


def _is_of_the_moment(fault: Exception) -> bool:
    return isinstance(fault, ServiceDownError) or is_of_the_moment(fault)


class _Uncounted:
    """Metrics that nobody gathers."""

    metric_set: Mapping[str, object] = {}

    def add_metric(self, **_: object) -> None:
        """Count nothing."""


@contextmanager
def composed() -> Iterator[None]:
    """Let every handler find the hub of its invocation, and log nothing."""
    level = observe.logger.log_level
    observe.logger.setLevel(CRITICAL)
    patches: list[Any] = [
        patch.object(observe, "_metrics", _Uncounted()),
        # So that a notice to a handful of organizations takes several batches.
        patch.object(batches, "MAX_WRITES", 5),
        patch.object(observe, "_count_by", lambda *_args: None),
        patch.object(observe.logger, "append_keys", lambda **_keys: None),
        patch.object(observe.logger, "clear_state", lambda: None),
    ]
    for each in deployed().functions.values():
        patches.append(patch.object(each.module, "hub", lambda: at_work().hub))
        if hasattr(each.module, "is_of_the_moment"):
            patches.append(patch.object(each.module, "is_of_the_moment", _is_of_the_moment))
        if hasattr(each.module, "region"):
            patches.append(patch.object(each.module, "region", lambda: at_work().region))
    for each_patch in patches:
        each_patch.start()
    try:
        yield
    finally:
        for each_patch in patches:
            each_patch.stop()
        observe.logger.setLevel(level)
