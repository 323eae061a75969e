"""One seed from begin to end: a world, its faults, its healing, and what is wrong in the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from mdmr.calendar.instants import LAST
from mdmr.exchange.ledger import unfinished
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.state import Key
from mdmr.synchronization.processing import concluding

from tests.simulation.chance import Chance, Fault
from tests.simulation.cloud import Cloud
from tests.simulation.drawn import BATCH, drawn
from tests.simulation.ended import Ended
from tests.simulation.engine import Engine
from tests.simulation.invariants.at_commit import AT_COMMIT
from tests.simulation.invariants.at_end import AT_END
from tests.simulation.invariants.files import SOON
from tests.simulation.market import POISON_SDP, market
from tests.simulation.operator import Operator
from tests.simulation.regions import TrueClock, shared
from tests.simulation.repeating import repeat
from tests.simulation.serial import it_ends_as_if_all_was_done_one_after_the_other
from tests.simulation.sets import Sets, issue
from tests.simulation.tracing import Trace
from tests.simulation.uploads import POISON_NAME, Upload, Uploads
from tests.simulation.walls import Walls
from tests.simulation.watching import Violation, Watcher, known_of
from tests.simulation.worker import Invocation, Surroundings, composed
from tests.support.crashing import Effect
from tests.support.market import NOON

DISTURBED, UPLOADING = timedelta(hours=4), timedelta(hours=3)
# By this long after the faults have ended nothing may be left to be done.
_BOUND = timedelta(hours=14)
_STEP = timedelta(hours=2)
_FEWEST, _MOST = 3, 6
_BESIDE_SETS = 2
_INTAKE = "IntakeFunction"
# The dearer judgements are made of each so manieth seed.
_EVERY = 4


@dataclass(frozen=True)
class Outcome:
    """What one seed came to. `calls` are the port calls at which something could happen.

    `rare` is how often it had what is rare; nothing is told of a world in which something is wrong.
    """

    seed: int
    violations: tuple[Violation, ...]
    injected: Mapping[Fault, int]
    states: Mapping[str, int]
    files: int
    failovers: int
    calls: int
    digest: str
    trace: tuple[str, ...]
    rare: Mapping[str, int] = field(default_factory=dict)


class Story:
    """The world of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.engine = Engine(NOON)
        self.chance = Chance(seed)
        self.trace = Trace(NOON)
        self._mended = False
        self.common = shared(TrueClock(self.engine))
        self.market = market(self.chance.dice, NOON, sets=self.chance.theme.sets)
        self.market.register(self.common.state)
        self.watcher = Watcher(
            known_of(self.common.state),
            [each.judge for each in AT_COMMIT],
            lambda: self.engine.now,
            noted=self._noted,
            # What comes after it proves nothing any more.
            found=self.engine.halt,
        )
        around = Surroundings(
            self.engine,
            self.chance,
            self.trace,
            self.watcher,
            self._poisonous,
            self._blocked,
            self._disturbed,
            self._worked,
            self._stalled,
        )
        self.cloud = Cloud(around, self.common)
        self.operator = Operator(self.cloud, self.watcher.known, DISTURBED)
        drawn = Uploads(self.chance.dice, self.market, NOON, self.chance.theme)
        count = self.chance.dice.randint(_FEWEST, _MOST)
        if self.chance.theme.sets:
            count = _BESIDE_SETS
        self.uploads = drawn.draw(count, UPLOADING)
        if self.chance.theme.sets:
            issue(self.common)
            sets = Sets(self.chance.dice, NOON).draw()
            self.uploads = sorted((*self.uploads, *sets), key=lambda each: each.at)
        self.walls = Walls.drawn(seed, self.uploads)

    def run(self) -> Ended:
        """Live through the time of faults, heal, and come to rest."""
        for upload in self.uploads:
            self.engine.at(upload.at, partial(self._upload, upload))
        self.cloud.schedule_sweeps()
        self.operator.begin([each.at for each in self.uploads])
        self.engine.run(NOON + DISTURBED)
        self.chance.quiet = True
        self._mended = self.chance.dice.random() < 0.5
        self.trace.note(self.engine.milliseconds, "world", "the faults have ended")
        self.operator.heal()
        self.walls.fixed = self._mended
        healed, left = self.engine.now, ["not looked at"]
        while self.engine.now < healed + _BOUND and not self.watcher.violations:
            asked = self.operator.mend(mended=self._mended)
            if not asked and not left:
                break
            self.engine.run(self.engine.now + _STEP)
            left = self._left()
        return Ended(
            self.seed,
            self.common,
            self.watcher.known,
            self.uploads,
            self.market,
            self.operator.switched,
            left,
            self._mended,
            self.walls.usdp,
        )

    def repeated(self) -> Iterator[Violation]:
        """Let events come again, in the quiet, and yield what they change."""
        for about, text in repeat(self.cloud, self.uploads, self.operator.active):
            yield Violation(repeat.__name__, about, text)

    def close(self) -> None:
        """End whatever is still at work."""
        self.engine.close()

    def _upload(self, upload: Upload) -> None:
        upload.arrival = Arrival.of(self.common.inbound.upload(upload.key, upload.body))
        self._tell(f"{upload.arrival.version_id} {upload.arrival.id[:6]}", upload.key)
        if upload.poisoned:
            self._keeps_waiting(upload)
        self.cloud.tell(upload.arrival, self.operator.active)

    def _left(self) -> list[str]:
        """Return what is still to be done."""
        state = self.common.state
        left = [str(item["pk"]) for item in unfinished.overdue(state, LAST)]
        left += [each.key for each in self.uploads if self._undecided(each)]
        left += [f"{self.cloud.waiting} messages"] if self.cloud.waiting else []
        return left + ([f"{self.engine.alive} at work"] if self.engine.alive else [])

    def _undecided(self, upload: Upload) -> bool:
        key = Key(f"RECEIPT#{upload.known.id}", "RECEIPT")
        return self.common.state.get(key) is None

    def _blocked(self, effect: Effect) -> bool:
        """Return whether the bucket takes nothing where an effect writes."""
        if effect.port != "outbound" or not effect.method.startswith("put"):
            return False
        now, key = self.engine.now, str(effect.arguments[0])
        return any(key.startswith(p) and now < until for p, until in self.operator.blocked.items())

    def _poisonous(self, effect: Effect) -> bool:
        """Return whether an effect is about an input that the code does not get over."""
        if effect.name == "state.get_many":
            (keys,) = effect.arguments
            return any(POISON_NAME in key.partition for key in keys)
        if effect.name == "directory.put_all_new" and not self._mended:
            (items,) = effect.arguments
            return any(item["sdp_id"] == POISON_SDP for item in items)
        return False

    def _disturbed(self, texts: Sequence[str]) -> None:
        """Note that something was done to what messages tell of; others may wait behind it."""
        for upload in self.uploads:
            if upload.arrival is not None and any(_tells(text, upload) for text in texts):
                self._keeps_waiting(upload)

    def _worked(self, by: Invocation) -> None:
        """Note from when until when intake was at work on an upload."""
        if by.function.name == _INTAKE:
            for upload in self.uploads:
                if upload.arrival is not None and any(_tells(each, upload) for each in by.subjects):
                    upload.worked.append((by.began, self.engine.now))

    def _keeps_waiting(self, upload: Upload) -> None:
        for each in self.uploads:
            if each.prefix == upload.prefix and each.at >= upload.at - SOON:
                each.disturbed = True

    def _stalled(self, region: str) -> int:
        return self.operator.stalled(region)

    def _noted(self, by: Invocation, what: str) -> None:
        self._tell(by.who, what)

    def _tell(self, who: str, what: str) -> None:
        self.trace.note(self.engine.milliseconds, who, what)


