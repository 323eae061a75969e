"""How long a file may wait: the work before it in its line counts, and nothing else does."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from mdmr.exchange.ledger.receipts import Arrival, FileState

from tests.simulation.invariants.files import SOON, an_undisturbed_file_is_decided_soon
from tests.simulation.uploads import Upload
from tests.simulation.watching import Decided
from tests.support.market import AGENT, LDC, NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def uploaded(number: int, prefix: str = AGENT) -> Upload:
    name = f"{LDC}.{prefix}.1000.00.202508201200{number:02}.DAT"
    made = Upload(NOON, prefix, name, b"")
    made.arrival = Arrival(made.key, f"v{number}", 0, NOON)
    return made


def world(*decided: tuple[Upload, datetime]) -> Any:  # noqa: ANN401 - stands for an Ended
    rows = [Decided(each.known.id, FileState.ACCEPTED, at, at) for each, at in decided]
    known = SimpleNamespace(decided=rows)
    return SimpleNamespace(uploads=[each for each, _ in decided], known=known, switched=[])


def late(found: Any) -> list[str]:  # noqa: ANN401 - stands for an Ended
    return [about for about, _ in an_undisturbed_file_is_decided_soon(found)]


def in_turn(count: int, each_takes: timedelta, pause: timedelta = timedelta()) -> list[Upload]:
    """Return files that come at once and are worked one after the other, with pauses between."""
    files, at = [uploaded(number) for number in range(count)], NOON
    for each in files:
        each.worked.append((at, at + each_takes))
        at += each_takes + pause
    return files


def ends(files: list[Upload]) -> list[tuple[Upload, datetime]]:
    return [(each, each.worked[-1][1]) for each in files]


def test_eleven_files_of_one_line_wait_for_each_other() -> None:
    assert late(world(*ends(in_turn(11, 50 * SECOND)))) == []


def test_a_line_that_stands_still_between_its_files_is_seen() -> None:
    files = in_turn(11, SECOND, pause=MINUTE)
    assert late(world(*ends(files))) == [each.key for each in files[5:]]


def test_the_work_in_another_line_does_not_count() -> None:
    waits, other = uploaded(50, prefix=LDC), in_turn(11, 50 * SECOND)
    at = other[-1].worked[-1][1] + SECOND
    waits.worked.append((at, at + SECOND))
    assert late(world(*ends(other), (waits, at + SECOND))) == [waits.key]


@pytest.mark.parametrize("over", [timedelta(), SECOND])
def test_the_bound_itself(over: timedelta) -> None:
    alone = uploaded(1)
    alone.worked.append((NOON + SOON, NOON + SOON + over))
    assert late(world((alone, NOON + SOON + over))) == ([alone.key] if over else [])


def test_what_was_worked_twice_counts_once() -> None:
    files = in_turn(2, 2 * MINUTE)
    files[0].worked.append((NOON, NOON + 2 * MINUTE))
    at = NOON + 2 * MINUTE + SOON + SECOND
    assert late(world((files[0], NOON + 2 * MINUTE), (files[1], at))) == [files[1].key]
