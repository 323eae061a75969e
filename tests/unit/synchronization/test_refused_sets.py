"""A stopped set that is refused ends as it is, whatever of it is applied or broken."""

from __future__ import annotations

from contextlib import AbstractContextManager
from unittest.mock import patch

import pytest
from mdmr.directory import directory_map, writing
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.ports.state import StateStore
from mdmr.synchronization.processing import leaving, plans
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, deciding, manifest, sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.states import Decision, SetState

from tests.support.market import LDC
from tests.support.set_runs import run_set
from tests.support.story import Platform
from tests.support.towns import HOUSE, SHOP
from tests.support.working import (
    directory,
    hub_with,
    process,
    reports,
    stage,
    step,
)
from tests.unit.synchronization.stopping import (
    ASKED,
    MINUTE,
    NEXT,
    NOW,
    QUARTER,
    TOWN,
    all_applied,
    decided,
    failing,
    in_processing,
    looked,
    rows_of,
    sent,
    status_of,
    stopped,
)


@pytest.fixture
def hub() -> Platform:
    return hub_with((HOUSE, SHOP), at=NOW)


class TestARefusedSet:
    """It asks for nothing that failed before."""

    @pytest.mark.parametrize(
        ("module", "name"),
        [
            (plans, "tally"),
            (plans, "lines"),
            (plans, "documents"),
            (leaving, "applied"),
            (plans, "reported"),
            (manifest, "read"),
        ],
    )
    def test_ends_whatever_of_it_is_broken(self, hub: Platform, module: object, name: str) -> None:
        set_id = all_applied(hub)
        stopped(hub, set_id)
        decided(hub, set_id, Decision.REFUSE)
        with failing(module, name):
            assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE
        assert status_of(hub)[0] == "99"
        after = sent(hub, NEXT, 2)
        assert run_set(hub.hub, after).each.state is SetState.COMPLETE

    def test_without_a_new_map_keeps_the_one_before(self, hub: Platform) -> None:
        run_set(hub.hub, sent(hub, TOWN, 1))
        before = sequence.find(hub.hub.state, LDC).directory
        set_id = sent(hub, NEXT, 2)
        stage(hub.hub, set_id)
        for name in ("plan", "decide", "apply"):
            step(hub.hub, set_id, name, "0000")
        stopped(hub, set_id)
        decided(hub, set_id, Decision.REFUSE)
        with failing(directory_map, "write_lines"):
            assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE
        assert sequence.find(hub.hub.state, LDC).directory == before
        assert run_set(hub.hub, sent(hub, TOWN, 3)).each.state is SetState.COMPLETE

    def test_tells_what_was_applied_and_leaves_it(self, hub: Platform) -> None:
        set_id = all_applied(hub)
        stopped(hub, set_id)
        before = directory(hub)
        decided(hub, set_id, Decision.REFUSE)
        run_set(hub.hub, set_id)
        assert directory(hub) == before
        assert status_of(hub) == ["99", "SYSTEM FAILURE", "18", "18", "0"]
        assert len(rows_of(hub, "IR06")) == 18
        entry = directory_map.read(hub.hub.data, sequence.find(hub.hub.state, LDC).directory)
        assert {each.usdp for each in entry.entries()} == {HOUSE, SHOP}

    def test_of_which_nothing_is_applied_tells_no_more_than_its_stop(self, hub: Platform) -> None:
        set_id = in_processing(hub)
        stopped(hub, set_id)
        decided(hub, set_id, Decision.REFUSE)
        run_set(hub.hub, set_id)
        assert len(reports(hub, "IR06")) == 1
        assert directory(hub) == []

    def test_waits_for_a_function_that_may_still_apply_it(self, hub: Platform) -> None:
        set_id = all_applied(hub)
        stopped(hub, set_id)
        hub.clock.advance(MINUTE)
        deciding.decide(hub.hub, set_id, Decision.REFUSE, ASKED)
        found_then = looked(hub, set_id)
        assert (found_then.outcome, found_then.wait) == (Outcome.WAIT, QUARTER - MINUTE)
        hub.clock.advance(QUARTER)
        assert looked(hub, set_id).outcome is Outcome.DECIDE

    def test_that_cannot_be_ended_can_be_decided_about_anew(self, hub: Platform) -> None:
        set_id = all_applied(hub)
        stopped(hub, set_id)
        decided(hub, set_id, Decision.REFUSE)
        with failing(closing, "close"), pytest.raises(RuntimeError):
            process(hub.hub, set_id)
        assert stopped(hub, set_id, "Decide") == "STOPPED"
        assert looked(hub, set_id).outcome is Outcome.WAIT
        decided(hub, set_id, Decision.REFUSE)
        assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE


