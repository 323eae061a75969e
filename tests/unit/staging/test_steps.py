"""The steps of staging: done again, broken off anywhere, and how often they ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from mdmr.calendar.period import Period
from mdmr.directory import directory_map
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.entries import Entry
from mdmr.directory.timeline import Segment, Timeline
from mdmr.directory.writing import write
from mdmr.exchange.ledger import incidents
from mdmr.ports.hub import Hub
from mdmr.stores.memory.hub import MemoryHub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.staging import gathering, limits, parts, steps
from mdmr.synchronization.staging.linking import Size

from tests.support.crashing import Crash, CrashAt, Seen, crash_points, watched
from tests.support.market import LDC
from tests.support.set_steps import stage_step
from tests.support.staging_cases import FULL, known, minus, plus
from tests.support.staging_sets import (
    EXTRACTED,
    NOW,
    OTHER,
    SDP,
    SINCE,
    VIRTUAL,
    FileSetOfLines,
    a_hub,
    a_set,
    bring,
    delivered,
    findings,
    meter,
    sdp,
    stage,
    together,
    whole,
)

# Many small parts, so that rows are sorted by them.
SMALL = Size(entities=1, rows=1)
SPOILED = plus("04", f"PAR|S|{SDP}|VEES|05|{SINCE}|", base=minus("05", "REL|MC"))


def outcome(hub: MemoryHub) -> dict[str, object]:
    """Return what became of the set: its row, its findings, the files that were delivered."""
    files = delivered(hub)
    each = rows.find(hub.state, a_set().set_id)
    assert each is not None
    return {
        "row": (each.state, each.stl_status, each.records_read, each.parts, each.reports),
        "findings": findings(hub),
        "files": files,
        "last": sequence.find(hub.state, LDC).last,
    }


# Records, and in ranges of how many bytes a segment is read.
WAYS = {
    "right": (whole(), limits.RANGE),
    "spoiled": (SPOILED, limits.RANGE),
    "spoiled, in ranges": (SPOILED, 130),
}


@pytest.fixture(params=WAYS)
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FileSetOfLines:
    records, cut = WAYS[request.param]
    monkeypatch.setattr(steps, "_SIZE", SMALL)
    monkeypatch.setattr(limits, "RANGE", cut)
    return a_set(records)


def test_steps_that_are_repeated_change_nothing(made: FileSetOfLines) -> None:
    once, often = a_hub(), a_hub()
    for hub, times in ((once, 1), (often, 3)):
        bring(hub, made)
        stage(hub, made.set_id, times=times)
    assert outcome(often) == outcome(once)


def test_a_crash_anywhere_changes_nothing_but_the_time(made: FileSetOfLines) -> None:
    hub, seen = a_hub(), Seen()
    bring(hub, made)
    stage(watched(hub, seen), made.set_id)
    expected = outcome(hub)
    crashes = crash_points(seen.effects)
    assert len(crashes) > 15
    for number, moment in crashes:
        hub = a_hub()
        bring(hub, made)
        with pytest.raises(Crash):
            stage(watched(hub, CrashAt(number=number, moment=moment)), made.set_id)
        stage(hub, made.set_id)
        stage(hub, made.set_id)
        assert outcome(hub) == expected, f"crash {moment} {seen.effects[number].name}"


def test_two_that_stage_a_set_at_once_come_to_one_end(made: FileSetOfLines) -> None:
    hub = a_hub()
    bring(hub, made)
    stage(hub, made.set_id)
    expected = outcome(hub)
    hub, seen = a_hub(), Seen()
    bring(hub, made)
    # The other does all of it right before the first one decides.
    worker = watched(hub, seen)
    for segment in stage_step(worker, made.set_id, "segments")["segments"]:
        stage_step(worker, made.set_id, "read", segment=segment)
    stage(hub, made.set_id)
    for part in stage_step(worker, made.set_id, "gather")["parts"]:
        stage_step(worker, made.set_id, "judge", part=part)
    assert stage_step(worker, made.set_id, "load")["outcome"] == (
        "LOADED" if made.lines == a_set().lines else "FAILED"
    )
    assert outcome(hub) == expected


@pytest.mark.parametrize(
    ("module", "name", "value"), [(limits, "MOST_KEPT", 1), (limits, "STRETCH", 1)]
)
def test_what_is_more_than_memory_should_hold_comes_to_the_same(
    made: FileSetOfLines, monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: int
) -> None:
    made.put("04", [f"PAR|S|{SDP}|BCID|bc{number:02d}|2025{number}|" for number in range(9)], "02")
    made.list_files()
    outcomes = []
    for limited in (False, True):
        if limited:
            monkeypatch.setattr(module, name, value)
        hub = a_hub()
        bring(hub, made)
        stage(hub, made.set_id)
        outcomes.append(outcome(hub))
    assert outcomes[0] == outcomes[1]


def test_an_incident_of_an_earlier_release_ends_when_the_set_is_staged_in_the_end() -> None:
    hub, made = a_hub(), a_set()
    bring(hub, made)
    opened = incidents.opened(
        subject=str(made.set_id), organization=LDC, what="FAILED_STAGING", at=hub.clock.now()
    )
    hub.state.commit(opened)
    stage(hub, made.set_id)
    (incident,) = hub.state.query(f"INCIDENT#FAILED_STAGING-{made.set_id}")
    assert incident["state"] == "CLOSED"


def test_a_set_that_nobody_sent_is_not_staged() -> None:
    with pytest.raises(LookupError):
        stage_step(a_hub(), a_set().set_id, "segments")


class TestCalls:
    """How often the data bucket and the directory are asked."""

    def counted(
        self, made: FileSetOfLines, *entries: Entry, before: Callable[[Hub], None] = lambda _: None
    ) -> Counter[str]:
        hub, seen = a_hub(), Seen()
        before(hub)
        key = directory_map.write(hub.data, LDC, "before", None, entries) if entries else ""
        bring(hub, made, directory=key)
        assert stage(watched(hub, seen), made.set_id) == "LOADED"
        return Counter(effect.name for effect in seen.effects)

    def test_nothing_of_an_sdp_that_the_map_knows_is_asked_of_the_directory(self) -> None:
        made = a_set(FULL, periodic=True)
        counted = self.counted(made, known(meters="M-1"))
        assert not any(name.startswith("directory.") for name in counted)

    def test_the_numbers_of_all_new_sdps_are_asked_at_once(self) -> None:
        counted = self.counted(a_set())
        assert {name: n for name, n in counted.items() if name.startswith("directory.")} == {
            "directory.get_many": 1
        }

    def test_each_segment_is_read_once_and_gathered_twice_at_most(self) -> None:
        counted = self.counted(a_set())
        files, filled = 7, 6
        assert counted["inbound.stream"] == files + 2 * filled
        # Rows and findings of the segments; the part and its findings, those of the set, the lists
        # of ranges and of parts, and the report.
        assert counted["data.put_new"] == files + filled + 6
        # In gathering the summaries and the rows, in judging the rows, in loading the summaries.
        assert counted["data.stream"] == files + filled + filled + files + 2


def test_meters_of_the_directory_are_found_there() -> None:
    hub = a_hub()

    def timeline(*value: str) -> Timeline:
        return Timeline((Segment(Period(EXTRACTED), value),))

    for kind, name, timelines in (
        (
            Kind.METER,
            "M-8",
            {
                "MTR": timeline("", "", "S", "00000100", "N"),
                "PAR/DIAL": timeline("5"),
                "PAR/CH01": timeline("KWH"),
            },
        ),
        (Kind.AMCD, "A-8", {"COM": timeline("EL", "")}),
    ):
        document = Document(Entity(kind, LDC, name)).changed(timelines, NOW, "before")
        assert write(hub.directory, [document], 1) == [None]
    made = a_set(
        together(
            sdp(),
            {"01": meter("M-8", "A-8")["01"], "05": meter("M-8", "A-8")["05"]},
            {"04": [f"PAR|M|M-8|RDEC|1|{SINCE}|"]},
        )
    )
    bring(hub, made)
    assert stage(hub, made.set_id) == "LOADED"
    assert findings(hub) == []


class TestParts:
    """What the records of a loaded set are worked in."""

    def gathered(
        self, made: FileSetOfLines, size: Size, *entries: Entry
    ) -> tuple[MemoryHub, list[str]]:
        hub = a_hub()
        key = directory_map.write(hub.data, LDC, "before", None, entries) if entries else ""
        bring(hub, made, directory=key)
        for segment in stage_step(hub, made.set_id, "segments")["segments"]:
            stage_step(hub, made.set_id, "read", segment=segment)
        each = rows.find(hub.state, made.set_id)
        assert each is not None
        return hub, gathering.gather(hub, each, rows.files(hub.state, each.id), size)

    def entities(self, hub: MemoryHub, set_id: SetId, part: str) -> set[str]:
        return {
            record.fields[0]
            for record in parts.records(hub, set_id, part)[0]
            if record.type in ("SDP", "MTR")
        }

    def test_have_what_hangs_together_by_the_set(self) -> None:
        made = a_set(together(sdp(), meter(), sdp(OTHER), meter("M-2", "A-2", OTHER)))
        hub, names = self.gathered(made, SMALL)
        assert [self.entities(hub, made.set_id, each) for each in names] == [
            {SDP, "M-1"},
            {OTHER, "M-2"},
        ]

    def test_have_what_hangs_together_by_the_directory_map(self) -> None:
        made = a_set(together(sdp(), sdp(OTHER), sdp(VIRTUAL, kind="V")))
        apart = self.gathered(made, SMALL)[1]
        assert len(apart) == 3
        linked = (known(meters="M-7"), known(OTHER, meters="M-6 M-7"))
        hub, names = self.gathered(made, SMALL, *linked)
        assert [self.entities(hub, made.set_id, each) for each in names] == [
            {SDP, OTHER},
            {VIRTUAL},
        ]

    def test_are_filled_up_to_their_size(self) -> None:
        made = a_set(together(sdp(), sdp(OTHER), sdp(VIRTUAL, kind="V")))
        assert len(self.gathered(made, Size(entities=2, rows=100))[1]) == 2
        assert len(self.gathered(made, Size(entities=9, rows=13))[1]) == 2
        assert len(self.gathered(made, Size())[1]) == 1

    @pytest.mark.parametrize("size", [SMALL, Size()])
    def test_have_every_record_once_in_the_order_of_the_set(self, size: Size) -> None:
        more = plus("04", f"PAR|S|{SDP}|VEES|05|{SINCE}|")
        made = a_set(together(more, sdp(OTHER)))
        hub, names = self.gathered(made, size)
        told = [parts.records(hub, made.set_id, each)[0] for each in names]
        assert all(own == sorted(own, key=lambda each: each.place) for own in told)
        everything = [each for own in told for each in own]
        assert len(everything) == len({(each.type, each.fields, each.start) for each in everything})
        assert len(everything) == sum(
            len(lines) for lines in together(whole(), sdp(OTHER)).values()
        )

    def test_have_the_sdps_that_a_p_sync_leaves_out(self) -> None:
        made = a_set(FULL, periodic=True)
        entries = (known(), known(OTHER, meters="M-1"), known(VIRTUAL, "V"))
        hub, names = self.gathered(made, SMALL, *entries)
        assert names == ["0000"]
        # Virtual ones stay as they are where file 07 is absent.
        assert parts.omitted(hub, made.set_id, "0000") == [OTHER]
        made = a_set({**FULL, "07": []}, periodic=True)
        hub, names = self.gathered(made, SMALL, *entries)
        assert [parts.omitted(hub, made.set_id, each) for each in names] == [[OTHER], [VIRTUAL]]
