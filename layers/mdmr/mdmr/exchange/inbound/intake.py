"""Intake: every object that arrives gets one receipt, and what follows from it is begun.

The decision is one commit: mandate, gate, receipt, and the claims or the report owed. What
follows (messages, events, the start of a run) is derived from the receipt and may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import dropwhile, takewhile
from typing import TypeAlias

from msgspec.structs import replace

from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.inbound import claims, decisions
from mdmr.exchange.inbound.case import Case, concern_of, examine, examine_barely
from mdmr.exchange.inbound.checks import Facts, Limits, verdict
from mdmr.exchange.inbound.following import follow
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.organizations import parameters, registry
from mdmr.organizations.entities import Right
from mdmr.ports.authority import GateReading, GatewayMode
from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.ports.state import Absent, Equal, Put

# Told of an earlier version at which intake failed, and of the fault.
OnEarlierFailure: TypeAlias = Callable[[Arrival, Exception], object]


def take_in(
    hub: Hub, arrival: Arrival, earlier_failed: OnEarlierFailure = lambda _arrival, _fault: None
) -> Receipt:
    """Decide about an arrival once, begin what follows, and return the receipt.

    Repeated calls for one object version do nothing new. Of several versions under one name the
    earlier are decided first, in whatever order they are told of. A fault of one of these keeps
    none of the others: its own message comes again and ends it. It is told to `earlier_failed`.
    Raises NotActiveError when this region may not decide, StateBusyError when others were always
    faster: try again later.
    """
    if receipts.find(hub.state, arrival.id) is None:
        for earlier in _undecided_before(hub, arrival):
            try:
                _take_in(hub, earlier)
            except Exception as fault:  # noqa: BLE001 - it must not keep the later ones
                earlier_failed(earlier, fault)
    return _take_in(hub, arrival)


def _take_in(hub: Hub, arrival: Arrival, *, releasing: bool = False) -> Receipt:
    receipt = receipts.find(hub.state, arrival.id)
    if receipt is None or receipt.state is FileState.HELD:
        limits = _limits(hub, arrival)
        case = examine(hub.inbound, arrival, limits.most_bytes)
        receipt = _decide(
            hub, case, receipt, lambda mode: _judge(hub, case, limits, mode), releasing=releasing
        )
    return follow(hub, receipt)


def _undecided_before(hub: Hub, arrival: Arrival) -> list[Arrival]:
    """Return the earlier versions of an arrival's object that have no receipt, oldest first."""
    # A key comes before those that it begins: no more of a prefix is listed than its versions.
    found = takewhile(lambda each: each.key == arrival.key, hub.inbound.versions(arrival.key))
    newest_first = dropwhile(lambda each: each.version_id != arrival.version_id, found)
    earlier = [Arrival.of(each) for each in newest_first][1:]
    known = hub.state.get_many(receipts.receipt_key(each.id) for each in earlier)
    return [each for each in reversed(earlier) if receipts.receipt_key(each.id) not in known]


def release(hub: Hub, arrival: Arrival) -> Receipt:
    """Decide about a held file that the gateway releases, before new files are worked again.

    The same as `take_in` else: it decides about what is held only once that time is over.
    """
    return _take_in(hub, arrival, releasing=True)


def refuse_for_good(hub: Hub, arrival: Arrival) -> Receipt:
    """Refuse with F099 an arrival on which intake failed again and again; open an incident.

    An arrival that was decided meanwhile keeps its receipt; only what follows is begun.
    """
    receipt = receipts.find(hub.state, arrival.id)
    if receipt is None or receipt.state is FileState.HELD:
        # Only the hash is taken, if it can be: whatever broke the checks must not break this.
        case = examine_barely(hub.inbound, arrival)
        receipt = _decide(hub, case, receipt, lambda _: "F099")
    return follow(hub, receipt)


def _decide(
    hub: Hub,
    case: Case,
    held: Receipt | None,
    judge: Callable[[GatewayMode], str | None],
    *,
    releasing: bool = False,
) -> Receipt:
    """Commit the decision that `judge` (an F code, or None to accept) comes to.

    A file that is held already stays so until the gateway opens, even when new ones are refused;
    `releasing`: it is its turn as soon as the gateway lets held files in.
    """

    def attempt(known: Receipt | None) -> Receipt:
        if known is not None and known.state is not FileState.HELD:
            return known
        mandate = hub.lease.mandate(case.arrival.id)
        gate = _reading(hub, case, known, releasing=releasing)
        if known is not None and gate.mode is not GatewayMode.OPEN:
            return known
        mode = _for_new_files(hub, gate)
        if mode is GatewayMode.HOLD:
            decision = decisions.hold(hub, case, mandate, gate)
        elif (code := judge(mode)) is None:
            decision = decisions.accept(hub, case, mandate, _claims(hub, case))
        else:
            decision = decisions.reject(hub, case, mandate, INTAKE_CODES[code])
        before = Absent() if known is None else Equal("state", FileState.HELD.value)
        decided = decision.receipt if known is None else decision.receipt.after(known)
        receipt = Put(receipts.item_of(decided), condition=before)
        hub.state.commit(mandate.check, gate.check, receipt, *decision.writes)
        return decided

    latest = partial(receipts.find, hub.state, case.arrival.id)
    subject = f"receipt {case.arrival.id}"
    return retry_from(hub.backoff, Contended.RECEIPT, subject, attempt, held, latest)


def _reading(hub: Hub, case: Case, held: Receipt | None, *, releasing: bool) -> GateReading:
    """Return how the gateway stands to a file; open to a held one whose turn it is."""
    # A file that is held already came in its time; of another it counts when it arrived.
    arrived = case.arrival.arrived if held is None else None
    gate = hub.gate.reading(concern_of(case.arrival), arrived)
    if held is not None and releasing and gate.releases:
        return replace(gate, mode=GatewayMode.OPEN)
    return gate


def _for_new_files(hub: Hub, gate: GateReading) -> GatewayMode:
    """Return what the gateway does with a new file: OPEN takes it, HOLD keeps, REJECT refuses."""
    if gate.mode is not GatewayMode.DRAIN:
        return gate.mode
    return GatewayMode(parameters.value(hub.state, "gateway.drain_new", at=hub.clock.now()))


def _claims(hub: Hub, case: Case) -> list[claims.Claim]:
    days = parameters.count(hub.state, "intake.dup_days", at=case.arrival.arrived)
    return claims.of(case, timedelta(days=days))


def _limits(hub: Hub, arrival: Arrival) -> Limits:
    wanted = ("intake.max_mb", "intake.name_ahead_h")
    found = parameters.counts(hub.state, wanted, at=arrival.arrived)
    return Limits(found["intake.max_mb"], timedelta(hours=found["intake.name_ahead_h"]))


def _judge(hub: Hub, case: Case, limits: Limits, mode: GatewayMode) -> str | None:
    """Return the code that the checks of intake come to, None when all pass."""
    state, at, name = hub.state, case.arrival.arrived, case.name
    refused = mode is GatewayMode.REJECT
    if name is None or case.file_type is None:
        return verdict(Facts(case, limits, refused=refused))
    authorized = registry.may(
        state, ldc=name.org_1, org_id=name.org_2, file_id=name.file_id, right=Right.SUBMIT, at=at
    )
    return verdict(
        Facts(
            case,
            limits,
            refused=refused,
            ldc=registry.organization(state, name.org_1),
            submitter=registry.organization(state, name.org_2),
            authorized=authorized,
            taken=claims.taken(state, _claims(hub, case)) | claims.too_late(hub, case),
        )
    )
