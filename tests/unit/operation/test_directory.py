"""What the operator is told of an SDP: over time, in force, as known then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.timeline import Segment, Timeline
from mdmr.directory.writing import write
from mdmr.operation.commands import answer
from mdmr.ports.hub import Hub

from tests.support.market import LDC
from tests.support.story import platform

SEPTEMBER = datetime(2025, 9, 1, tzinfo=EST)
CHANGE = datetime(2025, 10, 21, 11, tzinfo=EST)
FIRST, SECOND = (datetime(2025, *day, tzinfo=EST) for day in ((9, 2, 10), (10, 21, 15)))


def since(start: datetime, *value: str) -> Timeline:
    return Timeline.of([Segment(Period(start), value)])


def from_then_on(*meters: str) -> Timeline:
    periods = (Period(SEPTEMBER, CHANGE), Period(CHANGE))
    return Timeline.of(
        Segment(period, (meter,)) for period, meter in zip(periods, meters, strict=True)
    )


@pytest.fixture
def hub() -> Hub:
    """A hub whose directory knows an SDP, learned from one set, its meter changed by another."""
    hub = platform().hub
    sdp = Document(Entity(Kind.SDP, LDC, "48217730")).changed(
        {
            "SDP": since(SEPTEMBER, "SP-0001", "P", "E", "AC"),
            "PAR/VEES": since(SEPTEMBER, "01"),
            "SM": since(SEPTEMBER, "M-1001"),
        },
        FIRST,
        "set-1",
    )
    meters = [
        Document(Entity(Kind.METER, LDC, meter)).changed(
            {"MTR": since(SEPTEMBER, "ELSTER", "", "S", "00000100", "N"), "MC": since(at, amcd)},
            at,
            "set",
        )
        for meter, amcd, at in (("M-1001", "A-2001", FIRST), ("M-1002", "A-2002", SECOND))
    ]
    write(hub.directory, [sdp, *meters], 1)
    write(
        hub.directory, [sdp.changed({"SM": from_then_on("M-1001", "M-1002")}, SECOND, "set-2")], 1
    )
    return hub


def ask(hub: Hub, **asked: object) -> dict[str, Any]:
    request = {"action": "directory.show", "by": "anna", "universal_sdp_id": "48217730"}
    return answer(hub, {**request, **asked}, "ca-central-1")


def segments(told: dict[str, Any], name: str) -> list[tuple[str, bool]]:
    (sdp, *_) = told["entities"]
    (found,) = (each["segments"] for each in sdp["timelines"] if each["name"] == name)
    return [(each["value"], each["in_force"]) for each in found]


def test_an_sdp_is_told_with_the_meters_and_modules_it_ever_had(hub: Hub) -> None:
    told = ask(hub)
    assert [(each["kind"], each["id"]) for each in told["entities"]] == [
        ("SDP", "48217730"),
        ("METER", "M-1001"),
        ("METER", "M-1002"),
        ("AMCD", "A-2001"),
        ("AMCD", "A-2002"),
    ]
    assert told["ldc"] == LDC
    assert [each["name"] for each in told["entities"][0]["timelines"]] == ["SDP", "VEES", "SM"]
    assert told["entities"][0]["learned"] == [
        {"at": "2025-09-02T15:00:00.000Z", "by": "set-1", "changed": ["VEES", "SDP", "SM"]},
        {"at": "2025-10-21T20:00:00.000Z", "by": "set-2", "changed": ["SM"]},
    ]


@pytest.mark.parametrize(
    ("as_of", "in_force"),
    [
        ("2025-08-31", [False, False]),
        ("2025-10-21T10:59:59-05:00", [True, False]),
        ("2025-10-21T11:00:00-05:00", [False, True]),
    ],
)
def test_what_is_in_force_then_is_marked(hub: Hub, as_of: str, in_force: list[bool]) -> None:
    told = ask(hub, as_of=as_of)
    assert segments(told, "SM") == list(zip(["M-1001", "M-1002"], in_force, strict=True))


def test_it_is_told_as_it_was_known_then(hub: Hub) -> None:
    told = ask(hub, as_of="2025-11-01", known_at="2025-10-21T14:59:00-05:00")
    assert segments(told, "SM") == [("M-1001", True)]
    assert [each["id"] for each in told["entities"]] == ["48217730", "M-1001", "A-2001"]
    assert told["entities"][0]["version"] == 1
    before = ask(hub, known_at="2025-09-01")
    assert [each["timelines"] for each in before["entities"]] == [[]]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"universal_sdp_id": "99999999"}, "universal_sdp_id"),
        ({"universal_sdp_id": ""}, "universal_sdp_id"),
        ({"as_of": "then"}, "as_of"),
        ({"known_at": "2025-09-01T00:00:00"}, "known_at"),
    ],
)
def test_what_cannot_be_told_is_a_fault(hub: Hub, asked: dict[str, str], path: str) -> None:
    told = ask(hub, **asked)
    assert [each["path"] for each in told["faults"]] == [path]
