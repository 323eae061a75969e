"""A P-Sync is held against the one before: what it does is what it would do read as a whole."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.ports.state import Item
from mdmr.synchronization.sets import attending, sequence
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.staging import limits, snapshot
from msgspec.structs import replace

from tests.support.crashing import Crash, CrashAt, Seen, moments, watched
from tests.support.market import LDC, set_parameter
from tests.support.set_steps import stage_step
from tests.support.story import Platform
from tests.support.towns import BARN, HOUSE, SHOP, SUM, meter, sdp
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
HOUR = timedelta(hours=1)
BEGIN = "20250901000000"
FULL = (
    sdp(HOUSE)
    + sdp(SHOP)
    + sdp(BARN)
    + meter(1)
    + meter(2)
    + meter(3)
    + f"""
    REL|SM|{HOUSE}|M-1|{BEGIN}|
    REL|SM|{SHOP}|M-2|{BEGIN}|
    REL|SA|{HOUSE}|ACC-1|{BEGIN}|
    REL|SA|{SHOP}|ACC-2|{BEGIN}|
    PAR|S|{BARN}|BCID|BC07|{BEGIN}|
    """
)
MET = FULL.replace(f"REL|SM|{HOUSE}|M-1", f"REL|SM|{HOUSE}|M-3")
FUTURE = FULL + f"REL|SA|{BARN}|ACC-3|20251022000000|\n"
PADDED = (
    FULL.replace("MTR|M-1|", "MTR| M-1  |")
    .replace("COM|A-1|", "COM|  A-1|")
    .replace("REL|MC|M-1|A-1|", "REL| MC |M-1 | A-1 |")
)
ENDLESS = FULL.replace(f"{BEGIN}|", f"{BEGIN}|99991231235959")
Sent = tuple[str, str]
FULL_SYNC, CHANGE = "3000", "4000"

HISTORIES: dict[str, list[Sent]] = {
    "the same again": [(FULL_SYNC, FULL), (FULL_SYNC, FULL), (FULL_SYNC, FULL)],
    "one value changed": [
        (FULL_SYNC, FULL),
        (FULL_SYNC, FULL.replace("ACC-2", "ACC-9")),
        (FULL_SYNC, FULL),
    ],
    "a value gone": [
        (FULL_SYNC, FULL),
        (FULL_SYNC, FULL.replace(f"REL|SA|{SHOP}|ACC-2|{BEGIN}|", "")),
    ],
    "an SDP gone, and there again": [
        (FULL_SYNC, FULL),
        (FULL_SYNC, FULL.replace(sdp(BARN), "").replace(f"PAR|S|{BARN}|BCID|BC07|{BEGIN}|", "")),
        (FULL_SYNC, FULL),
    ],
    "a meter changed": [(FULL_SYNC, FULL), (FULL_SYNC, MET), (FULL_SYNC, MET), (FULL_SYNC, FULL)],
    "an incremental set between": [
        (FULL_SYNC, FULL),
        (CHANGE, f"REL|SA|{HOUSE}|ACC-7|20251010000000|"),
        (FULL_SYNC, FULL),
        (FULL_SYNC, FULL),
    ],
    "a module changed between": [
        (FULL_SYNC, FULL),
        (CHANGE, f"COM|A-9|EL||{BEGIN}|\nREL|MC|M-1|A-9|20251010000000|"),
        (FULL_SYNC, FULL),
    ],
    "a meter refused, then free": [
        (FULL_SYNC, FULL + f"REL|SM|{BARN}|M-1|20250905000000|"),
        (FULL_SYNC, FULL + f"REL|SM|{BARN}|M-1|20250905000000|"),
        (
            CHANGE,
            meter(1)
            + f"REL|SM|{HOUSE}|M-1|{BEGIN}|20250910000000\nREL|SM|{BARN}|M-1|20251015000000|",
        ),
        (FULL_SYNC, FULL.replace(f"REL|SM|{HOUSE}|M-1|{BEGIN}|", "")),
    ],
    "a refused record": [
        (FULL_SYNC, FULL.replace("BC07", "BC99")),
        (FULL_SYNC, FULL.replace("BC07", "BC99")),
    ],
    "something to come": [(FULL_SYNC, FUTURE), (FULL_SYNC, FUTURE), (FULL_SYNC, FUTURE)],
    "a value told for later only": [
        (FULL_SYNC, FULL),
        (FULL_SYNC, FULL.replace(f"ACC-1|{BEGIN}|", "ACC-9|20251101000000|")),
        (FULL_SYNC, FULL.replace(f"ACC-1|{BEGIN}|", "ACC-9|20251101000000|")),
        (FULL_SYNC, FULL),
    ],
    "a value told for earlier only": [
        (FULL_SYNC, FULL),
        (FULL_SYNC, FULL.replace(f"ACC-1|{BEGIN}|", f"ACC-1|{BEGIN}|20251001000000")),
        (FULL_SYNC, FULL.replace(f"ACC-1|{BEGIN}|", f"ACC-1|{BEGIN}|20251001000000")),
    ],
    "two values of one timeline": [
        (FULL_SYNC, FULL),
        (FULL_SYNC, FULL + f"REL|SA|{HOUSE}|ACC-3|20251015000000|"),
        (FULL_SYNC, FULL + f"REL|SA|{HOUSE}|ACC-3|20251015000000|"),
    ],
    "lines in another order": [
        (FULL_SYNC, FULL),
        (FULL_SYNC, "\n".join(reversed(FULL.splitlines()))),
    ],
    "ids in small letters": [(FULL_SYNC, FULL.replace("ACC-1", "acc-1")), (FULL_SYNC, FULL)],
    "one record of a meter in small letters, another one changed": [
        (FULL_SYNC, FULL.replace("MTR|M-1|", "MTR|m-1|")),
        (FULL_SYNC, FULL.replace("MTR|M-1|", "MTR|m-1|").replace("M-1|DIAL|5", "M-1|DIAL|6")),
    ],
    "blanks around the ids of a meter, another record of it changed": [
        (FULL_SYNC, PADDED),
        (FULL_SYNC, PADDED.replace("M-1|DIAL|5", "M-1|DIAL|6")),
        (FULL_SYNC, PADDED),
    ],
    "blanks around what a record is of, the meter itself changed": [
        (FULL_SYNC, FULL.replace("PAR|M|M-1|CH01", "PAR| M |M-1|CH01")),
        (FULL_SYNC, FULL.replace("PAR|M|M-1|CH01", "PAR| M |M-1|CH01").replace("REX2", "REX3")),
    ],
    "an id in a field as wide as can be": [
        (FULL_SYNC, FULL.replace("MTR|M-1|", f"MTR|m-1{90 * ' '}|")),
        (
            FULL_SYNC,
            FULL.replace("MTR|M-1|", f"MTR|m-1{90 * ' '}|").replace("M-1|DIAL|5", "M-1|DIAL|6"),
        ),
    ],
    "ends on the last day": [
        (FULL_SYNC, ENDLESS),
        (FULL_SYNC, ENDLESS.replace("ACC-2", "ACC-9")),
        (FULL_SYNC, FULL.replace("ACC-2", "ACC-9")),
    ],
    "starts at the first instant": [
        (FULL_SYNC, FULL.replace(BEGIN, "00010101")),
        (FULL_SYNC, FULL.replace(BEGIN, "00010101").replace("ACC-2", "ACC-9")),
        (FULL_SYNC, FULL),
    ],
    "a virtual SDP, and without file 07": [
        (
            FULL_SYNC,
            FULL
            + sdp(SUM, kind="V")
            + f"CTF|{SUM}|01|SUM|{BEGIN}|\nCTC|{SUM}|01|{HOUSE}|01|1.000000|{BEGIN}|",
        ),
        (FULL_SYNC, FULL + sdp(SUM, kind="V")),
        (FULL_SYNC, FULL),
    ],
}


def lived(history: list[Sent], *, held: bool) -> tuple[list[Item], list[list[str]]]:
    """Return directory and reports after some sets, each held against the one before or not."""
    hub = hub_with((HOUSE, SHOP, BARN, SUM), at=NOW)
    for number, (file_id, told) in enumerate(history, start=1):
        hub.clock.move_to(NOW + number * 12 * HOUR)
        if not held:
            forget(hub)
        now = hub.clock.now()
        set_id = send(hub, files_of(told, f"tx{number:04}", number, at=now, file_id=file_id))
        assert stage(hub.hub, set_id).state is SetState.LOADED, reports(
            hub, "IR14", set_id.submitter
        )
        assert process(hub.hub, set_id) == "OVER"
    return directory(hub), [*reports(hub, "IR06"), *reports(hub, "IR07")]


def forget(hub: Platform) -> None:
    """Let there be no snapshot."""
    before = sequence.find(hub.hub.state, LDC)
    if before.snapshot:
        hub.hub.state.commit(sequence.move(before, replace(before, snapshot=""), epoch=1))


@pytest.mark.parametrize("cut", [limits.RANGE, 250], ids=["at once", "in ranges"])
@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_what_was_accepted_before_is_passed_over_without_any_difference(
    history: list[Sent], cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(limits, "RANGE", cut)
        documents, told = lived(history, held=True)
    wanted, wanted_told = lived(history, held=False)
    assert told == wanted_told
    assert documents == wanted


def test_a_crash_while_it_is_held_against_the_one_before_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "RANGE", 60)
    seen = Seen()
    expected = broken_off(seen)
    crashes = [
        (number, moment)
        for number, effect in enumerate(seen.effects)
        if effect.name == "data.put_new" and effect.arguments[0].endswith(_OF_COMPARING)
        for moment in moments(effect)
    ]
    assert len(crashes) > 20
    for number, moment in crashes:
        assert broken_off(CrashAt(number=number, moment=moment)) == expected


_OF_COMPARING = ("difference", "/ranges", "/rules", "/against", "/touched")


def broken_off(around: Seen) -> tuple[list[Item], list[list[str]]]:
    """Return directory and reports after a P-Sync that was staged by one who may have died."""
    hub = hub_with((HOUSE,), at=NOW)
    once = sdp(HOUSE) + meter(1) + f"REL|SM|{HOUSE}|M-1|{BEGIN}|\n"
    for number, told in enumerate((once, once.replace("|AC|", "|BT|")), start=1):
        at = NOW + number * HOUR
        hub.clock.move_to(at)
        set_id = send(hub, files_of(told, f"tx{number:04}", number, at=at, file_id=FULL_SYNC))
        with suppress(Crash):
            stage(watched(hub.hub, around) if number > 1 else hub.hub, set_id)
        if found(hub.hub, set_id).state is SetState.STAGING:
            stage(hub.hub, set_id)
        assert process(hub.hub, set_id) == "OVER"
    return directory(hub), [*reports(hub, "IR06"), *reports(hub, "IR07")]


class TestAPSyncThatIsHeldAgainstTheOneBefore:
    @pytest.fixture
    def hub(self) -> Platform:
        ready = hub_with((HOUSE, SHOP, BARN), at=NOW)
        set_id = send(ready, files_of(FULL, "tx0001", 1, at=NOW, file_id=FULL_SYNC))
        stage(ready.hub, set_id)
        process(ready.hub, set_id)
        return ready

    def test_reads_no_document_of_what_is_unchanged(self, hub: Platform) -> None:
        hub.clock.move_to(NOW + HOUR)
        told = FULL.replace("ACC-2", "ACC-9")
        set_id = send(hub, files_of(told, "tx0002", 2, at=NOW + HOUR, file_id=FULL_SYNC))
        seen = Seen()
        stage(watched(hub.hub, seen), set_id)
        process(watched(hub.hub, seen), set_id)
        read = {
            key.partition
            for effect in seen.effects
            if (effect.port, effect.method) == ("directory", "get_many")
            for key in effect.arguments[0]
        }
        # The SDP that changed, with its meter and module.
        assert {each for each in read if each.startswith("SDP#")} == {f"SDP#{SHOP}"}
        assert found(hub.hub, set_id).records_read == 38

    def test_reads_all_anew_when_another_framing_may_be_used(self, hub: Platform) -> None:
        hub.clock.move_to(NOW + HOUR)
        set_parameter(hub.hub, "billing.ulo", "on", LDC)
        set_id = send(hub, files_of(FULL, "tx0002", 2, at=NOW + HOUR, file_id=FULL_SYNC))
        assert attending.look(hub.hub, set_id).outcome is attending.Outcome.STAGE
        assert stage_step(hub.hub, set_id, "segments")["compared"] == []

    def test_leaves_what_is_not_settled_to_the_next_one(self, hub: Platform) -> None:
        key = sequence.find(hub.hub.state, LDC).snapshot
        assert snapshot.read(hub.hub.data, key).unsettled == ()
        told = f"REL|SA|{HOUSE}|ACC-7|20251010000000|"
        set_id = send(hub, files_of(told, "tx0002", 2, at=NOW))
        stage(hub.hub, set_id)
        process(hub.hub, set_id)
        key = sequence.find(hub.hub.state, LDC).snapshot
        assert snapshot.read(hub.hub.data, key).unsettled == (f"S{HOUSE}",)
