"""Decisions that owe more files than one commit holds: all of them or none, once, in order."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from mdmr.continuity.records import rows_of
from mdmr.exchange.outbound import batches, deliveries, plans
from mdmr.exchange.outbound.deliveries import Report, Staged
from mdmr.exchange.outbound.plans import PlanDamagedError, PlannedDelivery, PlanUnknownError
from mdmr.exchange.outbound.publishing import publish
from mdmr.exchange.outbound.states import DELIVERED, WITHHELD
from mdmr.organizations import registry
from mdmr.ports.authority import NotActiveError
from mdmr.ports.codec import to_item
from mdmr.ports.objects import Content, pieces_of
from mdmr.ports.state import ConditionFailedError, Delete, Key, Put, key_of
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import FixedClock
from msgspec.structs import replace

from tests.support.crashing import At, Crash, Effect, watched
from tests.support.gateway import take_lease_away
from tests.support.market import AGENT, LDC, NOON, ORGANIZATIONS, end_authorization
from tests.support.plan_calls import MAX_WRITES, PLAN, decide, reports
from tests.support.story import platform

MEBIBYTE = 1 << 20


@pytest.fixture
def hub() -> MemoryHub:
    return platform().hub


def deliveries_of(hub: MemoryHub) -> list[Key]:
    return [key for key in map(key_of, hub.state.items()) if key.sort == "DELIVERY"]


def written(hub: MemoryHub) -> int:
    return len(deliveries_of(hub))


def announced(hub: MemoryHub) -> list[str]:
    return [str(each["delivery"]) for each in hub.publish_queue.messages]


class Dropped(MemoryObjects):
    """A bucket that takes pieces in and keeps none."""

    def put_new(self, key: str, content: Content) -> None:
        assert key
        for _ in pieces_of(content):
            pass


class DiesAtCommit(At):
    """Lets the worker die before a commit, counted from 0."""

    def __call__(self, effect: Effect) -> object:
        if effect.name == "state.commit":
            self.number -= 1
            if self.number < 0:
                raise Crash(effect.name)
        return effect.happen()


def take_over(hub: MemoryHub) -> None:
    """Give the lease anew, under the next epoch."""
    for shard, row in rows_of(hub.state).items():
        hub.state.commit(Put(replace(row, epoch=row.epoch + 1).to_item(shard)))


def broken_off(hub: MemoryHub, commits: int) -> None:
    with pytest.raises(Crash):
        batches.run(watched(hub, DiesAtCommit(number=commits)), PLAN, max_writes=MAX_WRITES)


class TestAPlan:
    def test_is_decided_once(self, hub: MemoryHub) -> None:
        decide(hub, reports(hub))
        with pytest.raises(ConditionFailedError):
            decide(hub, reports(hub))

    def test_that_was_not_decided_leaves_the_next_attempt_an_object_of_its_own(
        self, hub: MemoryHub
    ) -> None:
        def planned(each: int) -> Iterator[PlannedDelivery]:
            return plans.planned(hub.state, PLAN, reports(hub, each=each), NOON)

        first, plan = (
            plans.write(hub.data, PLAN, partial(planned, each), NOON, 1) for each in (1, 2)
        )
        assert first.object_key != plan.object_key
        hub.state.commit(*plans.decide(plan))
        batches.run(hub, PLAN)
        assert written(hub) == 4

    def test_asks_who_may_be_sent_what_when_it_is_decided(self, hub: MemoryHub) -> None:
        decide(hub, reports(hub))
        end_authorization(hub, AGENT, "IR06", at=NOON - timedelta(days=1))
        batches.run(hub, PLAN)
        assert not [e for e in deliveries.of_recipient(hub.state, AGENT) if e.state == WITHHELD]

    def test_withholds_what_a_recipient_may_not_be_sent(self, hub: MemoryHub) -> None:
        end_authorization(hub, AGENT, "IR06", at=NOON - timedelta(days=1))
        decide(hub, reports(hub))
        batches.run(hub, PLAN)
        states = [each.state for each in deliveries.of_recipient(hub.state, AGENT)]
        assert states == [WITHHELD] * 3

    def test_that_is_unknown_is_not_carried_out(self, hub: MemoryHub) -> None:
        with pytest.raises(PlanUnknownError):
            batches.run(hub, PLAN)

    def test_whose_object_is_another_is_not_carried_out(self, hub: MemoryHub) -> None:
        decide(hub, reports(hub))
        plan = plans.find(hub.state, PLAN)
        assert plan is not None
        for damaged in (replace(plan, sha256="0"), replace(plan, count=5), replace(plan, size=1)):
            hub.state.commit(Put(to_item(damaged, damaged.key)))
            with pytest.raises(PlanDamagedError):
                batches.run(hub, PLAN)
            assert announced(hub) == []


class TestWhileAPlanIsCarriedOut:
    def test_nothing_of_it_is_announced_listed_or_published(self, hub: MemoryHub) -> None:
        decide(hub, reports(hub))
        broken_off(hub, commits=2)
        some = [key.partition.partition("#")[2] for key in deliveries_of(hub)]
        assert 0 < len(some) < 6
        assert announced(hub) == []
        assert list(deliveries.of_recipient(hub.state, LDC)) == []
        assert [publish(hub, each) for each in some] == [None] * len(some)
        batches.run(hub, PLAN, max_writes=MAX_WRITES)
        found = publish(hub, some[0])
        assert found is not None
        assert found.state == DELIVERED

    def test_its_names_follow_its_order_whatever_is_decided_meanwhile(self, hub: MemoryHub) -> None:
        decide(hub, reports(hub, (LDC,), 5))
        broken_off(hub, commits=1)
        other = Report("IR06", LDC, LDC, "another", Staged("staged/x", 0))
        hub.state.commit(*deliveries.intend(hub.state, [other], now=hub.clock.now(), epoch=1)[1])
        batches.run(hub, PLAN, max_writes=MAX_WRITES)
        ids = [each.delivery_id for each in reports(hub, (LDC,), 5)]
        names = [str(found.name) for each in ids if (found := deliveries.find(hub.state, each))]
        assert len(set(names)) == 5
        assert names == sorted(names)

    def test_each_is_announced_once_in_the_end(self, hub: MemoryHub) -> None:
        decide(hub, reports(hub))
        for commits in (0, 2, 1):
            broken_off(hub, commits)
        assert announced(hub) == []
        batches.run(hub, PLAN, max_writes=MAX_WRITES)
        batches.run(hub, PLAN, max_writes=MAX_WRITES)
        assert announced(hub) == [each.delivery_id for each in reports(hub)]

    def test_a_region_that_takes_over_writes_what_did_not_arrive(self, hub: MemoryHub) -> None:
        decide(hub, reports(hub))
        broken_off(hub, commits=2)
        hub.state.commit(
            Delete(next(key for key in map(key_of, hub.state.items()) if key.sort == "DELIVERY"))
        )
        take_over(hub)
        batches.run(hub, PLAN, max_writes=MAX_WRITES)
        assert written(hub) == 6

    def test_a_region_without_the_lease_writes_nothing(self, hub: MemoryHub) -> None:
        decide(hub, reports(hub))
        take_lease_away(hub)
        with pytest.raises(NotActiveError):
            batches.run(hub, PLAN)
        assert written(hub) == 0


class TestSeventyThousandAnswers:
    """What billing owes: 70,000 files to 350 organizations, by one decision."""

    RECIPIENTS, EACH = 350, 200

    def owed(self) -> Iterator[Report]:
        for number in range(self.RECIPIENTS):
            for part in range(self.EACH):
                staged = Staged(f"staged/{number}-{part}", 1)
                yield Report("NT01", LDC, f"ORG7{number:04}", f"{PLAN}#{part}", staged)

    def test_take_few_requests_and_bounded_time(self) -> None:
        hub = memory_hub(FixedClock(NOON))
        for number in range(self.RECIPIENTS):
            each = replace(ORGANIZATIONS[0], org_id=f"ORG7{number:04}")
            hub.state.commit(Put(registry.item_of_organization(each)))
        requests = Counter[str]()

        def counted(effect: Effect) -> object:
            requests[effect.name] += 1
            return effect.happen()

        started = time.process_time()
        worker = watched(hub, counted)

        def planned() -> Iterator[PlannedDelivery]:
            return plans.planned(worker.state, PLAN, self.owed(), NOON)

        plan = plans.write(worker.data, PLAN, planned, NOON, 1)
        worker.state.commit(*plans.decide(plan))
        batches.run(worker, PLAN)
        seconds = time.process_time() - started
        total = self.RECIPIENTS * self.EACH
        assert plan.count == written(hub) == total
        names = {str(item["name"]) for item in hub.state.items() if item["sk"] == "DELIVERY"}
        assert len(names) == total
        assert Counter(announced(hub)).most_common(1)[0][1] == 1
        # Each commit holds some 97 deliveries with the rows of their names.
        assert requests["state.commit"] <= 2 + total / 95 + total / 100
        assert requests["state.get_many"] <= 1 + total / 95
        assert requests["state.get"] < 5 * self.RECIPIENTS + 10
        assert seconds < 60, dict(requests)

    def test_are_planned_and_read_in_bounded_memory(self) -> None:
        hub = memory_hub(FixedClock(NOON))
        dropped = Dropped(hub.clock, "data")
        tracemalloc.start()
        plan = plans.write(dropped, PLAN, lambda: map(PlannedDelivery, self.owed()), NOON, 1)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert plan.size > 10 * MEBIBYTE
        assert peak < 5 * MEBIBYTE
