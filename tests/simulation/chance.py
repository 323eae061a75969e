"""What goes wrong in one seed's world: which kinds of faults, how often; all by the seed."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from tests.simulation.themes import theme_of
from tests.support.crashing import Effect


class Fault(Enum):
    """A kind of fault, in the words of the published figures."""

    CRASH_BEFORE = "worker died before an effect"
    CRASH_AMID = "worker died amid an effect"
    CRASH_AFTER = "worker died after an effect"
    THROTTLED = "throttled"
    ANSWER_LOST = "answer of a write lost"
    SERVICE_DOWN = "call of a service failed"
    FROZEN = "function frozen for minutes"
    EVENT_LOST = "storage event lost"
    EVENT_TWICE = "storage event twice"
    EVENT_LATE = "storage event late"
    MESSAGE_LOST = "message lost"
    MESSAGE_TWICE = "message twice"
    MESSAGE_LATE = "message late"
    EXECUTION_LOST = "execution died"
    SWEEP_MISSED = "scheduled sweep missed"
    CLOCK_STEP = "clock stepped"
    OUTBOUND_DOWN = "outbound bucket unwritable for a time"
    FAILOVER = "region taken over"
    STALLED = "functions of a whole region frozen"


# The most that a kind can come to: of effects, of messages or events, of executions.
_EFFECTS = {
    Fault.CRASH_BEFORE: 0.02,
    Fault.CRASH_AMID: 0.2,
    Fault.CRASH_AFTER: 0.03,
    Fault.THROTTLED: 0.04,
    Fault.ANSWER_LOST: 0.05,
    Fault.SERVICE_DOWN: 0.06,
    Fault.FROZEN: 0.015,
}
_OTHERS = {
    Fault.EVENT_LOST: 0.25,
    Fault.EVENT_TWICE: 0.4,
    Fault.EVENT_LATE: 0.4,
    Fault.MESSAGE_LOST: 0.15,
    Fault.MESSAGE_TWICE: 0.4,
    Fault.MESSAGE_LATE: 0.3,
    Fault.EXECUTION_LOST: 0.4,
    Fault.SWEEP_MISSED: 0.3,
}
_TABLES = {"state", "directory"}
_OWN = {"lease", "gate"}
_ENABLED = 0.55
# How often a commit is slow in a world with sets, and by how many milliseconds at most.
_SLOW, _SLOWEST = 0.5, 20_000


def _fits(fault: Fault, effect: Effect) -> bool:
    """Return whether a fault can happen at an effect."""
    match fault:
        case Fault.CRASH_AMID:
            return effect.divisible
        case Fault.CRASH_AFTER:
            return effect.writes or effect.method == "put_again"
        case Fault.THROTTLED:
            return effect.port in _TABLES | _OWN
        case Fault.ANSWER_LOST:
            return effect.name == "state.commit"
        case Fault.SERVICE_DOWN:
            return effect.port not in _TABLES | _OWN
    return True


@dataclass
class Chance:
    """The seed's dice.

    `injected` counts what was done, `asked` the effects at which something could be; `quiet` ends
    all faults, not chance. `longest` is how many milliseconds an effect takes at most that takes
    any.
    """

    seed: int
    injected: Counter[Fault] = field(default_factory=Counter)
    asked: int = 0
    quiet: bool = False

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.seed}")
        self.theme = theme_of(self.seed)
        dice = self.dice
        self._rates = {
            fault: most * dice.random() ** 1.5 if dice.random() < _ENABLED else 0.0
            for fault, most in {**_EFFECTS, **_OTHERS}.items()
        }
        self._by_effect: dict[str, list[tuple[float, Fault]]] = {}
        if self.theme.dying:
            self._rates[Fault.EXECUTION_LOST] = _OTHERS[Fault.EXECUTION_LOST]
        # How much of the time an effect takes so long that others go on meanwhile, and how long.
        self._apart = self.theme.apart or dice.choice((0.15, 0.4, 0.8))
        self.longest = dice.choice(self.theme.longest)

    def wanted(self, fault: Fault) -> bool:
        """Return whether a fault happens to a message, an event or an execution."""
        if self.quiet or self.dice.random() >= self._rates[fault]:
            return False
        self.injected[fault] += 1
        return True

    def at_effect(self, effect: Effect, name: str) -> Fault | None:
        """Return what happens at an effect of this name, None for nothing."""
        self.asked += 1
        if self.quiet:
            return None
        limits = self._by_effect.get(name)
        if limits is None:
            limits = self._by_effect[name] = self._limits(effect)
        drawn = self.dice.random()
        if not limits or drawn >= limits[-1][0]:
            return None
        fault = next(fault for limit, fault in limits if drawn < limit)
        self.injected[fault] += 1
        return fault

    def pause(self, effect: Effect) -> int:
        """Return how many milliseconds an effect takes; 0: nobody gets in between.

        Where sets are sent, a commit often takes so long that another set comes in between.
        """
        slow = self.theme.sets and effect.method == "commit" and not self.quiet
        if slow and self.dice.random() < _SLOW:
            return int(self.dice.random() * _SLOWEST)
        if self.dice.random() >= self._apart:
            return 0
        return 1 + int(self.dice.random() * self.longest)

    def frozen(self) -> int:
        """Return how many milliseconds a function stands still."""
        return self.dice.randint(30_000, 20 * 60_000)

    def _limits(self, effect: Effect) -> list[tuple[float, Fault]]:
        limits: list[tuple[float, Fault]] = []
        limit = 0.0
        for fault in _EFFECTS:
            if self._rates[fault] and _fits(fault, effect):
                limit += self._rates[fault]
                limits.append((limit, fault))
        return limits