class TestASetThatIsAppliedByHalf:
    """The writing of its documents broke off."""

    def broken(self, hub: Platform, breaks: Entity) -> SetId:
        """Return a set that stopped as one document cannot be written; those before it are."""
        set_id = in_processing(hub)
        step(hub.hub, set_id, "decide")
        with self.unwritable(breaks), pytest.raises(RuntimeError):
            step(hub.hub, set_id, "apply", "0000")
        stopped(hub, set_id)
        return set_id

    def unwritable(self, breaks: Entity) -> AbstractContextManager[object]:
        write = writing.write

        def planted(
            directory: StateStore, documents: list[Document], epoch: int
        ) -> list[Document | None]:
            done: list[Document | None] = []
            for each in documents:
                if each.entity == breaks:
                    raise RuntimeError
                done += write(directory, [each], epoch)
            return done

        return patch.object(writing, "write", planted)

    def test_tells_of_what_is_written_when_it_is_refused(self, hub: Platform) -> None:
        set_id = self.broken(hub, Entity(Kind.SDP, LDC, SHOP))
        decided(hub, set_id, Decision.REFUSE)
        run_set(hub.hub, set_id)
        assert {str(item["pk"]) for item in directory(hub)} == {
            f"AMCD#{LDC}#A-1",
            f"METER#{LDC}#M-1",
            f"SDP#{HOUSE}",
        }
        assert {row[6] or row[7] for row in rows_of(hub, "IR06")} == {HOUSE, "M-1", "A-1"}
        assert status_of(hub) == ["99", "SYSTEM FAILURE", "18", "12", "0"]
        known = directory_map.read(hub.hub.data, sequence.find(hub.hub.state, LDC).directory)
        assert {each.usdp for each in known.entries()} == {HOUSE}

    def test_writes_the_other_side_of_a_relation(self, hub: Platform) -> None:
        """The meter's document is written, with the SDP that it belongs to."""
        set_id = self.broken(hub, Entity(Kind.SDP, LDC, HOUSE))
        assert f"SDP#{HOUSE}" not in {str(item["pk"]) for item in directory(hub)}
        decided(hub, set_id, Decision.REFUSE)
        run_set(hub.hub, set_id)
        assert f"SDP#{HOUSE}" in {str(item["pk"]) for item in directory(hub)}
        assert ["SM", HOUSE, "M-1"] in [[row[4], row[6], row[8]] for row in rows_of(hub, "IR06")]

    def test_tells_a_relation_of_one_side_as_a_system_error(self, hub: Platform) -> None:
        house = Entity(Kind.SDP, LDC, HOUSE)
        set_id = self.broken(hub, house)
        decided(hub, set_id, Decision.REFUSE)
        with self.unwritable(house):
            assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE
        (row,) = rows_of(hub, "IR07")
        assert [row[1], row[5], row[6], row[8], row[13]] == ["05", "SM", HOUSE, "M-1", "Y299"]

    def test_goes_on_where_it_broke_off_when_it_is_released(self, hub: Platform) -> None:
        set_id = self.broken(hub, Entity(Kind.SDP, LDC, SHOP))
        decided(hub, set_id, Decision.RELEASE)
        assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE
        assert status_of(hub) == ["00", "COMPLETE", "18", "18", "0"]
