"""Sets with any date there is are staged, processed and reported, and the next set is worked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mdmr.calendar.instants import EST, est_seconds
from mdmr.directory.showing import show
from mdmr.ports.state import Item
from mdmr.synchronization.sets.states import SetState

from tests.support.market import AGENT, LDC, set_parameter
from tests.support.story import Platform
from tests.support.towns import HOUSE, meter, sdp
from tests.support.working import (
    files_of,
    found,
    hub_with,
    process,
    reports,
    send,
    stage,
)

MINUTE = timedelta(minutes=1)
NOW = datetime(2025, 10, 21, 15, 0, 30, tzinfo=EST)
TOWN = sdp(HOUSE) + meter(1) + f"REL|SM|{HOUSE}|M-1|20250901000000|\n"
FIRST, LAST = "00010101000000", "99991231235959"
times = st.sampled_from(
    [FIRST, "00010101", "09991231235959", "20250901", "20251021000000", "99990101", LAST]
) | st.datetimes().map(lambda each: est_seconds(each.replace(tzinfo=EST)))
ends = st.just("") | times


def after_town() -> Platform:
    """Return a hub in which the town is."""
    hub = hub_with([HOUSE], at=NOW)
    stage(hub.hub, first := send(hub, files_of(TOWN, "tx0001", 1, at=NOW)))
    process(hub.hub, first)
    assert found(hub.hub, first).status == "00"
    return hub


def worked(
    hub: Platform, records: str, tx_id: str, sequence: int, *, extracted: str = "", **how: str
) -> tuple[str, str]:
    """Send, stage and process a set, and return its state with its status."""
    files = files_of(records, tx_id, sequence, at=NOW, **how)
    if extracted:
        own = est_seconds(NOW - timedelta(hours=1))
        files = {
            name: body.replace(own.encode(), extracted.encode()) for name, body in files.items()
        }
    set_id = send(hub, files)
    staged = stage(hub.hub, set_id)
    if staged.state is SetState.LOADED:
        process(hub.hub, set_id)
    after = found(hub.hub, set_id)
    return after.state.value, after.status or after.stl_status


def account(start: str, end: str) -> str:
    return f"REL|SA|{HOUSE}|ACC-9|{start}|{end}\n"


def incidents_of(hub: Platform) -> list[Item]:
    return [item for item in hub.hub.state.items() if str(item["pk"]).startswith("INCIDENT#")]


slowly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestAnISync:
    @slowly
    @given(start=times, end=ends, retro=st.sampled_from([731, 999_999_999]))
    @example(start="20250910000000", end=LAST, retro=731)
    @example(start=LAST, end="", retro=999_999_999)
    @example(start=LAST, end=LAST, retro=999_999_999)
    @example(start=FIRST, end=FIRST, retro=999_999_999)
    def test_of_any_time_ends_and_is_told(self, start: str, end: str, retro: int) -> None:
        hub = after_town()
        for name in ("sync.retro_days", "sync.future_days", "sync.warn_past_days"):
            set_parameter(hub.hub, name, str(retro), LDC)
        event = f"PAR|S|{HOUSE}|OCCH|Y|{start}|{end}\n"

        state, status = worked(hub, account(start, end) + event, "tx0002", 2)

        assert (state, status) in {("COMPLETE", "00"), ("COMPLETE", "01"), ("FAILED", "02")}
        assert incidents_of(hub) == []
        assert "Y299" not in str(reports(hub, "IR07"))
        assert worked(hub, account("20251001", ""), "tx0003", 3)[0] == "COMPLETE"
        told = show(hub.hub.directory, HOUSE, NOW)
        assert told is not None

    @slowly
    @given(extracted=times.filter(lambda each: len(each) == len(FIRST)))
    @example(extracted=FIRST)
    @example(extracted=LAST)
    def test_extracted_at_any_time_is_loaded_or_lies_ahead(self, extracted: str) -> None:
        hub = after_town()

        state, status = worked(hub, account("20251001", ""), "tx0002", 2, extracted=extracted)

        ahead = extracted > est_seconds(NOW + timedelta(hours=24))
        assert (state, status) == (("FAILED", "02") if ahead else ("COMPLETE", "00"))
        (*_, report) = reports(hub, "IR14", AGENT)
        assert f"|{extracted}|" in report[0]
        assert worked(hub, account("20251001", ""), "tx0003", 3)[0] == "COMPLETE"


class TestAPSync:
    @slowly
    @given(start=times, end=ends, extracted=times.filter(lambda each: len(each) == len(FIRST)))
    @example(start="20250910000000", end=LAST, extracted="20251021000000")
    @example(start=FIRST, end="", extracted=FIRST)
    @example(start=LAST, end="", extracted=LAST)
    def test_of_any_time_ends_and_is_told(self, start: str, end: str, extracted: str) -> None:
        hub = after_town()
        for name in ("sync.retro_days", "sync.future_days", "sync.extract_ahead_h"):
            set_parameter(hub.hub, name, "999999999", LDC)

        state, status = worked(
            hub, TOWN + account(start, end), "tx0002", 2, extracted=extracted, file_id="3000"
        )

        assert (state, status) in {("COMPLETE", "00"), ("COMPLETE", "01"), ("FAILED", "02")}
        assert incidents_of(hub) == []
        assert "Y299" not in str(reports(hub, "IR07"))
        again = worked(hub, TOWN + account(start, end), "tx0003", 3, file_id="3000")
        assert again[0] in {"COMPLETE", "FAILED"}


@pytest.mark.parametrize(
    "end", [LAST, "99991231", "99991231 000000", "99991231240000", " 99991231"]
)
def test_an_end_on_the_last_day_is_read_as_open(end: str) -> None:
    hub = after_town()

    assert worked(hub, account("20251001", end), "tx0002", 2) == ("COMPLETE", "00")

    (*_, staging), (*_, updates) = reports(hub, "IR14", AGENT), reports(hub, "IR06")
    assert [line for line in staging if "S104" in line and f"|End|{end}|" in line]
    assert [line for line in updates if line.endswith("|ACC-9|20251001000000|")]
