"""What holds of every commit at the moment it is made, judged against the hub as it then stands.

Each is a sentence and a function: given the commit and what was known before it, it yields
what is wrong, each time with the item that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.plans import plan_of
from mdmr.exchange.outbound.recipients import refusal
from mdmr.exchange.outbound.states import DELIVERED, FAILED_DELIVERY, INTENDED, WITHHELD
from mdmr.organizations import parameters
from mdmr.ports.authority import Concern, GatewayMode
from mdmr.ports.codec import from_item

from tests.simulation.invariants.set_commits import SET_COMMITS, SET_FILES
from tests.simulation.invariants.wrong import Harm, Invariant
from tests.simulation.watching import Commit, Judge, Known, Written

Wrong = Iterator[tuple[str, str]]

# What may follow what; None: there was no receipt.
_FILE_STATES: dict[FileState | None, set[FileState]] = {
    None: {FileState.HELD, FileState.ACCEPTED, FileState.REJECTED},
    FileState.HELD: {FileState.ACCEPTED, FileState.REJECTED},
    # Set aside before its begin, where that failed.
    FileState.ACCEPTED: {FileState.PROCESSING, FileState.FAILED},
    FileState.PROCESSING: {FileState.DONE, FileState.FAILED},
    FileState.FAILED: {FileState.ACCEPTED},
}
_DELIVERY_STATES: dict[str | None, set[str]] = {
    None: {INTENDED, WITHHELD},
    INTENDED: {INTENDED, DELIVERED, FAILED_DELIVERY},
    FAILED_DELIVERY: {FAILED_DELIVERY, INTENDED},
    WITHHELD: {WITHHELD},
    DELIVERED: {DELIVERED},
}
_INSIDE_CODES = {"F099"}


def only_the_region_with_the_lease_decides(commit: Commit, known: Known) -> Wrong:
    """A region that holds no shard of the lease writes no decision."""
    if known.holds(commit.region):
        return
    for each in commit.writes:
        yield each.key.partition, f"written in {commit.region}, which does not hold the lease"


def a_decision_bears_the_epoch_of_its_time(commit: Commit, known: Known) -> Wrong:
    """What is decided is stamped with the epoch of the lease at the commit."""
    for each in commit.writes:
        epoch = each.content.get("epoch")
        if epoch is not None and known.epoch is not None and epoch != known.epoch:
            yield each.key.partition, f"bears epoch {epoch} in epoch {known.epoch}"


def nothing_is_accepted_while_the_gateway_is_closed(commit: Commit, known: Known) -> Wrong:
    """A new file is decided only as the gateway's mode at the commit says; a held one when open."""
    for each in commit.of("RECEIPT"):
        if not each.put or each.content["state"] == FileState.HELD.value:
            continue
        receipt = from_item(Receipt, each.content)
        concern = Concern(receipt.arrival.organization, receipt.ldc, receipt.file_id)
        if receipt.code in _INSIDE_CODES:
            continue
        if known.files.get(receipt.id) is FileState.HELD:
            if not known.gateway.releases(concern):
                yield receipt.arrival.key, "a held file was decided while the gateway is closed"
            continue
        mode = known.gateway.mode_for(concern, receipt.arrival.arrived)
        if mode is GatewayMode.DRAIN:
            told = parameters.value(known.state, "gateway.drain_new", at=commit.at)
            mode = GatewayMode(told)
        wanted = GatewayMode.REJECT if receipt.code == "F000" else GatewayMode.OPEN
        if mode is not wanted:
            what = receipt.code or receipt.state.value
            yield receipt.arrival.key, f"decided as {what} while the gateway is {mode.value}"


def the_gateway_changes_one_step_at_a_time(commit: Commit, known: Known) -> Wrong:
    """Each change of the gateway is made on what the one before it left."""
    for each in commit.of("GATE"):
        version = each.content.get("version")
        if each.put and version is not None and version != known.gateway.version + 1:
            yield each.key.sort, f"version {version} was put after {known.gateway.version}"


