"""Versions of one file type side by side: each in force in its time, each read by its layout."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.exchange.files import filetypes
from mdmr.exchange.files.filetypes import (
    INBOUND,
    VERSIONS,
    InboundType,
    layout_of,
    set_layout,
    versions_in_force,
)
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_REQUEST
from mdmr.exchange.files.layouts.schedule import SCHEDULE
from mdmr.exchange.files.layouts.synchronization import set_layouts
from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import varchar
from mdmr.exchange.inbound.checking import LocalFile, check, limits_by_default
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.identifiers.checking import RequestRules
from mdmr.processes.register import REGISTER
from mdmr.synchronization.sets.states import SetState
from msgspec.structs import replace

from tests.support.call import QUARTER
from tests.support.market import AGENT, LDC, NOON, framed, name
from tests.support.pictures import outbound
from tests.support.story import Platform, platform
from tests.support.towns import BARN, sdp
from tests.support.working import directory, files_of, found, hub_with, process, stage
from tests.support.working import send as send_set

REFERENCE = Field("Reference", varchar(20), Need.OPTIONAL)
HOUR = timedelta(hours=1)


def with_a_reference(layout: FileLayout) -> FileLayout:
    """Return the next version of a layout: a field more, the others in the opposite order."""
    (record,) = layout.details
    fields = (REFERENCE, *reversed(record.fields))
    return replace(layout, version="01", details=(RecordLayout(record.record, fields),))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A hub whose table has a second version of 1000, 8000 and 4000 from noon on."""
    for row in (
        second("1000", layout=with_a_reference(ASSIGNMENT_REQUEST)),
        second("8000", layout=with_a_reference(SCHEDULE)),
        second("4000", parts=set_layouts("4000", "01")),
    ):
        monkeypatch.setitem(filetypes.VERSIONS, (row.file_id, row.version), row)
        process = REGISTER.find(row.file_id, "00")
        monkeypatch.setitem(REGISTER.rows, (row.file_id, row.version), process)
    return platform()


def second(file_id: str, **own: object) -> InboundType:
    return replace(VERSIONS[file_id, "00"], version="01", in_force=Period(NOON), **own)


def sent(hub: Platform, file_name: str, *details: str) -> Receipt:
    """Send a file and return its receipt."""
    arrival = hub.send(AGENT, file_name, framed(file_name, details))
    hub.settle()
    found = receipts.find(hub.hub.state, arrival.id)
    assert found is not None
    return found


def answers(hub: Platform, file_id: str) -> list[list[str]]:
    """Return the details of every file of a type that went out, by name."""
    found = sorted(outbound(hub.hub).items())
    bodies = (body.decode().splitlines() for key, body in found if f".{file_id}." in key)
    return [[line for line in lines if line.startswith("DTL|")] for lines in bodies]


def test_both_versions_are_accepted_and_read_by_their_own_layouts(hub: Platform) -> None:
    first, other = name(at="20250820120000"), name(version="01", at="20250820120001")
    assert sent(hub, first, f"DTL|{LDC}|SP-1").state is FileState.ACCEPTED
    assert (
        sent(hub, other, f"DTL|our ref|SP-2|{LDC}", f"DTL||SP-1|{LDC}").state is FileState.ACCEPTED
    )
    hub.pass_time(QUARTER)

    one, two = answers(hub, "2000")
    assert [line.split("|")[1:3] for line in one + two] == [
        [LDC, "SP-1"],
        [LDC, "SP-2"],
        [LDC, "SP-1"],
    ]
    assert [line[-2:] for line in one + two] == ["00", "00", "01"]


def test_a_record_of_the_other_version_is_incomplete(hub: Platform) -> None:
    sent(hub, name(version="01"), f"DTL|{LDC}|SP-1")
    hub.pass_time(QUARTER)
    assert [line[-2:] for (line,) in answers(hub, "2000")] == ["03"]


def test_a_schedule_of_either_version_is_loaded(hub: Platform) -> None:
    sent(hub, name("8000", at="20250820120000"), "DTL|BC01|20250901|20251001|A")
    sent(hub, name("8000", version="01", at="20250820120001"), "DTL|x|U|20251002|20250901|BC01")
    sent(hub, name("8000", version="01", at="20250820120002"), "DTL|x|Z|20251002|20250901|BC01")
    hub.pass_time(QUARTER)
    lines = [line for found in answers(hub, "IR03") for line in found]
    assert lines[-1] == "DTL|3|BC01|20250901|20251002|Z|E|C003|ACTION INVALID"
    assert "E" not in {line.split("|")[6] for line in lines[:-1]}


