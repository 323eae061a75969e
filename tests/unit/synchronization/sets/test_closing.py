"""The end of a set: one commit with its turn, tried again only for that; what follows, once."""

from __future__ import annotations

from collections.abc import Sequence as Several
from datetime import timedelta

import pytest
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt, Step
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.resending import Asked
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import (
    Check,
    ConditionFailedError,
    Key,
    Put,
    StateBusyError,
    Update,
    Write,
)
from mdmr.synchronization.sets import closing, execution, rows, sequence
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.sets.states import FINAL, SetState
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON, set_parameter
from tests.support.story import Platform
from tests.support.waiting_sets import (
    complete,
    files,
    found,
    look,
    send,
    set_id,
    stopped,
    wait,
)
from tests.support.working import hub_with
from tests.unit.contested import Contested, Overtaken, touches
from tests.unit.epochs import Growing

A, B = set_id("a"), set_id("b")
HOUR = timedelta(hours=1)
ASKED = Asked("r-1", "ann", "checked")
BUSY = "write contention in 8 attempts"


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


@pytest.fixture
def staging(hub: Platform) -> FileSet:
    """Return a set whose turn it is."""
    complete(hub, "a", 1)
    look(hub, A)
    return found(hub, A)


def end(
    hub: Platform,
    before: FileSet,
    *writes: Write,
    worker: Hub | None = None,
    state: SetState = SetState.FAILED,
    directory: str | None = None,
    snapshot: str | None = None,
) -> FileSet:
    after = before.moved(state, hub.clock.now())
    return closing.close(
        worker or hub.hub, before, after, *writes, directory=directory, snapshot=snapshot
    )


def late(hub: Platform, fails: int, *failing: int) -> tuple[Hub, Contested]:
    """Return the hub of a worker who is too late with the end of a set so many times."""
    state = Contested(hub.hub.state, touches("SEQUENCE#"), fails=fails, failing=failing)
    return replace(hub.hub, state=state), state


def on_the_side() -> tuple[Put, Key]:
    key = Key("OTHER#1", "OTHER")
    return Put({"pk": key.partition, "sk": key.sort}), key


