"""Sets in any order of arrival: each number is taken once, in order, none is left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from mdmr.synchronization.sets import closing, sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.rows import SetState, set_key

from tests.support.examples import examples
from tests.support.market import LDC, NOON
from tests.support.story import Platform
from tests.support.waiting_sets import MINUTE, files, found, look, send_one, set_id
from tests.support.working import hub_with

NUMBERS = (1, 2, 3)
FILES = 6
ARRIVALS = st.permutations([(number, file) for number in NUMBERS for file in range(FILES)])
ENDS = st.sets(st.integers(0, len(NUMBERS) * FILES - 1), max_size=6)


@examples(20)
@given(arrivals=ARRIVALS, ends=ENDS, twice=st.booleans())
def test_complete_sets_are_taken_in_sequence_in_whatever_order_their_files_come(
    arrivals: list[tuple[int, int]], ends: set[int], *, twice: bool
) -> None:
    hub = hub_with([], at=NOON)
    bodies = {number: list(files(f"tx{number}", number).values()) for number in NUMBERS}
    taken: list[int] = []
    for at, (number, file) in enumerate(arrivals):
        send_one(hub, bodies[number][file])
        for _ in range(2 if twice else 1):
            taken += taken_now(hub)
        if at in ends:
            end(hub)
        hub.clock.advance(MINUTE)
    for _ in NUMBERS:
        end(hub)
        taken += taken_now(hub)
    end(hub)
    assert taken == list(NUMBERS)
    assert sequence.find(hub.hub.state, LDC).next == len(NUMBERS) + 1


def taken_now(hub: Platform) -> list[int]:
    """Let every set look that there is, and return the numbers of those whose turn came."""
    taken = []
    for number in NUMBERS:
        which = set_id(f"tx{number}")
        if hub.hub.state.get(set_key(which)) is not None:
            before = found(hub, which).state
            if look(hub, which).outcome is Outcome.STAGE and before is not SetState.STAGING:
                taken.append(number)
    return taken


def end(hub: Platform) -> None:
    """End the set that is under way, if there is one."""
    whose = sequence.find(hub.hub.state, LDC).open
    if whose is not None:
        each = found(hub, whose)
        closing.close(hub.hub, each, each.moved(SetState.FAILED, hub.clock.now()))
