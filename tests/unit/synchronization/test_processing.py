"""Sets on a hub in memory: the steps of processing, what stops them, and what breaks them off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.directory import directory_map
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger import incidents
from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Right
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Put
from mdmr.synchronization.processing.judging import Case
from mdmr.synchronization.processing.plan import DeactivationError
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.states import Decision, SetState
from mdmr.synchronization.sets.stopping import STOPPED_SET
from msgspec.structs import replace

from tests.support.crashing import Crash, CrashAt, Seen, moments, watched
from tests.support.market import AGENT, ALWAYS, LDC, set_parameter
from tests.support.story import Platform
from tests.support.towns import HOUSE, SHOP, meter, sdp
from tests.support.working import (
    directory,
    files_of,
    found,
    hub_with,
    process,
    reports,
    send,
    stage,
    step,
)

MINUTE = timedelta(minutes=1)
NOW = datetime(2025, 10, 21, 15, 0, 30, tzinfo=EST)
TOWN = (
    sdp(HOUSE)
    + sdp(SHOP)
    + meter(1)
    + meter(2)
    + f"""
    REL|SM|{HOUSE}|M-1|20250901000000|
    REL|SM|{SHOP}|M-2|20250901000000|
    PAR|S|{HOUSE}|BCID|BC07|20250901000000|
    """
)


@pytest.fixture
def hub() -> Platform:
    return hub_with((HOUSE, SHOP), at=NOW)


def staged(hub: Platform, told: str, sequence: int = 1, file_id: str = "4000") -> SetId:
    """Send a set and stage it."""
    tx_id = f"tx{sequence:04}"
    set_id = send(hub, files_of(told, tx_id, sequence, at=hub.clock.now(), file_id=file_id))
    assert stage(hub.hub, set_id).state is SetState.LOADED, reports(hub, "IR14", AGENT)
    return set_id


def decided(hub: Hub, set_id: SetId, decision: Decision) -> None:
    """Let the operator decide about a stopped set."""
    before = found(hub, set_id)
    rows.commit(hub, before, replace(before, decision=decision))


def incident_of(hub: Platform, set_id: SetId) -> Item:
    """Return the incident of a set that stopped."""
    item = hub.hub.state.get(incidents.incident_key(subject=str(set_id), what=STOPPED_SET))
    assert item is not None
    return item


def status_of(report: list[str]) -> list[str]:
    return split(report[0])[9:]


def test_a_set_is_applied_and_reported_to_the_ldc_and_the_receivers(hub: Platform) -> None:
    set_id = staged(hub, TOWN)
    assert process(hub.hub, set_id) == "OVER"
    each = found(hub.hub, set_id)
    assert (each.state, each.status) == (SetState.COMPLETE, "00")
    for recipient in (LDC, AGENT):
        (updates,), (exceptions,) = (reports(hub, name, recipient) for name in ("IR06", "IR07"))
        assert status_of(updates) == status_of(exceptions)
        assert status_of(updates) == ["00", "COMPLETE", "25", "25", "0"]
        assert len([line for line in updates if line.startswith("DTL|")]) == 25
    assert len(directory(hub)) == 6


def test_the_map_of_the_directory_is_that_of_the_last_set(hub: Platform) -> None:
    first = staged(hub, TOWN)
    process(hub.hub, first)
    key = sequence.find(hub.hub.state, LDC).directory
    assert key
    entry = directory_map.read(hub.hub.data, key).get(HOUSE)
    assert entry is not None
    assert [each.value for each in entry.meters] == ["M-1"]
    assert entry.amcds == ("A-1",)
    process(hub.hub, staged(hub, "REL|MC|M-1|A-9|20251001000000|\nCOM|A-9|EL||20250901000000|", 2))
    other = sequence.find(hub.hub.state, LDC).directory
    entry = directory_map.read(hub.hub.data, other).get(HOUSE)
    assert entry is not None
    assert entry.amcds == ("A-9",)


def test_a_set_that_changes_nothing_leaves_the_map(hub: Platform) -> None:
    process(hub.hub, staged(hub, TOWN))
    before, documents = sequence.find(hub.hub.state, LDC).directory, directory(hub)
    set_id = staged(hub, TOWN, 2)
    assert process(hub.hub, set_id) == "OVER"
    assert sequence.find(hub.hub.state, LDC).directory == before
    assert directory(hub) == documents
    assert status_of(reports(hub, "IR06")[1]) == ["00", "COMPLETE", "25", "0", "0"]


def test_a_set_without_any_record_is_complete(hub: Platform) -> None:
    set_id = staged(hub, "")
    assert process(hub.hub, set_id) == "OVER"
    assert status_of(reports(hub, "IR06")[0]) == ["00", "COMPLETE", "0", "0", "0"]


def test_refused_records_make_exceptions(hub: Platform) -> None:
    set_id = staged(hub, TOWN.replace("BC07", "BC99"))
    process(hub.hub, set_id)
    assert found(hub.hub, set_id).status == "01"
    (exceptions,) = reports(hub, "IR07")
    assert status_of(exceptions) == ["01", "COMPLETE WITH EXCEPTIONS", "25", "24", "1"]
    assert split(exceptions[2])[13:] == ["Y213", "BILLING CYCLE NOT SCHEDULED"]


def test_long_reports_are_split_and_all_decided_at_once(hub: Platform) -> None:
    set_parameter(hub.hub, "out.max_details", "10", AGENT)
    process(hub.hub, staged(hub, TOWN))
    parts = reports(hub, "IR06", AGENT)
    assert [len(each) - 3 for each in parts] == [10, 10, 5]
    assert {each[0] for each in parts} == {reports(hub, "IR06", LDC)[0][0]}
    assert [line for part in parts for line in part[2:-1]] == reports(hub, "IR06")[0][2:-1]


class TestASetStopsAtAThreshold:
    @pytest.fixture
    def stopped(self, hub: Platform) -> SetId:
        process(hub.hub, staged(hub, TOWN))
        for name, value in (("floor_sdps", "1"), ("attr_min", "1"), ("attr_pct", "60")):
            set_parameter(hub.hub, f"sync.thr_{name}", value)
        told = "".join(f"SAG|{usdp}|03|E|20251001000000|\n" for usdp in (HOUSE, SHOP))
        set_id = staged(hub, told, 2)
        assert process(hub.hub, set_id) == "STOPPED"
        return set_id

    def test_and_tells_so_before_anything_is_applied(self, hub: Platform, stopped: SetId) -> None:
        each = found(hub.hub, stopped)
        assert (each.state, each.status) == (SetState.STOPPED, "20")
        text = "STOPPED AT THRESHOLD: SAG CHANGES 2 OF 1"
        for name in ("IR06", "IR07"):
            assert status_of(reports(hub, name)[1]) == ["20", text, "2", "0", "0"]
        assert all(item["version"] == 1 for item in directory(hub))
        assert incident_of(hub, stopped)["state"] == incidents.NEW

    def test_and_stays_so_until_the_operator_decides(self, hub: Platform, stopped: SetId) -> None:
        before = hub.hub.state.items()
        assert process(hub.hub, stopped) == "STOPPED"
        assert hub.hub.state.items() == before

    def test_and_goes_on_when_it_is_released(self, hub: Platform, stopped: SetId) -> None:
        decided(hub.hub, stopped, Decision.RELEASE)
        assert process(hub.hub, stopped) == "OVER"
        assert status_of(reports(hub, "IR06")[2]) == ["00", "COMPLETE", "2", "4", "0"]
        assert incident_of(hub, stopped)["state"] == incidents.CLOSED
        assert sequence.find(hub.hub.state, LDC).last == 2

    def test_and_ends_without_any_effect_when_it_is_refused(
        self, hub: Platform, stopped: SetId
    ) -> None:
        documents = directory(hub)
        decided(hub.hub, stopped, Decision.REFUSE)
        assert process(hub.hub, stopped) == "OVER"
        each = found(hub.hub, stopped)
        assert (each.state, each.status) == (SetState.COMPLETE, "20")
        assert directory(hub) == documents
        assert sequence.find(hub.hub.state, LDC).last == 2
        assert incident_of(hub, stopped)["state"] == incidents.CLOSED


def test_a_set_stops_when_its_submitter_lost_its_authorization(hub: Platform) -> None:
    set_id = staged(hub, TOWN)
    ended = Authorization(LDC, AGENT, "4000", Right.SUBMIT, Period(ALWAYS.start, NOW))
    hub.hub.state.commit(Put(registry.item_of_authorization(ended)))
    assert process(hub.hub, set_id) == "STOPPED"
    assert status_of(reports(hub, "IR07")[0])[:2] == ["10", "STOPPED AT AUTHORIZATION"]
    assert directory(hub) == []
    # Released without the right, it stops again; with it, it goes on.
    decided(hub.hub, set_id, Decision.RELEASE)
    assert process(hub.hub, set_id) == "STOPPED"
    again = replace(ended, period=ALWAYS)
    hub.hub.state.commit(Put(registry.item_of_authorization(again)))
    decided(hub.hub, set_id, Decision.RELEASE)
    assert process(hub.hub, set_id) == "OVER"


class TestASetStopsAtAFailureInside:
    @pytest.mark.parametrize(
        ("error", "status"), [(DeactivationError.__name__, "40"), ("TaskFailed", "99")]
    )
    def test_and_goes_on_from_there(self, hub: Platform, error: str, status: str) -> None:
        set_id = staged(hub, TOWN)
        step(hub.hub, set_id, "plan", "0000")
        assert step(hub.hub, set_id, "stop", error=error) == "STOPPED"
        assert found(hub.hub, set_id).status == status
        assert status_of(reports(hub, "IR06")[0])[0] == status
        assert incident_of(hub, set_id)["fault"] == error
        decided(hub.hub, set_id, Decision.RELEASE)
        assert process(hub.hub, set_id) == "OVER"
        assert status_of(reports(hub, "IR06")[1]) == ["00", "COMPLETE", "25", "25", "0"]

    def test_and_tells_what_was_applied_by_then(self, hub: Platform) -> None:
        set_id = staged(hub, TOWN)
        for name in ("plan", "decide", "apply", "stop"):
            step(hub.hub, set_id, name, "0000")
        assert status_of(reports(hub, "IR06")[0]) == ["99", "SYSTEM FAILURE", "25", "25", "0"]
        # What is applied goes on when it is released.
        decided(hub.hub, set_id, Decision.RELEASE)
        assert process(hub.hub, set_id) == "OVER"
        assert found(hub.hub, set_id).status == "00"

    def test_at_the_file_of_many_faults(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        judge = "mdmr.synchronization.processing.plan.judge"
        set_id = staged(hub, TOWN)
        with monkeypatch.context() as patched:
            patched.setattr(judge, lambda _: 1 / 0)
            assert process(hub.hub, set_id) == "STOPPED"
        assert status_of(reports(hub, "IR06")[0])[:2] == ["31", "STOPPED AT FILE 01"]
        fault = str(incident_of(hub, set_id)["fault"])
        assert fault.startswith("ZeroDivisionError test_processing.py:")
        assert fault.endswith("at 01-01-3")
        hub.clock.move_to(NOW + MINUTE)
        # Nothing was applied, so it is planned anew.
        decided(hub.hub, set_id, Decision.RELEASE)
        assert process(hub.hub, set_id) == "OVER"
        assert status_of(reports(hub, "IR06")[1]) == ["00", "COMPLETE", "25", "25", "0"]


def test_a_record_on_which_the_hub_failed_opens_an_incident_of_its_own(
    hub: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_id = staged(hub, TOWN)
    applied = Case._applied

    def failing(case: Case) -> object:
        if case.says == "BC07":
            raise KeyError
        return applied(case)

    with monkeypatch.context() as patched:
        patched.setattr(Case, "_applied", failing)
        assert process(hub.hub, set_id) == "OVER"
    assert found(hub.hub, set_id).status == "01"
    assert split(reports(hub, "IR07")[0][2])[13] == "Y299"
    item = hub.hub.state.get(incidents.incident_key(subject=str(set_id), what="Y299"))
    assert item is not None
    assert str(item["fault"]).startswith("KeyError test_processing.py:")


def worked(hub: Platform, around: Callable[[Any], Any]) -> dict[str, object]:
    """Work a set whose worker may die, call again what died, and return all that lasts."""
    process(hub.hub, staged(hub, TOWN))
    told = f"REL|SA|{HOUSE}|ACC-1|20251001000000|\nREL|SB|{SHOP}|ORG33333|20251001000000|"
    set_id = staged(hub, told, 2)
    worker = watched(hub.hub, around)
    for name in ("plan", "decide", "apply", "conclude"):
        with suppress(Crash):
            step(worker, set_id, name, "0000")
        step(worker, set_id, name, "0000")
    return {
        "state": [item for item in hub.hub.state.items() if item["sk"] != "RECEIPT"],
        "directory": hub.hub.directory.items(),
        "IR06": reports(hub, "IR06", AGENT),
        "IR07": reports(hub, "IR07", AGENT),
        "data": {each.key for each in hub.hub.data.versions("")},
    }


def test_a_crash_at_any_write_ends_in_the_same_directory_and_reports() -> None:
    seen = Seen()
    clean = worked(hub_with((HOUSE, SHOP), at=NOW), seen)
    assert len(clean["IR06"]) == len(clean["IR07"]) == 2  # type: ignore[arg-type]
    writing = [(number, each) for number, each in enumerate(seen.effects) if moments(each)]
    assert {each.name for _, each in writing} >= {
        "data.put_new",
        "directory.put_all",
        "state.commit",
    }
    for number, effect in writing:
        for moment in moments(effect):
            crash = CrashAt(number=number, moment=moment)
            after = worked(hub_with((HOUSE, SHOP), at=NOW), crash)
            assert after == clean, f"{moment.value} {number} {effect.name}"


def test_a_p_sync_writes_only_what_it_changes(hub: Platform) -> None:
    process(hub.hub, staged(hub, TOWN))
    set_id = staged(hub, TOWN.replace(f"SAG|{SHOP}|04", f"SAG|{SHOP}|03"), 2, "3000")
    seen = Seen()
    assert process(watched(hub.hub, seen), set_id) == "OVER"
    written = [
        put.item["pk"]
        for effect in seen.effects
        if effect.port == "directory" and effect.writes
        for put in effect.arguments[0]
    ]
    assert written == [f"SDP#{SHOP}"]
    assert status_of(reports(hub, "IR06")[1]) == ["00", "COMPLETE", "25", "1", "0"]
    assert calls_of(seen) == {
        # The plan, that it is applied, the part, map and snapshot, two reports for two recipients.
        "data.put_new": 9,
        "directory.put_all": 1,
        # Taken up, ended, its files, what follows from the end.
        "state.commit": 4,
        "publish_queue.send": 4,
    }


def calls_of(seen: Seen) -> dict[str, int]:
    """Return how often each write was called."""
    return dict(Counter(each.name for each in seen.effects if each.writes))


@pytest.mark.parametrize(
    ("name", "start", "code"),
    [("sync.retro_days", "20251001", "Y206"), ("sync.future_days", "20251105", "Y207")],
)
def test_the_limits_of_start_are_those_of_the_ldc(
    hub: Platform, name: str, start: str, code: str
) -> None:
    process(hub.hub, staged(hub, TOWN))
    set_parameter(hub.hub, name, "10", LDC)
    process(hub.hub, staged(hub, f"REL|SA|{HOUSE}|ACC-1|{start}000000|", 2))
    refused = split(reports(hub, "IR07")[1][2])
    assert refused[13] == code


def test_ultra_low_overnight_is_open_to_the_ldc_whose_parameter_is_on(hub: Platform) -> None:
    process(hub.hub, staged(hub, TOWN))
    told = f"SAG|{HOUSE}|05|E|20251001000000|"
    process(hub.hub, staged(hub, told, 2))
    assert split(reports(hub, "IR07")[1][2])[13] == "Y211"
    set_parameter(hub.hub, "billing.ulo", "on", LDC)
    process(hub.hub, staged(hub, told, 3))
    assert found(hub.hub, SetId(LDC, AGENT, "4000", "tx0003")).status == "00"


def test_an_sdp_that_was_taken_back_wholly_is_new_to_the_next_set(hub: Platform) -> None:
    process(hub.hub, staged(hub, sdp(HOUSE)))
    process(hub.hub, staged(hub, sdp(HOUSE).replace("000000|", "000000|20250901000000"), 2))
    assert [item["timelines"] for item in directory(hub)] == ["{}"]
    only_itself = sdp(HOUSE).strip().splitlines()[0]
    files = files_of(only_itself, "tx0003", 3, at=hub.clock.now())
    assert stage(hub.hub, send(hub, files)).state is SetState.FAILED
    assert [split(line)[11] for line in reports(hub, "IR14", AGENT)[2][2:-1]] == ["S106", "S026"]