class TestTheEnd:
    def test_gives_the_turn_back_and_keeps_map_and_snapshot(
        self, hub: Platform, staging: FileSet
    ) -> None:
        before = sequence.find(hub.hub.state, LDC)
        noted = replace(before, directory="map-1", snapshot="shot-1")
        hub.hub.state.commit(sequence.move(before, noted, epoch=1))
        closed = end(hub, staging)
        left = sequence.find(hub.hub.state, LDC)
        assert (left.open, left.last) == (None, 1)
        assert (left.directory, left.snapshot) == ("map-1", "shot-1")
        assert (closed.state, closed.followed) == (SetState.FAILED, True)
        assert found(hub, A) == closed

    @pytest.mark.parametrize(
        ("given", "left"),
        [
            (("map-2", None), ("map-2", "")),
            ((None, "shot-2"), ("", "shot-2")),
            (("map-2", ""), ("map-2", "")),
        ],
    )
    def test_names_the_next_map_and_the_next_snapshot(
        self,
        hub: Platform,
        staging: FileSet,
        given: tuple[str | None, str | None],
        left: tuple[str, str],
    ) -> None:
        end(hub, staging, directory=given[0], snapshot=given[1])
        after = sequence.find(hub.hub.state, LDC)
        assert (after.directory, after.snapshot) == left

    def test_is_tried_eight_times_where_only_the_sequence_was_changed(
        self, hub: Platform, staging: FileSet
    ) -> None:
        worker, state = late(hub, 8, 3)
        with pytest.raises(StateBusyError, match=BUSY):
            end(hub, staging, worker=worker)
        assert state.refused == 8
        worker, state = late(hub, 7, 3)
        write, key = on_the_side()
        assert end(hub, staging, write, worker=worker).state is SetState.FAILED
        assert state.refused == 7
        assert hub.hub.state.get(key) is not None

    @pytest.mark.parametrize("failing", [(0,), (1,), (2,), (4,), (3, 4), (2, 3)])
    def test_is_not_tried_again_where_anything_else_was(
        self, hub: Platform, staging: FileSet, failing: tuple[int, ...]
    ) -> None:
        worker, state = late(hub, 1, *failing)
        with pytest.raises(ConditionFailedError):
            end(hub, staging, on_the_side()[0], worker=worker)
        assert state.refused == 1
        assert found(hub, A) == staging

    def test_is_written_under_one_epoch(self, hub: Platform, staging: FileSet) -> None:
        worker = replace(hub.hub, lease=Growing(hub.hub.lease))
        mandate = worker.lease.mandate(str(A))
        after = staging.moved(SetState.FAILED, hub.clock.now())
        seen: list[tuple[Write, ...]] = []

        class Seeing(Contested):
            def commit(self, *writes: Write) -> None:
                seen.append(writes)
                super().commit(*writes)

        watched = replace(worker, state=Seeing(hub.hub.state, lambda _: False))
        closing.close(watched, staging, after, mandate=mandate)
        assert _epochs(seen[0]) == {mandate.epoch}

    @pytest.mark.parametrize("state", sorted(set(SetState) - FINAL))
    def test_is_no_other_state_than_a_final_one(
        self, hub: Platform, staging: FileSet, state: SetState
    ) -> None:
        with pytest.raises(ValueError, match="is no end of a set"):
            closing.close(hub.hub, staging, replace(staging, state=state))

    def test_of_a_set_that_is_not_under_way_leaves_the_turn(
        self, hub: Platform, staging: FileSet
    ) -> None:
        complete(hub, "b", 2)
        look(hub, B)
        assert [each.id for each in sequence.find(hub.hub.state, LDC).waiting] == [B]
        end(hub, found(hub, B), state=SetState.REJECTED)
        left = sequence.find(hub.hub.state, LDC)
        assert (left.open, left.waiting, left.last) == (staging.id, (), 0)
        assert left.extracted is None

    @pytest.mark.parametrize(
        ("owner", "value", "last"), [(LDC, "no", 0), (LDC, "yes", 1), (AGENT, "no", 1)]
    )
    def test_of_a_set_that_fails_uses_its_number_as_its_ldc_wants(
        self, hub: Platform, staging: FileSet, owner: str, value: str, last: int
    ) -> None:
        set_parameter(hub.hub, "sync.consume_on_stl_error", value, owner=owner)
        hub.clock.advance(HOUR)
        end(hub, staging)
        left = sequence.find(hub.hub.state, LDC)
        assert left.last == last
        assert left.turned == (NOON if last else NOON + HOUR)

    def test_of_a_loaded_set_uses_its_number_whatever_the_ldc_wants(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        before = stopped(hub, A)
        set_parameter(hub.hub, "sync.consume_on_stl_error", "no", owner=LDC)
        end(hub, before, state=SetState.COMPLETE)
        left = sequence.find(hub.hub.state, LDC)
        assert left.last == 1
        assert left.extracted == before.extracted

    def test_of_a_set_that_failed_is_no_complete_extraction(
        self, hub: Platform, staging: FileSet
    ) -> None:
        assert staging.extracted is not None
        end(hub, staging)
        assert sequence.find(hub.hub.state, LDC).extracted is None


def _epochs(writes: Several[Write]) -> set[object]:
    """Return the epochs that the items of a commit bear."""
    items = [each.item for each in writes if isinstance(each, Put)]
    items += [each.set for each in writes if isinstance(each, Update)]
    return {item["epoch"] for item in items if "epoch" in item}


class TestWhatFollowsTheEnd:
    def test_is_done_once(self, hub: Platform, staging: FileSet) -> None:
        closed = end(hub, staging)
        before = hub.hub.state.items()
        hub.hub.publish_queue.receive(100)
        assert closing.finish(hub.hub, closed) is closed
        assert hub.hub.state.items() == before
        assert hub.hub.publish_queue.messages == []

    def test_is_done_again_where_that_is_not_known(self, hub: Platform, staging: FileSet) -> None:
        closed = replace(end(hub, staging), followed=False, reports=("d-1", "d-2"))
        hub.hub.publish_queue.receive(100)
        # Another run has noted it meanwhile: what that wrote is what there is.
        stale = replace(closed, revision=closed.revision - 1)
        assert closing.finish(hub.hub, stale) == found(hub, A)
        assert hub.hub.publish_queue.messages == [{"delivery": "d-1"}, {"delivery": "d-2"}]

    def test_is_noted_with_the_next_revision(self, hub: Platform, staging: FileSet) -> None:
        after = staging.moved(SetState.FAILED, hub.clock.now())
        closed = rows.commit(hub.hub, staging, after)
        followed = closing.finish(hub.hub, closed)
        assert followed == replace(closed, followed=True, revision=closed.revision + 1)
        assert found(hub, A) == followed
        item = hub.hub.state.get(rows.set_key(A)) or {}
        assert "due" not in item

    def test_wakes_all_that_wait(self, hub: Platform, staging: FileSet) -> None:
        complete(hub, "b", 2)
        wait(hub, B, "token of b")
        hub.hub.processes.woken.clear()
        end(hub, staging)
        assert hub.hub.processes.woken == ["token of b"]

    def test_tells_of_the_files_how_the_set_ended(self, hub: Platform) -> None:
        sent = send(hub, files("a", 1))
        look(hub, A)
        end(hub, found(hub, A))
        for each in sent:
            known = receipts.find(hub.hub.state, each.id)
            assert known is not None
            assert known.history[-1] == Step(FileState.DONE, NOON, "FAILED")
            assert known.history[-2] == Step(FileState.PROCESSING, NOON, "")

    def test_ends_the_files_of_a_set_that_was_never_taken(self, hub: Platform) -> None:
        sent = send(hub, files("a", 1), "01", "02")
        hub.clock.advance(HOUR)
        assert look(hub, A).each.state is SetState.REJECTED
        for each in sent:
            known = receipts.find(hub.hub.state, each.id)
            assert known is not None
            assert [step.state for step in known.history] == [
                FileState.ACCEPTED,
                FileState.PROCESSING,
                FileState.DONE,
            ]

    def test_announces_reports_that_are_open_and_no_others(self, hub: Platform) -> None:
        send(hub, files("a", 1), "01")
        hub.clock.advance(HOUR)
        closed = look(hub, A).each
        assert closed.state is SetState.REJECTED
        hub.hub.publish_queue.receive(100)
        closing.announce(hub.hub, closed)
        assert hub.hub.publish_queue.messages == [{"delivery": each} for each in closed.reports]
        hub.settle()
        (only,) = closed.reports
        delivery = deliveries.find(hub.hub.state, only)
        assert delivery is not None
        assert not delivery.open
        closing.announce(hub.hub, replace(closed, reports=(only, "never")))
        assert hub.hub.publish_queue.messages == []


class TestTheFilesOfALargeSet:
    """Their states are noted ninety at a time; what another run has noted stays."""

    def many(self, hub: Platform, count: int) -> None:
        for number in range(count):
            arrival = Arrival(f"{AGENT}/file-{number:04}", "v-1", 1, NOON)
            step = Step(FileState.ACCEPTED, NOON)
            receipt = Receipt(arrival, FileState.ACCEPTED, 1, "digest", history=(step,))
            file = SetFile(
                "01", f"{number:04}", arrival.name, arrival.key, "v-1", receipt.id, 1, NOON, NOON
            )
            hub.hub.state.commit(Put(receipts.item_of(receipt)), rows.put_file(A, file))

    def states(self, hub: Platform) -> list[str]:
        partition = "RECEIPT#"
        return [
            str(item["state"])
            for item in hub.hub.state.items()
            if str(item["pk"]).startswith(partition)
        ]

    def test_are_noted_in_as_few_commits(self, hub: Platform, staging: FileSet) -> None:
        self.many(hub, 181)
        sizes: list[int] = []

        class Counting(Contested):
            def commit(self, *writes: Write) -> None:
                sizes.append(len([each for each in writes if not isinstance(each, Check)]))
                super().commit(*writes)

        worker = replace(hub.hub, state=Counting(hub.hub.state, lambda _: False))
        closing.begin_files(worker, staging)
        assert sizes == [90, 90, 1]
        assert "ACCEPTED" not in self.states(hub)

    def test_are_all_noted_where_another_run_noted_some(
        self, hub: Platform, staging: FileSet
    ) -> None:
        self.many(hub, 5)
        worker = replace(
            hub.hub,
            state=Contested(hub.hub.state, touches("RECEIPT#"), fails=2, failing=(1,)),
        )
        closing.begin_files(worker, staging)
        # Two tries named the first of those left as noted by somebody else.
        assert self.states(hub).count("ACCEPTED") == 2
        closing.begin_files(hub.hub, staging)
        assert "ACCEPTED" not in self.states(hub)

    def test_that_another_run_has_noted_do_not_keep_the_others(
        self, hub: Platform, staging: FileSet
    ) -> None:
        self.many(hub, 5)
        known = [
            from_item(Receipt, item)
            for item in hub.hub.state.items()
            if item["sk"] == "RECEIPT" and item["state"] == "ACCEPTED"
        ]
        others = iter([*known[:1], *known[3:4]])

        def meanwhile() -> None:
            for each in others:
                moved = each.moved(FileState.PROCESSING, NOON)
                hub.hub.state.commit(receipts.move(moved, since=FileState.ACCEPTED))

        closing.begin_files(replace(hub.hub, state=Overtaken(hub.hub.state, meanwhile)), staging)
        assert set(self.states(hub)) == {"PROCESSING"}

    def test_are_left_where_the_lease_is_lost(self, hub: Platform, staging: FileSet) -> None:
        self.many(hub, 2)
        worker = replace(
            hub.hub,
            state=Contested(hub.hub.state, touches("RECEIPT#"), fails=1, failing=(0, 1)),
        )
        with pytest.raises(StateBusyError, match=str(A)):
            closing.begin_files(worker, staging)
        assert self.states(hub).count("ACCEPTED") == 2


def test_a_set_without_a_token_is_woken_by_starting_its_execution(hub: Platform) -> None:
    send(hub, files("a", 1), "00")
    hub.hub.processes.started.clear()
    execution.wake(hub.hub, A)
    assert list(hub.hub.processes.started) == [("synchronization", str(A))]
    assert hub.hub.processes.woken == []
