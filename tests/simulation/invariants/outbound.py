"""Of what goes out: to whom it may, under a name of its own, once, and always the same."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from datetime import datetime

import msgspec
from mdmr.exchange.files.filetypes import OUTBOUND
from mdmr.exchange.files.frame import compose
from mdmr.exchange.ledger.receipts import FileState
from mdmr.exchange.outbound import plans
from mdmr.exchange.outbound.deliveries import name_key
from mdmr.exchange.outbound.states import DELIVERED, FAILED_DELIVERY, WITHHELD
from mdmr.organizations import registry
from mdmr.ports.codec import from_item
from mdmr.ports.state import Key

from tests.simulation.ended import Ended
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong
from tests.support.market import ALWAYS


def what_lies_outbound_was_decided(world: Ended) -> Wrong:
    """Each outbound object is a delivery that was tried, and each that was made lies there."""
    made = {e.object_key for e in world.deliveries.values() if e.state == DELIVERED}
    # A try may have written it and failed behind that, and the last one at writing it again.
    given_up = {e.object_key for e in world.deliveries.values() if e.state == FAILED_DELIVERY}
    for key in world.outbound.keys() - made - given_up:
        yield key, "was never decided, or is not noted as made"
    for key in made:
        if key not in world.outbound:
            yield key, "is noted as made and does not lie there"


def what_is_delivered_is_what_was_decided(world: Ended) -> Wrong:
    """The bytes of an outbound object are those of its decision, in every version."""
    for delivery in world.deliveries.values():
        contents = world.outbound.get(delivery.object_key)
        if delivery.resend is not None or contents is None:
            continue
        name, report = delivery.name, delivery.report
        common = (name.file_id, name.version, name.org_1, name.org_2, delivery.created)
        body = world.shared.data.read(report.staged.key)
        pieces = compose(
            OUTBOUND[report.file_id].layout,
            str(name),
            (*common, *report.own),
            report.staged.count,
            [body],
            report.status,
        )
        wanted = b"".join(pieces)
        if any(content != wanted for content in contents):
            yield delivery.object_key, "has other bytes than were decided"
        if delivery.state == DELIVERED and delivery.sha256 != hashlib.sha256(wanted).hexdigest():
            yield delivery.object_key, "is noted with another hash"


def an_object_is_written_once_and_once_for_each_resend(world: Ended) -> Wrong:
    """An outbound object has one version, and one more for each resend of it.

    Of several resends one may have to be written again after another. One whose worker died once
    it had written, and that could not be tried again until it was not allowed any more, is given
    up all the same.
    """
    resends = [each for each in world.deliveries.values() if each.resend is not None]
    asked = Counter(each.object_key for each in resends)
    resent = Counter(each.object_key for each in resends if each.state == DELIVERED)
    unknown = Counter(each.object_key for each in resends if world.undeliverable(each))
    for key, contents in world.outbound.items():
        more = len(contents) - 1 - resent[key]
        if more < 0 or (more > unknown[key] and asked[key] < 2):
            yield key, f"has {len(contents)} versions and {resent[key]} resends"


def every_delivery_has_a_name_of_its_own(world: Ended) -> Wrong:
    """No two deliveries but resends go out under one name."""
    names = defaultdict(list)
    for each in world.deliveries.values():
        if each.resend is None:
            names[each.object_key].append(each.id)
    for key, ids in names.items():
        if len(ids) > 1:
            yield key, f"is the name of {len(ids)} deliveries"


def a_delivery_lies_in_its_recipients_prefix(world: Ended) -> Wrong:
    """Objects lie only in the prefix of their recipient, and nothing withheld lies anywhere."""
    for delivery in world.deliveries.values():
        prefix = delivery.object_key.partition("/")[0]
        if prefix != delivery.report.recipient or prefix != delivery.name.org_2:
            yield delivery.object_key, f"is for {delivery.report.recipient}"
        if delivery.state == WITHHELD and delivery.object_key in world.outbound:
            yield delivery.object_key, "is withheld, and lies there"


def every_delivery_is_done_and_told(world: Ended) -> Wrong:
    """Each delivery is made, or not allowed, and told so, always in the same words."""
    for delivery in world.deliveries.values():
        if delivery.state != DELIVERED and not world.undeliverable(delivery):
            yield delivery.object_key, f"is left {delivery.state}"
        if delivery.state == DELIVERED and delivery.id not in world.told:
            yield delivery.object_key, "was made, and not told"
        if delivery.state != DELIVERED and not delivery.told:
            yield delivery.object_key, f"is {delivery.state}, and nobody was told"
    for event, told in world.told.items():
        if any(each != told[0] for each in told):
            yield event, "was told in two ways"


def held_files_are_told_once(world: Ended) -> Wrong:
    """Each file that was held stands once in a notice to its sender, if that is active."""
    told: Counter[tuple[str, str]] = Counter()
    for file in world.delivered.values():
        if file.header[0] == "NT01" and "HELD_FILES" in file.header:
            told.update((file.prefix, row[1].rpartition(" ")[0]) for row in file.details)
    held: Counter[tuple[str, str]] = Counter()
    for receipt in world.receipts.values():
        if receipt.history[0].state is FileState.HELD:
            arrival = receipt.arrival
            # Not its hash: what could be read then may not be readable now.
            line = f"{arrival.name} {arrival.size}"
            held[arrival.organization, line] += 1
    organizations = registry.organizations(world.shared.state)
    always = {each.org_id for each in organizations if each.active == ALWAYS}
    for who, line in held.keys() | told.keys():
        if who in always and held[who, line] != told[who, line]:
            yield line, f"held {held[who, line]} times, told {told[who, line]} times to {who}"


def each_plan_is_carried_out_in_its_order(world: Ended) -> Wrong:
    """Each delivery of a plan is there, once, and their names follow the order of the plan."""
    for item in world.items:
        if not str(item["pk"]).startswith(f"{plans.KIND}#") or item["sk"] != "PLAN":
            continue
        plan = from_item(plans.DeliveryPlan, item)
        body = world.shared.data.read(plan.object_key)
        if hashlib.sha256(body).hexdigest() != plan.sha256:
            yield plan.id, "is not what was decided"
        last: dict[Key, datetime] = {}
        for line in body.splitlines():
            report = msgspec.json.decode(line, type=plans.PlannedDelivery).report
            delivery, row = world.deliveries.get(report.delivery_id), name_key(report)
            if delivery is None:
                yield plan.id, f"lacks {report.subject} for {report.recipient}"
            elif row in last and delivery.created <= last[row]:
                yield plan.id, f"{delivery.name} is out of order"
            else:
                last[row] = delivery.created


OUTBOUND_INVARIANTS: tuple[Law, ...] = (
    Invariant(Harm.LOST, what_lies_outbound_was_decided),
    Invariant(Harm.CONTRADICTORY, what_is_delivered_is_what_was_decided),
    Invariant(Harm.DUPLICATED, an_object_is_written_once_and_once_for_each_resend),
    Invariant(Harm.DUPLICATED, every_delivery_has_a_name_of_its_own),
    Invariant(Harm.UNDUE, a_delivery_lies_in_its_recipients_prefix),
    Invariant(Harm.LOST, every_delivery_is_done_and_told),
    Invariant(Harm.DUPLICATED, held_files_are_told_once),
    Invariant(Harm.LOST, each_plan_is_carried_out_in_its_order),
)
