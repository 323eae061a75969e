"""All that is judged about a world that has come to rest."""

from __future__ import annotations

from tests.simulation.ended import Ended
from tests.simulation.invariants.files import FILES
from tests.simulation.invariants.identifiers import IDENTIFIERS
from tests.simulation.invariants.outbound import OUTBOUND_INVARIANTS
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong


def nothing_is_left_to_be_done(world: Ended) -> Wrong:
    """Once the faults have ended, everything comes to its end within hours, by the sweep alone."""
    for each in world.left:
        yield each, "is not finished"


AT_END: tuple[Law, ...] = (
    Invariant(Harm.LOST, nothing_is_left_to_be_done),
    *FILES,
    *IDENTIFIERS,
    *OUTBOUND_INVARIANTS,
)
