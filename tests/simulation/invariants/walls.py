"""Of what fails for good: a record stops no set, and whatever stops one is told to the operator."""

from __future__ import annotations

from mdmr.directory.documents import Entity, Kind, document_of
from mdmr.exchange.ledger import incidents
from mdmr.synchronization.codes_processing import ASKED
from mdmr.synchronization.processing.plan import SYSTEM_ERROR
from mdmr.synchronization.records import PREMISE
from mdmr.synchronization.sets.stopping import STOPPED_SET

from tests.simulation.ended import Ended
from tests.simulation.folded import folded
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong
from tests.simulation.walls import PlantedRecordError


def a_record_that_breaks_the_code_stops_no_set(world: Ended) -> Wrong:
    """No set was ever stopped by a fault on one record."""
    for each in world.sets:
        stops = [step.reason for step in each.history if step.state.value == "STOPPED"]
        key = incidents.incident_key(subject=str(each.id), what=STOPPED_SET)
        fault = str((world.shared.state.get(key) or {}).get("fault", ""))
        # The incident is of the last stop; one at which the operator was asked tells faults, too.
        if stops and stops[-1] not in ASKED and PlantedRecordError.__name__ in fault:
            yield str(each.id), f"was stopped with {stops} by {fault}"


def a_record_that_breaks_the_code_leaves_nothing(world: Ended) -> Wrong:
    """Of the record that the code never gets over no half is in the directory."""
    for item in world.shared.directory.items():
        if item["sk"] == "DOCUMENT" and str(item["pk"]) == f"SDP#{world.broken}":
            document = document_of(Entity(Kind.SDP, str(item["ldc"]), world.broken), item)
            if PREMISE in document.timelines:
                yield world.broken, f"has the premise {document.timelines[PREMISE]}"


def a_record_that_the_hub_failed_on_is_an_incident(world: Ended) -> Wrong:
    """Each set that was applied without a record, as the hub failed on it, has an incident."""
    for one in folded(world).sets:
        if not one.plan.tally.faults or one.by_half:
            continue
        key = incidents.incident_key(subject=str(one.each.id), what=SYSTEM_ERROR)
        if world.shared.state.get(key) is None:
            yield str(one.each.id), f"failed on {dict(one.plan.tally.faults)} and told nobody"


def a_set_that_stopped_is_an_incident(world: Ended) -> Wrong:
    """Each set that ever stopped has had an incident."""
    for each in world.sets:
        if not any(step.state.value == "STOPPED" for step in each.history):
            continue
        key = incidents.incident_key(subject=str(each.id), what=STOPPED_SET)
        if world.shared.state.get(key) is None:
            yield str(each.id), "stopped and the operator was not told"


WALLS: tuple[Law, ...] = (
    Invariant(Harm.LOST, a_record_that_breaks_the_code_stops_no_set),
    Invariant(Harm.CONTRADICTORY, a_record_that_breaks_the_code_leaves_nothing),
    Invariant(Harm.LOST, a_record_that_the_hub_failed_on_is_an_incident),
    Invariant(Harm.LOST, a_set_that_stopped_is_an_incident),
)