def nothing_inside_is_worked_while_the_gateway_keeps_it(commit: Commit, known: Known) -> Wrong:
    """While the gateway is HOLD for a single file inside, no decision about it is made."""
    for each in commit.of("RECEIPT"):
        after = each.content.get("state")
        concern = known.concerns.get(_id(each))
        if each.put or concern is None or after is None or FileState(after) is FileState.ACCEPTED:
            continue
        if concern.file_id in SET_FILES:
            # What becomes of it follows from what was decided about its set.
            continue
        if not known.gateway.works(concern):
            yield each.key.partition, f"became {after} while the gateway is HOLD"


def a_file_goes_through_its_states_in_order(commit: Commit, known: Known) -> Wrong:
    """A file goes from HELD to ACCEPTED or REJECTED, to PROCESSING, to DONE or FAILED, not back."""
    for each in commit.of("RECEIPT"):
        if "state" not in each.content:
            continue
        before = known.files.get(_id(each))
        after = FileState(each.content["state"])
        if after not in _FILE_STATES.get(before, set()):
            yield each.key.partition, f"went from {before and before.value} to {after.value}"


def a_delivery_goes_through_its_states_in_order(commit: Commit, known: Known) -> Wrong:
    """What was delivered or withheld stays so; what was given up is only taken up again."""
    for each in commit.of("DELIVERY"):
        if "state" not in each.content:
            continue
        before, after = known.deliveries.get(_id(each)), str(each.content["state"])
        if after not in _DELIVERY_STATES[before] or (before is None) is not each.put:
            yield each.key.partition, f"went from {before} to {after}"


def a_delivery_is_decided_for_whom_may_have_it(commit: Commit, known: Known) -> Wrong:
    """A delivery is intended only where its recipient is entitled when that is decided."""
    for each in commit.of("DELIVERY"):
        if not each.put or each.content["state"] != INTENDED:
            continue
        delivery, changed = from_item(Delivery, each.content), known.registry_changed
        report, at = delivery.report, delivery.decided
        # Of what belongs to a plan it is asked when the plan is made.
        plan = known.plans.get(plan_of(report))
        asked = commit.began if plan is None else plan.began
        if changed is not None and changed + timedelta(minutes=1) >= asked:
            continue
        refused = refusal(known.state, report.file_id, report.org_1, report.recipient, at)
        if refused:
            yield each.key.partition, f"{report.file_id} for {report.recipient}: {refused}"


def nothing_of_a_plan_goes_out_before_all_of_it_is_written(commit: Commit, known: Known) -> Wrong:
    """A delivery of a plan is made once every delivery of the plan is written, not before."""
    for each in commit.of("DELIVERY"):
        plan_id = known.planned.get(_id(each))
        if plan_id is None or each.content.get("state") != DELIVERED:
            continue
        written, count = known.written[plan_id], known.plans[plan_id].deliveries
        if written != count:
            yield each.key.partition, f"goes out with {written} of {count} of {plan_id} written"


def _id(written: Written) -> str:
    return written.key.partition.partition("#")[2]


AT_COMMIT: tuple[Invariant[Judge], ...] = (
    Invariant(Harm.UNDUE, only_the_region_with_the_lease_decides),
    Invariant(Harm.UNDUE, a_decision_bears_the_epoch_of_its_time),
    Invariant(Harm.UNDUE, nothing_is_accepted_while_the_gateway_is_closed),
    Invariant(Harm.CONTRADICTORY, the_gateway_changes_one_step_at_a_time),
    Invariant(Harm.UNDUE, nothing_inside_is_worked_while_the_gateway_keeps_it),
    Invariant(Harm.CONTRADICTORY, a_file_goes_through_its_states_in_order),
    Invariant(Harm.CONTRADICTORY, a_delivery_goes_through_its_states_in_order),
    Invariant(Harm.UNDUE, a_delivery_is_decided_for_whom_may_have_it),
    Invariant(Harm.CONTRADICTORY, nothing_of_a_plan_goes_out_before_all_of_it_is_written),
    *SET_COMMITS,
)
