"""All that is judged about a world that has come to rest."""

from __future__ import annotations

from mdmr.evidence import chain
from mdmr.evidence.filing import compare
from mdmr.ports.state import Key

from tests.simulation.ended import Ended
from tests.simulation.invariants.decided_sets import DECIDED_SETS
from tests.simulation.invariants.files import FILES
from tests.simulation.invariants.identifiers import IDENTIFIERS
from tests.simulation.invariants.outbound import OUTBOUND_INVARIANTS
from tests.simulation.invariants.schedules import SCHEDULES
from tests.simulation.invariants.sets import SETS
from tests.simulation.invariants.walls import WALLS
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong


def nothing_is_left_to_be_done(world: Ended) -> Wrong:
    """Once the faults have ended, everything comes to its end within hours, by the sweep alone."""
    for each in world.left:
        yield each, "is not finished"


def the_evidence_is_whole(world: Ended) -> Wrong:
    """The records of what the operator did are one chain; what is noted as filed has its copy."""
    hub = world.shared
    row = hub.state.get(Key(f"FILED#{hub.evidence.name}", chain.PARTITION))
    filed = int(str(row["number"])) if row else 0
    faults = [*chain.examine(hub.state, 1, chain.last(hub.state)), *compare(hub, 1, filed)]
    for fault in faults:
        yield "the evidence", fault


AT_END: tuple[Law, ...] = (
    Invariant(Harm.LOST, nothing_is_left_to_be_done),
    Invariant(Harm.LOST, the_evidence_is_whole),
    *FILES,
    *IDENTIFIERS,
    *SCHEDULES,
    *SETS,
    *DECIDED_SETS,
    *WALLS,
    *OUTBOUND_INVARIANTS,
)
