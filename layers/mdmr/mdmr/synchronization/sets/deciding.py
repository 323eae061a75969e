"""What the operator decides: about a set that is stopped, and about the next number of an LDC.

Each decision is one commit with its evidence. A stopped set goes on, or ends, by its execution,
which is woken; should that be lost, the sweep starts it again.
"""

from __future__ import annotations

from msgspec.structs import replace

from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.exchange.outbound.resending import Asked
from mdmr.ports.authority import Mandate
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import Write
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, execution, rows, sequence
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.sequence import Sequence
from mdmr.synchronization.sets.states import Decision, SetState

_DEEDS = {Decision.RELEASE: "stopped set released", Decision.REFUSE: "stopped set refused"}


class NotStoppedError(Exception):
    """The set is not stopped, or another decision about it was made."""


class SetOpenError(Exception):
    """A set of the LDC is under way: its next number cannot be changed."""


def decide(hub: Hub, set_id: SetId, decision: Decision, asked: Asked) -> FileSet:
    """Decide about a stopped set and let it go on; return it.

    The same decision again only wakes it. Raises LookupError for a set that is none,
    NotStoppedError, NotActiveError, KeptInsideError, StateBusyError.
    """

    def attempt() -> FileSet:
        before = rows.find(hub.state, set_id)
        if before is None:
            raise LookupError(str(set_id))
        if before.state is SetState.STOPPED and before.decision is decision:
            return before
        if before.state is not SetState.STOPPED or before.decision is not Decision.NONE:
            stands = before.decision.value or before.state.value
            raise NotStoppedError(f"{set_id} is not to be decided: {stands}")
        now = hub.clock.now()
        mandate = hub.lease.mandate(str(set_id))
        after = rows.stamped(
            replace(before, decision=decision, waits_for="", until=None, looks=None), mandate
        )
        facts = {"set": str(set_id), "status": before.status, "request": asked.request}
        _commit(
            hub,
            _DEEDS[decision],
            asked,
            facts,
            rows.move(before, after, now=now),
            rows.let_through(hub, set_id),
            mandate=mandate,
        )
        return replace(after, revision=before.revision + 1)

    subject = f"decision about {set_id}"
    decided = retry_on_contention(hub.backoff, Contended.FILE_SET, subject, attempt)
    execution.wake(hub, set_id)
    return decided


def reset(hub: Hub, ldc: str, next_number: int, asked: Asked) -> Sequence:
    """Let a number be the next one that an LDC is to send; return its sequence.

    The sets that wait look again. Raises ValueError below 1, SetOpenError while a set of the LDC
    is under way, NotActiveError, StateBusyError.
    """
    if next_number < 1:
        raise ValueError(f"a sequence number is 1 or more, not {next_number}")

    def attempt() -> Sequence:
        before = sequence.find(hub.state, ldc)
        if before.open is not None:
            raise SetOpenError(f"{before.open} is under way")
        # A P-Sync that waited for its slot may not be the next any more: its pause is over. One
        # that is notes its pause anew when it looks.
        after = replace(before, last=next_number - 1, turned=hub.clock.now(), pauses=())
        mandate = hub.lease.mandate(ldc)
        facts = {"ldc": ldc, "next": str(next_number), "before": str(before.next)}
        facts["request"] = asked.request
        moved = sequence.move(before, after, epoch=mandate.epoch)
        _commit(hub, "sequence reset", asked, facts, moved, mandate=mandate)
        return replace(after, revision=before.revision + 1)

    subject = f"decision about {ldc}"
    found = retry_on_contention(hub.backoff, Contended.SEQUENCE, subject, attempt)
    closing.wake_waiting(hub, ldc)
    return found


def _commit(
    hub: Hub,
    what: str,
    asked: Asked,
    facts: dict[str, str],
    *writes: Write,
    mandate: Mandate,
) -> None:
    deed = Deed(what, asked.by, hub.clock.now(), mandate.epoch, asked.why, facts)
    chain.commit(hub, deed, mandate.check, *writes)
