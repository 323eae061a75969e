"""The hub fails on one record, in each way it can: that record is Y299, and all others go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from mdmr.calendar.instants import EST
from mdmr.directory import entries
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger import incidents
from mdmr.ports.state import Put, StateBusyError
from mdmr.synchronization.processing import judging, mapping, plan, plans, rows
from mdmr.synchronization.processing.plan import DeactivationError
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.records import Place
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.rows import Row

from tests.support.market import AGENT, LDC
from tests.support.planning import Directory, actions, codes
from tests.support.story import Platform
from tests.support.towns import BARN, HOUSE, SHOP, SUM, meter, sdp, town
from tests.support.working import (
    directory,
    files_of,
    found,
    hub_with,
    process,
    reports,
    send,
    stage,
)

NOW = datetime(2025, 10, 21, 15, 0, 30, tzinfo=EST)
TOWN = sdp(HOUSE) + sdp(SHOP) + meter(1) + f"REL|SM|{HOUSE}|M-1|20250901000000|\n"
BROKEN = RuntimeError("planted")
_Planted = Callable[..., Any]


def breaking(original: _Planted, breaks: Callable[..., bool]) -> _Planted:
    """Return a function that fails where it is asked about something."""

    def planted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - any function's
        if breaks(*given, **named):
            raise BROKEN
        return original(*given, **named)

    return planted


def after(original: _Planted, breaks: Callable[..., bool]) -> _Planted:
    """Return a function that does its work and fails then."""

    def planted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - any function's
        done = original(*given, **named)
        if breaks(*given, **named):
            raise BROKEN
        return done

    return planted


class TestOfAPlan:
    @pytest.fixture
    def known(self) -> Directory:
        return town()

    def told(self, known: Directory) -> plan.Plan:
        return known.plan(
            f"REL|SA|{SHOP}|ACC-2|20251001000000|\nREL|SA|{HOUSE}|ACC-3|20251001000000|"
        )

    def test_a_record_whose_row_cannot_be_made_changes_nothing(self, known: Directory) -> None:
        update = breaking(rows.update, lambda _place, said, *_: said.id == SHOP)
        with patch.object(rows, "update", update):
            made = self.told(known)
        assert codes(made) == [("SA", "Y299")]
        assert {each.entity.id for each in made.documents} == {HOUSE}

    def test_a_row_that_no_report_can_hold_is_a_fault_of_its_record(self, known: Directory) -> None:
        def update(*given: Any) -> str:  # noqa: ANN401 - those of the original
            return rows_update(*given) + ("\u00e9" if given[1].id == SHOP else "")

        rows_update = rows.update
        with patch.object(rows, "update", update):
            made = self.told(known)
        assert codes(made) == [("SA", "Y299")]
        assert {each.entity.id for each in made.documents} == {HOUSE}

    def test_what_was_put_before_the_fault_is_taken_back(self, known: Directory) -> None:
        clean = self.told(known)
        put = after(Work.put, lambda _work, entity, *_: entity.id == SHOP)
        with patch.object(Work, "put", put):
            made = self.told(known)
        assert codes(made) == [("SA", "Y299")]
        assert [each for each in clean.documents if each.entity.id == HOUSE] == made.documents

    def test_a_relation_is_bound_on_both_sides_or_on_none(self, known: Directory) -> None:
        """Its meter's document is put first; the fault comes with that of the SDP."""
        put = breaking(Work.put, lambda _work, entity, *_: entity.id == SHOP)
        with patch.object(Work, "put", put):
            made = known.plan(f"REL|SM|{SHOP}|M-3|20251001000000|")
        assert codes(made) == [("SM", "Y299")]
        assert made.documents == []
        assert made.updates == []

    def test_a_refused_record_whose_row_cannot_be_made_is_told_by_its_place(
        self, known: Directory
    ) -> None:
        with patch.object(rows, "refused", breaking(rows.refused, lambda *_: True)):
            made = known.plan(f"PAR|S|{SHOP}|BCID|BC99|20251001000000|")
        (row,) = (split(each[rows.KEY_LENGTH :]) for each in made.exceptions)
        assert [row[1], row[2], row[4], row[11], row[13]] == [
            "04",
            "01",
            "3",
            "20251001000000",
            "Y299",
        ]

    def test_a_document_that_cannot_be_told_is_the_fault_of_the_records_about_it(
        self, known: Directory
    ) -> None:
        """All of them: of a document no half is written."""
        lines = breaking(plans._line_of, lambda document: document.entity.id == SHOP)

        def prove(made: plan.Plan) -> plan.Faults:
            with patch.object(plans, "_line_of", lines):
                return plans.lines_of(made.documents)[1]

        told = f"REL|SA|{SHOP}|ACC-2|20251001000000|\nREL|SM|{SHOP}|M-3|20251001000000|\n"
        told += f"REL|SA|{HOUSE}|ACC-3|20251001000000|"
        made = with_proof(known, told, prove)
        assert codes(made) == [("SA", "Y299"), ("SM", "Y299")]
        assert {each.entity.id for each in made.documents} == {HOUSE}
        assert [each.split()[:2] for each in actions(made)] == [["SA", "END"], ["SA", "INS"]]
        assert made.tally.faults == {"05": 2}
        assert made.tally.fault.startswith("RuntimeError test_record_faults.py:")

    def test_a_document_that_cannot_be_made_is_the_fault_of_the_records_about_it(
        self, known: Directory
    ) -> None:
        changed = breaking(Document.changed, lambda document, *_: document.entity.id == SHOP)
        with patch.object(Document, "changed", changed):
            made = self.told(known)
        assert codes(made) == [("SA", "Y299")]
        assert {each.entity.id for each in made.documents} == {HOUSE}

    def test_a_document_that_cannot_be_read_is_the_fault_of_the_records_about_it(
        self, known: Directory
    ) -> None:
        shop = Entity(Kind.SDP, LDC, SHOP)

        class Unread(dict[Entity, Document]):
            def __missing__(self, entity: Entity) -> Document:
                if entity == shop:
                    raise KeyError(entity)
                return Document(entity)

        known.documents = Unread({k: v for k, v in known.documents.items() if k != shop})
        made = self.told(known)
        assert codes(made) == [("SA", "Y299")]
        assert {each.entity.id for each in made.documents} == {HOUSE}

    def test_records_of_a_new_sdp_whose_own_failed_depend_on_it(self, known: Directory) -> None:
        judge = breaking(judging.judge, lambda case: case.subject.type == "SDP")
        with patch.object(plan, "judge", judge):
            made = known.plan(sdp(BARN))
        assert [code for _, code in codes(made)] == ["Y299", *5 * ["Y218"]]
        assert made.documents == []

    def test_what_only_de_activation_changes_stops_the_set_there(self, known: Directory) -> None:
        changed = breaking(Document.changed, lambda document, *_: document.entity.id == SHOP)
        with patch.object(Document, "changed", changed), pytest.raises(DeactivationError):
            known.plan(sdp(HOUSE), periodic=True, omitted=(SHOP,))

    def test_what_is_of_the_moment_is_no_fault_of_a_record(self, known: Directory) -> None:
        def judge(_: object) -> str:
            raise StateBusyError("a table")

        with patch.object(plan, "judge", judge), pytest.raises(StateBusyError):
            self.told(known)


