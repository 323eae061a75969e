"""Why a set is rejected: each I code where it belongs, beside each file of the set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from mdmr.exchange.inbound.explaining import shown
from mdmr.exchange.outbound.resending import Asked
from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES, About
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.deciding import reset
from mdmr.synchronization.sets.explaining import explain
from mdmr.synchronization.sets.manifest import MAX_FAULTS
from mdmr.synchronization.sets.rows import SetState

from tests.support.market import LDC, NOON, set_parameter
from tests.support.pictures import outbound
from tests.support.story import Platform
from tests.support.waiting_sets import (
    MANDATORY,
    complete,
    files,
    found,
    look,
    name_in,
    reasons,
    send,
    send_one,
    set_id,
)
from tests.support.working import hub_with, work_messages

HOUR = timedelta(hours=1)
A = set_id("a")
NAME = name_in(files("a", 1)["00"])
Change = Callable[[bytes], bytes]


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


def manifest(hub: Platform, change: Change, number: int = 1) -> None:
    """Send only a Manifest, changed, and let its set be looked at."""
    body = files("a", number)["00"]
    send_one(hub, change(body), name_in(body))
    look(hub, A)


def without(number: str) -> Change:
    """Return what takes a file out of a Manifest, and counts right."""

    def change(body: bytes) -> bytes:
        lines = body.decode().splitlines()
        kept = [line for line in lines if not line.startswith(f"MAN|{number}|")]
        return "\n".join([*kept, ""]).replace("|5|a|", "|4|a|").replace("|1|5\n", "|1|4\n").encode()

    return change


def decide(hub: Platform, number: int) -> None:
    """Let a number be the next one of the LDC."""
    reset(hub.hub, LDC, number, Asked("1", "me", "why"))


def replaced(old: bytes, new: bytes) -> Change:
    """Return what puts one thing for another in a Manifest."""
    return lambda body: body.replace(old, new)


_DETAILS = "must be 5, the number of detail records"
_NUMBER = "a whole number of at most 10 digits, not 0"
_TIME = "a real time YYYYMMDDhhmmss in EST"
UNREADABLE = [
    pytest.param(
        replaced(b"FNR|", b"FNR|x"),
        [f"line 1: is {shown(f'FNR|x{NAME}')}: must be FNR|{NAME}"],
        id="name record",
    ),
    pytest.param(
        replaced(b"|5|a|00|", b"|6|a|00|"),
        [f"line 2: Detail Count is 6: {_DETAILS}"],
        id="detail count",
    ),
    pytest.param(
        replaced(b"|I|1|5\n", b"|I|1|4\n"),
        ["line 2: File Count is 4: must be 5, the number of MAN records"],
        id="file count",
    ),
    pytest.param(
        replaced(b"|I|1|5\n", b"|I|1|\n"),
        ["line 2: File Count is empty: file 00 must have it"],
        id="no file count",
    ),
    pytest.param(
        replaced(b"|I|1|5\n", b"|I||5\n"),
        ["line 2: Sequence Number is empty: file 00 must have it"],
        id="no number",
    ),
    *(
        pytest.param(
            replaced(b"|I|1|5\n", b"|I|%s|5\n" % zero),
            [f"line 2: Sequence Number '{zero.decode()}': must be {_NUMBER}"],
            id=f"number {zero.decode()}",
        )
        for zero in (b"0", b"0000000000", b"-1")
    ),
    pytest.param(
        replaced(b"|I|1|5\n", b"|Q|1|5\n"),
        ["line 2: Sync Type 'Q': must be one of I, P"],
        id="sync type",
    ),
    pytest.param(
        replaced(b"|a|00|01|", b"|a|00|01|9"),
        [f"line 2: Extracted Date Time '920250820110500': must be {_TIME}"],
        id="extracted",
    ),
    pytest.param(
        replaced(b"MAN|03|", b"MAN|06|"),
        ["line 5: File Number '06': must be one of 01, 02, 03, 04, 05, 07"],
        id="file 06",
    ),
    pytest.param(
        replaced(b"MAN|03|", b"MAN|02|"),
        ["line 5: Segment Number file 02, segment 01 is listed twice: must be listed once"],
        id="listed twice",
    ),
    pytest.param(
        replaced(b"MAN|03|", b"MTR|03|"),
        ["line 5: has the record type 'MTR': must be MAN"],
        id="another record",
    ),
    pytest.param(
        replaced(b"MAN|03|01|", b"MAN|03|"),
        ["line 5: has 4 fields: must have 5"],
        id="a field less",
    ),
    pytest.param(
        lambda body: body + b"EOF|6\n", [f"line 8: Detail Count is 6: {_DETAILS}"], id="end"
    ),
]


class TestAtOnce:
    @pytest.mark.parametrize(("change", "told"), UNREADABLE)
    def test_a_manifest_that_cannot_be_read(
        self, hub: Platform, change: Change, told: list[str]
    ) -> None:
        manifest(hub, change)
        assert reasons(hub, "a") == {"00": ("I007", "R")}
        assert found(hub, A).sequence is None
        assert found(hub, A).faults == tuple(told)
        explained = explain(hub.hub, A)
        assert explained is not None
        assert explained.faults == tuple(told)

    def test_of_a_manifest_with_many_faults_the_first_are_told(self, hub: Platform) -> None:
        manifest(hub, lambda body: body + b"XYZ|1\n" * 100)
        assert len(found(hub, A).faults) == MAX_FAULTS

    def test_a_number_below_the_next_one(self, hub: Platform) -> None:
        decide(hub, 2)
        manifest(hub, lambda body: body, number=1)
        assert reasons(hub, "a") == {
            "00": ("I006", "R"),
            **dict.fromkeys(MANDATORY, ("I006", "M")),
        }

    def test_the_number_of_a_set_under_way(self, hub: Platform) -> None:
        look(hub, complete(hub, "first", 1))
        manifest(hub, lambda body: body)
        assert reasons(hub, "a")["00"] == ("I006", "R")

    def test_a_mandatory_file_that_is_not_listed(self, hub: Platform) -> None:
        manifest(hub, without("05"))
        assert reasons(hub, "a")["01"] == ("I003", "M")
        assert "05" not in reasons(hub, "a")

    def test_a_number_without_its_first_segment(self, hub: Platform) -> None:
        manifest(
            hub,
            lambda body: body.replace(b"MAN|05|01|", b"MAN|05|02|").replace(b".05.01.", b".05.02."),
        )
        assert reasons(hub, "a")["05"] == ("I008", "M")


class TestAtTheEndOfTheWait:
    def test_a_set_without_a_manifest(self, hub: Platform) -> None:
        send(hub, files("a", 1), "01", "02")
        assert look(hub, A).outcome is Outcome.WAIT
        hub.clock.advance(HOUR)
        assert look(hub, A).outcome is Outcome.OVER
        assert reasons(hub, "a") == {"01": ("I001", "R"), "02": ("I001", "R")}

    def test_files_that_lack_and_a_file_that_is_not_listed(self, hub: Platform) -> None:
        made = files("a", 1)
        extra = {"07": made["05"].replace(b".a.05.01.", b".a.07.01.")}
        send(hub, {**made, **extra}, "00", "01", "02", "03", "07")
        hub.clock.advance(HOUR)
        look(hub, A)
        assert reasons(hub, "a") == {
            **dict.fromkeys(("00", "01", "02", "03"), ("", "R")),
            **dict.fromkeys(("04", "05"), ("I002", "M")),
            "07": ("I004", "X"),
        }
        assert found(hub, A).history[-1].reason == "I002"

    def test_a_set_whose_prior_ones_did_not_come(self, hub: Platform) -> None:
        look(hub, complete(hub, "a", 3))
        hub.clock.advance(HOUR)
        look(hub, A)
        assert set(reasons(hub, "a").values()) == {("I005", "R")}

    def test_an_incomplete_set_whose_prior_ones_did_not_come(self, hub: Platform) -> None:
        send(hub, files("a", 3), "00", "01", "02", "03", "04")
        hub.clock.advance(HOUR)
        look(hub, A)
        told = reasons(hub, "a")
        assert (told["04"], told["05"]) == (("I005", "R"), ("I002", "M"))

    def test_an_hour_less_a_moment_is_not_the_end(self, hub: Platform) -> None:
        send(hub, files("a", 1), "01")
        hub.clock.advance(HOUR - timedelta(milliseconds=1))
        assert look(hub, A).outcome is Outcome.WAIT


class TestARejectedSet:
    def test_uses_no_number(self, hub: Platform) -> None:
        manifest(hub, without("05"))
        assert found(hub, A).state is SetState.REJECTED
        assert sequence.find(hub.hub.state, LDC).next == 1
        assert look(hub, complete(hub, "again", 1)).outcome is Outcome.STAGE

    def test_is_told_once_however_often_it_is_looked_at(self, hub: Platform) -> None:
        manifest(hub, without("05"))
        look(hub, A)
        look(hub, A)
        work_messages(hub)
        assert sum(".IR10." in key for key in outbound(hub.hub)) == 1

    def test_is_told_in_parts_where_its_report_would_be_too_long(self, hub: Platform) -> None:
        set_parameter(hub.hub, "out.max_details", "2")
        decide(hub, 2)
        manifest(hub, lambda body: body, number=1)
        work_messages(hub)
        assert sum(".IR10." in key for key in outbound(hub.hub)) == 3

    def test_tells_the_number_after_that_of_a_loaded_set(self, hub: Platform) -> None:
        look(hub, complete(hub, "first", 1))
        before = found(hub, set_id("first"))
        rows.commit(hub.hub, before, before.moved(SetState.LOADED, hub.clock.now()))
        manifest(hub, lambda body: body)
        work_messages(hub)
        (report,) = (body for key, body in outbound(hub.hub).items() if ".IR10." in key)
        assert {line.split("|")[6] for line in report.decode().splitlines()[3:-1]} == {"2"}


def test_codes_of_files_are_those_of_lacking_and_of_unlisted_files() -> None:
    of_files = {code for code, each in INCOMPLETE_CODES.items() if each.about is About.FILE}
    assert of_files == {"I002", "I004"}
