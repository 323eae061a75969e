"""What holds of synchronization sets at every commit: their states, their turns, their numbers."""

from __future__ import annotations

from collections.abc import Iterator

from mdmr.ports.authority import Concern
from mdmr.synchronization.set_id import SetId

from tests.simulation.invariants.wrong import Harm, Invariant
from tests.simulation.watching import Commit, Judge, Known, Written

Wrong = Iterator[tuple[str, str]]

# What may follow what; None: there was no set.
_STATES: dict[str | None, set[str]] = {
    None: {"COLLECTING"},
    "COLLECTING": {"HELD", "STAGING", "REJECTED", "STOPPED"},
    "HELD": {"STAGING", "REJECTED", "STOPPED"},
    "STAGING": {"LOADED", "FAILED", "STOPPED"},
    "LOADED": {"PROCESSING", "STOPPED"},
    "PROCESSING": {"STOPPED", "COMPLETE"},
    # Back to where it was stopped, only.
    "STOPPED": {"COLLECTING", "HELD", "STAGING", "PROCESSING", "COMPLETE"},
}
SET_FILES = ("3000", "4000")
_UNDER_WAY = {"STAGING", "LOADED", "PROCESSING", "STOPPED"}


def a_set_goes_through_its_states_in_order(commit: Commit, known: Known) -> Wrong:
    """A set goes from its files to its turn, its staging and its end, and never back."""
    for name, before, after in _changes(commit, known):
        if after not in {before} | _STATES.get(before, set()):
            yield name, f"went from {before} to {after}"


def one_set_of_an_ldc_is_under_way(commit: Commit, known: Known) -> Wrong:
    """The turn goes to a set only when no other set of its LDC has it."""
    for name, before, after in _changes(commit, known):
        if after != "STAGING" or before == after:
            continue
        for other, state in known.sets.items():
            if other in known.stopped_before_turn:
                continue
            if state in _UNDER_WAY and _ldc(other) == _ldc(name) and other != name:
                yield name, f"got its turn while {other} is {state}"


def no_set_is_decided_while_the_gateway_keeps_it(commit: Commit, known: Known) -> Wrong:
    """While the gateway is HOLD for a set, its state stays as it is."""
    for name, before, after in _changes(commit, known):
        if before in {None, after}:
            continue
        set_id = SetId.of(name)
        concern = Concern(set_id.submitter, set_id.ldc, set_id.file_id)
        if not known.gateway.works(concern):
            yield name, f"went from {before} to {after} while the gateway is HOLD"


def the_sequence_of_an_ldc_goes_step_by_step(commit: Commit, known: Known) -> Wrong:
    """Each change of a sequence is made on the one before it, and uses one number at most."""
    for each in commit.of("SEQUENCE"):
        before = known.sequences.get(each.key.partition, {"revision": 0, "last": 0})
        revision, last = (int(str(before[name])) for name in ("revision", "last"))
        if each.content["revision"] != revision + 1:
            yield each.key.partition, f"{each.content['revision']} was put after {revision}"
        if each.content["last"] not in (last, last + 1):
            yield each.key.partition, f"number {each.content['last']} was used after {last}"


def _changes(commit: Commit, known: Known) -> Iterator[tuple[str, str | None, str]]:
    """Yield the sets that a commit writes, each with its state before and after."""
    for each in commit.of("SET"):
        if each.key.sort == "SET" and "state" in each.content:
            name = _name(each)
            yield name, known.sets.get(name), str(each.content["state"])


def _name(written: Written) -> str:
    return written.key.partition.partition("#")[2]


def _ldc(name: str) -> str:
    return name.partition("-")[0]


SET_COMMITS: tuple[Invariant[Judge], ...] = (
    Invariant(Harm.CONTRADICTORY, a_set_goes_through_its_states_in_order),
    Invariant(Harm.CONTRADICTORY, one_set_of_an_ldc_is_under_way),
    Invariant(Harm.UNDUE, no_set_is_decided_while_the_gateway_keeps_it),
    Invariant(Harm.CONTRADICTORY, the_sequence_of_an_ldc_goes_step_by_step),
)
