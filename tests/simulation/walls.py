"""Faults for good in a world with sets: one record breaks the code, or one step does for one set.

A record breaks its judge, its apply, its report or its reading, in every set that has it: no code
gets over it. A step of the machine fails for a set each time it is tried, until it is fixed, or
for ever.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from mdmr.directory.documents import Document, Entity
from mdmr.synchronization.processing import deciding, plan, rows
from mdmr.synchronization.processing import steps as processing
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.records import Subject
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending
from mdmr.synchronization.staging import steps as staging
from mdmr.synchronization.staging.rows import Row

from tests.simulation.sets import USDPS
from tests.simulation.uploads import Upload

_SHARE_OF_RECORDS, _SHARE_OF_STEPS = 0.5, 0.4
_PREMISE = "PRM"


class PlantedRecordError(Exception):
    """The code does not get over a record."""


class PlantedStepError(Exception):
    """A step of a machine fails for a set."""


@dataclass
class Walls:
    """What fails for good in a world: `usdp` names the SDP whose premise breaks `record`.

    `set_name` is the set whose `step` fails; not any more once it is `fixed`. Empty: nothing does.
    """

    record: str = ""
    usdp: str = ""
    step: str = ""
    set_name: str = ""
    fixed: bool = field(default=False)

    @classmethod
    def drawn(cls, seed: int, uploads: Sequence[Upload]) -> Walls:
        """Return what fails in the world of a seed."""
        dice, walls = random.Random(f"walls of {seed}"), cls()
        names = sorted({name for each in uploads if (name := _set_of(each))})
        if not names:
            return walls
        if dice.random() < _SHARE_OF_RECORDS:
            walls.record = dice.choice(sorted(_RECORDS))
            walls.usdp = dice.choice([usdp for usdps in USDPS.values() for usdp in usdps])
        if dice.random() < _SHARE_OF_STEPS:
            walls.step = dice.choice(sorted(_STEPS))
            walls.set_name = dice.choice(names)
        return walls

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let what is drawn fail."""
        with ExitStack() as planted:
            if self.record:
                planted.enter_context(_RECORDS[self.record](self))
            if self.step:
                planted.enter_context(_STEPS[self.step](self))
            yield

    def breaks(self, subject: Subject) -> bool:
        """Return whether a record about this is the one."""
        return subject.type == _PREMISE and subject.id == self.usdp

    def fails(self, set_id: SetId) -> bool:
        """Return whether the step fails now for a set."""
        return not self.fixed and str(set_id) == self.set_name


def _set_of(upload: Upload) -> str:
    parts = upload.name.split(".")
    is_part = len(parts) > len(("org", "org", "id", "version", "time", "DAT"))
    return "-".join((*parts[:3], parts[5])) if is_part else ""


def _fails_if(
    original: Callable[..., Any], asked: Callable[..., bool], fault: type[Exception]
) -> Any:  # noqa: ANN401 - any function's
    def planted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - any function's
        if asked(*given):
            raise fault
        return original(*given, **named)

    return planted


def _of_record(
    where: object, name: str, asked: Callable[[Walls], Callable[..., bool]], *, late: bool = False
) -> Callable[[Walls], AbstractContextManager[object]]:
    original = getattr(where, name)

    def plant(walls: Walls) -> AbstractContextManager[object]:
        breaks = asked(walls)
        if not late:
            return patch.object(where, name, _fails_if(original, breaks, PlantedRecordError))

        def planted(*given: Any) -> Any:  # noqa: ANN401 - any function's
            done = original(*given)
            if breaks(*given):
                raise PlantedRecordError
            return done

        return patch.object(where, name, planted)

    return plant


def _puts_premise(walls: Walls) -> Callable[..., bool]:
    def puts(_work: Work, entity: Entity, name: str, _timeline: object) -> bool:
        return entity.id == walls.usdp and name == _PREMISE

    return puts


def _changes_premise(walls: Walls) -> Callable[..., bool]:
    def changes(document: Document, timelines: Mapping[str, object], *_: object) -> bool:
        return document.entity.id == walls.usdp and _PREMISE in timelines

    return changes


# By what of the code a record breaks.
_RECORDS: dict[str, Callable[[Walls], AbstractContextManager[object]]] = {
    "judge": _of_record(plan, "judge", lambda walls: lambda case: walls.breaks(case.subject)),
    "apply": _of_record(Work, "put", _puts_premise, late=True),
    "document": _of_record(Document, "changed", _changes_premise),
    "report": _of_record(
        rows, "update", lambda walls: lambda _place, subject, *_: walls.breaks(subject)
    ),
    "reading": _of_record(
        Row,
        "record",
        lambda walls: lambda row: row.type == _PREMISE and row.texts[0] == walls.usdp,
    ),
}


def _table(
    table: Any,  # noqa: ANN401 - the steps of either room
    name: str,
    set_of: Callable[..., SetId],
) -> Callable[[Walls], AbstractContextManager[object]]:
    original = table[name]

    def plant(walls: Walls) -> AbstractContextManager[object]:
        step = _fails_if(original, lambda *given: walls.fails(set_of(*given)), PlantedStepError)
        return patch.dict(table, {name: step})

    return plant


def _function(
    where: object, name: str, set_of: Callable[..., SetId]
) -> Callable[[Walls], AbstractContextManager[object]]:
    original = getattr(where, name)

    def plant(walls: Walls) -> AbstractContextManager[object]:
        step = _fails_if(original, lambda *given: walls.fails(set_of(*given)), PlantedStepError)
        return patch.object(where, name, step)

    return plant


def _id_of(_hub: object, each: Any, *_: object) -> SetId:  # noqa: ANN401 - a set
    found: SetId = each.id
    return found


def _id_itself(_hub: object, set_id: SetId, *_: object) -> SetId:
    return set_id


# A look breaks at what it reads of a set that gathers: the rest of it is asked of any set.
_STEPS: dict[str, Callable[[Walls], AbstractContextManager[object]]] = {
    "Look": _function(attending, "facts_of", _id_of),
    "Park": _function(attending, "park", _id_itself),
    "Decide": _function(deciding, "hindrance", _id_of),
    **{
        f"staging: {name}": _table(staging._STEPS, name, _id_of)
        for name in ("segments", "compare", "touch", "read", "gather", "judge", "load")
    },
    **{
        f"processing: {name}": _table(processing._STEPS, name, _id_itself)
        for name in ("plan", "apply", "conclude")
    },
}