def lived(seed: int) -> Outcome:
    """Live through a seed and return what it came to."""
    with composed(), patch.object(concluding, "_BATCH", BATCH), ExitStack() as planted:
        story = Story(seed)
        planted.enter_context(story.walls.standing())
        try:
            ended = story.run()
            violations = story.watcher.violations or list(judged(ended))
            if not violations and seed % _EVERY == 0:
                violations = list(in_series(ended)) + list(story.repeated())
        finally:
            story.close()
    states = Counter(each.value for each in ended.known.files.values())
    about = violations[0].about if violations else ""
    return Outcome(
        seed=seed,
        violations=tuple(violations),
        injected=dict(story.chance.injected),
        states=dict(states),
        files=len(ended.uploads),
        failovers=story.operator.failovers,
        calls=story.chance.asked,
        digest=story.trace.digest,
        trace=tuple(story.trace.told(about)) if violations else (),
        rare={} if violations else drawn(ended),
    )


def in_series(world: Ended) -> Iterator[Violation]:
    """Yield what differs from the same world with everything done one after the other."""
    serial = it_ends_as_if_all_was_done_one_after_the_other
    for about, text in serial(world):
        yield Violation(serial.__name__, about, text)


def judged(world: Ended) -> Iterator[Violation]:
    """Yield what is wrong with a world in the end."""
    for invariant in AT_END:
        for about, text in invariant.judge(world):
            yield Violation(invariant.name, about, text)


def _tells(text: str, upload: Upload) -> bool:
    return json.dumps(upload.key) in text and upload.known.version_id in text