@pytest.mark.parametrize(
    ("arrives", "version", "code"),
    [
        (NOON - HOUR, "00", ""),
        (NOON - HOUR, "01", "F003"),
        (NOON, "00", ""),
        (NOON, "01", ""),
        (NOON, "02", "F003"),
    ],
)
def test_a_version_is_accepted_from_its_date_on(
    hub: Platform, arrives: datetime, version: str, code: str
) -> None:
    hub.clock.move_to(arrives)
    detail = f"DTL|{LDC}|SP-1" if version == "00" else f"DTL||SP-1|{LDC}"
    assert sent(hub, name(version=version, at="20250820090000"), detail).code == code


def test_a_version_is_no_longer_accepted_when_its_time_is_over(
    hub: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = replace(VERSIONS["1000", "00"], in_force=Period(SINCE_EVER, NOON + HOUR))
    monkeypatch.setitem(filetypes.VERSIONS, ("1000", "00"), ended)
    accepted = sent(hub, name(), f"DTL|{LDC}|SP-1")
    hub.clock.move_to(NOON + HOUR)
    refused = sent(hub, name(at="20250820120001"), f"DTL|{LDC}|SP-2")
    assert (accepted.state, refused.code) == (FileState.ACCEPTED, "F003")

    # What was accepted in time is read by its own layout, also afterwards.
    hub.pass_time(QUARTER)
    assert [line[-2:] for (line,) in answers(hub, "2000")] == ["00"]
    assert versions_in_force(INBOUND["1000"], NOON + HOUR) == ("01",)


def test_the_desk_check_names_the_versions_that_are_accepted(hub: Platform) -> None:
    assert hub.clock.now() == NOON

    def told(version: str, at: datetime) -> list[str]:
        file_name = name(version=version)
        content = framed(file_name, [f"DTL|{LDC}|SP-1"])
        file = LocalFile(file_name, lambda: [content])
        found = check(file, at, limits_by_default(), {"1000": RequestRules()})
        return [f"{each.code} {each.field} {each.what}" for each in found]

    assert told("02", NOON)[0] == "F003 VERSION 02: must be 00 or 01"
    assert told("01", NOON - HOUR)[0] == "F003 VERSION 01: must be 00"
    assert told("00", NOON) == []
    assert told("01", NOON) == ["03  has 3 fields: must have 4"]


@pytest.mark.usefixtures("hub")
def test_a_set_of_a_second_version_is_staged_and_processed() -> None:
    known = hub_with([BARN], at=NOON)
    files = {
        file_name.replace(".4000.00.", ".4000.01."): body.replace(b".4000.00.", b".4000.01.")
        for file_name, body in files_of(sdp(BARN), "T1", 1, at=NOON).items()
    }
    right = {each: body.replace(b"|4000|00|", b"|4000|01|") for each, body in files.items()}
    assert all(b"FHR|4000|01|" in body for body in right.values())
    set_id = send_set(known, right)
    assert stage(known.hub, set_id).state is SetState.LOADED
    process(known.hub, set_id)
    assert found(known.hub, set_id).state is SetState.COMPLETE
    assert len(directory(known)) == 1


@pytest.mark.usefixtures("hub")
def test_the_layouts_of_a_set_are_those_of_its_version() -> None:
    for version in ("00", "01"):
        text = name("4000", version=version, tail=".T1.05.01")
        assert set_layout(text, "05").name == f"4000.{version}"


def test_a_name_that_no_process_reads_has_no_layout() -> None:
    for text in (name("5000"), name("9999"), name(version="77"), "no name"):
        with pytest.raises(KeyError):
            layout_of(text)


@pytest.mark.usefixtures("hub")
def test_versions_of_one_type_share_what_files_of_it_share() -> None:
    for row in filetypes.VERSIONS.values():
        newest = INBOUND[row.file_id]
        assert (row.family, row.form) == (newest.family, newest.form)
