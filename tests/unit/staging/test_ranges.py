"""Large segments are staged in ranges, and it comes to what staging them at once comes to."""

from __future__ import annotations

import pytest
from mdmr.jobs.ranges import Range
from mdmr.ports.objects import ObjectMissingError
from mdmr.synchronization.staging import limits

from tests.support.set_steps import stage_step
from tests.support.staging_cases import plus
from tests.support.staging_sets import (
    SDP,
    FileSetOfLines,
    a_hub,
    a_set,
    bring,
    findings,
    stage,
)

LARGE, SMALL = "04-01", "03-01"


@pytest.fixture
def made() -> FileSetOfLines:
    more = [f"PAR|S|{SDP}|BCID|bc{day:02d}|202510{day:02d}|" for day in range(1, 31)]
    return a_set(plus("04", *more))


class TestALargeSegment:
    @pytest.fixture(autouse=True)
    def limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "RANGE", 500)

    def test_is_worked_in_ranges_and_a_small_one_at_once(self, made: FileSetOfLines) -> None:
        hub = a_hub()
        bring(hub, made)
        names = stage_step(hub, made.set_id, "segments")["segments"]
        of_large = [Range.named(name) for name in names if name.startswith(LARGE)]
        assert len(of_large) == 3
        assert [each.name for each in of_large] == [n for n in names if n.startswith(LARGE)]
        assert of_large[0].start == 0
        assert [each.end for each in of_large[:-1]] == [each.start for each in of_large[1:]]
        assert of_large[-1].end == len("".join(f"{line}\n" for line in made.lines["04", "01"]))
        assert SMALL in names

    def test_is_cut_as_it_was_first_whatever_the_limit_is_later(
        self, made: FileSetOfLines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub = a_hub()
        bring(hub, made)
        first = stage_step(hub, made.set_id, "segments")
        monkeypatch.setattr(limits, "RANGE", 10_000)
        assert stage_step(hub, made.set_id, "segments") == first

    def test_is_gathered_once_all_its_ranges_are_read(self, made: FileSetOfLines) -> None:
        hub = a_hub()
        bring(hub, made)
        *names, last = stage_step(hub, made.set_id, "segments")["segments"]
        for name in names:
            stage_step(hub, made.set_id, "read", segment=name)
        with pytest.raises(ObjectMissingError):
            stage_step(hub, made.set_id, "gather")
        stage_step(hub, made.set_id, "read", segment=last)
        assert stage_step(hub, made.set_id, "gather")["parts"] == ["0000"]

    def test_has_no_unit_of_work_for_what_follows_its_end(self, made: FileSetOfLines) -> None:
        lines = made.lines["04", "01"]
        lines.insert(10, "EOF|8")
        hub = a_hub()
        bring(hub, made)
        assert stage(hub, made.set_id) == "FAILED"
        assert max(each.place for each in findings(hub))[1:] == ("01", 11)


def test_of_a_name_that_no_file_of_the_set_has_nothing_is_read(made: FileSetOfLines) -> None:
    hub = a_hub()
    bring(hub, made)
    for name in ("", "04", "04-01-7", "04-01-a-b", "99-01-0-500"):
        with pytest.raises(KeyError):
            stage_step(hub, made.set_id, "read", segment=name)
