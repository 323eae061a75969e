"""Explaining a set: what it waits for, since when, until when, and what will happen then."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from mdmr.exchange.files.codes import Acts
from mdmr.exchange.ledger.lifecycle import Phase
from mdmr.ports.hub import Hub
from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.finding import expected, facts_of
from mdmr.synchronization.sets.judging import Facts, Reject, Take, judge
from mdmr.synchronization.sets.rejecting import MISSING, NOT_LISTED, details
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.sequence import Sequence
from mdmr.synchronization.sets.states import GATHERING, STATES, Decision, SetState
from mdmr.synchronization.sets.waiting import REASONS, Reason

# More missing numbers than these are not named one by one.
_MOST_NUMBERS = 20


class Explained(Struct, frozen=True):
    """A set as people are told of it.

    `expected` is the number that its LDC is to send next. `reason` is what it waits for, empty
    where it waits for nothing; `until` when that ends at most, None where nobody knows. `now` and
    `then` say how it stands and what follows. `missing` and `not_listed` are names of files,
    `numbers` the sequence numbers before it of which no complete set is here. `faults` say what is
    wrong with its Manifest, by line and field, where it cannot be read.
    """

    each: FileSet
    expected: int
    number: int | None
    now: str
    then: str
    reason: str = ""
    until: datetime | None = None
    missing: tuple[str, ...] = ()
    not_listed: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def phase(self) -> Phase:
        """Its phase; what the gateway keeps waits, whatever it is at."""
        return Phase.WAITING if self.reason else STATES[self.each.state].phase

    @property
    def acts(self) -> Acts | None:
        """Who must act so that it goes on, None where nobody must."""
        return REASONS[Reason(self.reason)].acts if self.reason else STATES[self.each.state].acts


def explain(hub: Hub, set_id: SetId) -> Explained | None:
    """Return how a set stands, None where no file of it was accepted."""
    each = rows.find(hub.state, set_id)
    if each is None:
        return None
    found = sequence.find(hub.state, set_id.ldc)
    number = expected(hub, found)
    if not each.over and not hub.gate.reading(rows.concern_of(set_id)).works:
        return _waiting(each, number, Reason.GATEWAY)
    if each.state in GATHERING:
        return _gathering(facts_of(hub, each), number)
    if each.state is SetState.STOPPED and each.decision is Decision.NONE:
        return _waiting(each, number, Reason.OPERATOR)
    rule = STATES[each.state]
    last = each.history[-1].reason
    then = "Finished." if each.over else "The hub continues without anybody."
    code = INCOMPLETE_CODES.get(last)
    now = f"{rule.meaning}: {last} {code.text}" if code else rule.meaning
    then = f"{then} Report: {rule.told}"
    return Explained(each, number, each.sequence, now, then, faults=each.faults)


def of_ldc(hub: Hub, ldc: str) -> list[Explained]:
    """Return the set of an LDC that is under way, and those that wait behind it, by number.

    A set whose Manifest is not here yet is not known by its number, and is not among them.
    """
    found = sequence.find(hub.state, ldc)
    ids = [*filter(None, [found.open]), *(each.id for each in found.waiting)]
    return [told for each in ids if (told := explain(hub, each)) is not None]


def _waiting(each: FileSet, number: int, reason: Reason) -> Explained:
    rule = REASONS[reason]
    return Explained(
        each, number, each.sequence, f"waits for {rule.waits_for}", rule.otherwise, reason.value
    )


def _gathering(facts: Facts, number: int) -> Explained:
    own = None if facts.manifest is None else facts.manifest.sequence
    told = details(facts, Reject("", late=True))
    missing = tuple(each.name for each in told if each.state == MISSING)
    not_listed = tuple(each.name for each in told if each.state == NOT_LISTED)
    match judge(facts):
        case Take():
            now, then = "Complete, and it is its turn", "The hub checks its records now."
            return Explained(facts.each, number, own, now, then)
        case Reject(code=code):
            text = f"{code} {INCOMPLETE_CODES[code].text}" if code else "see the files below"
            then = f"The hub rejects the set now: {text}"
            return Explained(
                facts.each,
                number,
                own,
                "The hub cannot accept the set",
                then,
                missing=missing,
                not_listed=not_listed,
                faults=tuple(map(str, facts.faults)),
            )
        case wait:
            rule = REASONS[wait.reason]
            now = f"waits for {rule.waits_for}"
            if wait.reason is Reason.FILES and facts.manifest is not None:
                now = _incomplete(len(missing), len(facts.manifest.listed), len(not_listed))
            return Explained(
                facts.each,
                number,
                own,
                now,
                rule.otherwise,
                wait.reason.value,
                wait.until,
                missing,
                not_listed,
                _numbers(facts.sequence, own) if wait.reason is Reason.PRIOR else (),
            )


def _incomplete(missing: int, listed: int, not_listed: int) -> str:
    """Return how many files a set lacks, or has beside those that its Manifest lists."""
    if missing:
        return f"Incomplete: {missing} of the {listed} files in the Manifest have not arrived"
    return f"Not as listed: {not_listed} files are not in the Manifest"


def _numbers(found: Sequence, own: int | None) -> tuple[int, ...]:
    """Return the first of the numbers before a set of which no complete set is here."""
    here = {each.number for each in found.waiting if each.complete is not None}
    last = found.last if found.open is None else found.number
    lacking = (each for each in range(last + 1, own or 0) if each not in here)
    return tuple(number for number, _ in zip(lacking, range(_MOST_NUMBERS), strict=False))