def with_proof(known: Directory, told: str, prove: plan.Proof) -> plan.Plan:
    """Return the plan of records whose documents are proved."""
    original = plan.plan

    def proved(told: Any, world: Any, facts: Any) -> plan.Plan:  # noqa: ANN401 - the original's
        return original(told, world, facts, prove=prove)

    with patch("tests.support.planning.plan", proved):
        return known.plan(told)


class TestOnAHub:
    @pytest.fixture
    def hub(self) -> Platform:
        return hub_with((HOUSE, SHOP, SUM), at=NOW)

    @pytest.fixture
    def first(self, hub: Platform) -> SetId:
        """The set that brings the town, staged."""
        return self.staged(hub, TOWN, 1)

    def staged(self, hub: Platform, told: str, number: int, file_id: str = "4000") -> SetId:
        at = NOW + timedelta(hours=number)
        hub.clock.move_to(at)
        set_id = send(hub, files_of(told, f"tx{number:04}", number, at=at, file_id=file_id))
        assert stage(hub.hub, set_id).state.value == "LOADED", reports(hub, "IR14", AGENT)
        return set_id

    def refused(self, hub: Platform) -> list[list[str]]:
        """Return place, Record Type, SDP and code of each row of the last IR07."""
        lines = reports(hub, "IR07")[-1]
        found = [split(line) for line in lines if line.startswith("DTL|")]
        return [[each[1], each[4], each[5], each[6], each[13]] for each in found]

    def test_a_record_that_cannot_be_read_is_told_with_what_it_names(
        self, hub: Platform, first: SetId
    ) -> None:
        record = breaking(Row.record, lambda row: row.type == "PRM" and row.texts[0] == SHOP)
        with patch.object(Row, "record", record):
            assert process(hub.hub, first) == "OVER"
        assert self.refused(hub) == [["02", "4", "PRM", SHOP, "Y299"]]
        assert found(hub.hub, first).status == "01"
        assert len(directory(hub)) == 4
        key = incidents.incident_key(subject=str(first), what="Y299")
        opened = hub.hub.state.get(key)
        assert opened is not None
        assert str(opened["fault"]).endswith("at 02-01-4")

    def test_a_document_that_cannot_be_read_stops_no_other(
        self, hub: Platform, first: SetId
    ) -> None:
        process(hub.hub, first)
        key = Entity(Kind.SDP, LDC, SHOP).key
        item = hub.hub.directory.get(key)
        assert item is not None
        hub.hub.directory.commit(Put({**item, "timelines": "?"}))
        told = "".join(f"REL|SA|{usdp}|ACC-1|20251001000000|\n" for usdp in (HOUSE, SHOP))
        second = self.staged(hub, told, 2)
        assert process(hub.hub, second) == "OVER"
        assert self.refused(hub) == [["05", "4", "SA", SHOP, "Y299"]]
        assert hub.hub.directory.get(key) == {**item, "timelines": "?"}

    def test_an_sdp_that_the_map_cannot_tell_stops_no_other(
        self, hub: Platform, first: SetId
    ) -> None:
        process(hub.hub, first)
        entry = breaking(entries.entry_of, lambda document, *_: document.entity.id == SHOP)
        told = "".join(f"REL|SA|{usdp}|ACC-1|20251001000000|\n" for usdp in (HOUSE, SHOP))
        second = self.staged(hub, told, 2)
        with patch.object(mapping, "entry_of", entry):
            assert process(hub.hub, second) == "OVER"
        assert self.refused(hub) == [["05", "4", "SA", SHOP, "Y299"]]

    def test_the_next_p_sync_looks_again_at_what_failed(self, hub: Platform) -> None:
        """It says the same of it as the one before, which is passed over elsewhere."""
        first = self.staged(hub, TOWN, 1, "3000")
        record = breaking(Row.record, lambda row: row.type == "PRM" and row.texts[0] == SHOP)
        with patch.object(Row, "record", record):
            process(hub.hub, first)
        assert self.refused(hub) == [["02", "4", "PRM", SHOP, "Y299"]]
        second = self.staged(hub, TOWN, 2, "3000")
        process(hub.hub, second)
        assert self.refused(hub) == []
        shop = hub.hub.directory.get(Entity(Kind.SDP, LDC, SHOP).key)
        assert shop is not None
        assert "PRM" in str(shop["timelines"])

    def test_what_a_p_sync_tells_of_an_unreadable_record_does_not_end(self, hub: Platform) -> None:
        told = TOWN + f"REL|SA|{SHOP}|ACC-1|20250901000000|\n"
        process(hub.hub, self.staged(hub, told, 1, "3000"))
        record = breaking(Row.record, lambda row: row.kind == "REL/SA")
        with patch.object(Row, "record", record):
            second = self.staged(hub, told.replace("ACC-1", "ACC-2"), 2, "3000")
            process(hub.hub, second)
        assert [each[2:] for each in self.refused(hub)] == [["SA", SHOP, "Y299"]]
        shop = hub.hub.directory.get(Entity(Kind.SDP, LDC, SHOP).key)
        assert shop is not None
        assert int(str(shop["version"])) == 1


def test_a_row_of_an_unreadable_record_fills_what_must_be_filled() -> None:
    row = Row(Place("05", "01", 3), "REL", "REL/SM", ("SM", HOUSE, "M-1", "20250901000000", ""))
    names = {("05", "01"): "a.DAT"}
    entities = [Entity(Kind.SDP, LDC, HOUSE), Entity(Kind.METER, LDC, "M-1")]
    line = split(rows.unreadable(row, entities, "Y299", names)[rows.KEY_LENGTH :])
    wanted = ["DTL", "05", "01", "a.DAT", "3", "SM", HOUSE, HOUSE, "", "SM"]
    assert line[:10] == wanted
    assert line[11:] == ["20250901000000", "", "Y299", "SYSTEM ERROR"]
