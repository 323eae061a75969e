"""The rules of waiting, each at its boundary: whose turn it is, how long a set waits, from when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from mdmr.calendar.period import Period
from mdmr.exchange.inbound.explaining import Told
from mdmr.synchronization.sets.judging import Facts, Reject, Take, Wait, judge
from mdmr.synchronization.sets.manifest import Listed, Manifest
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.sets.sequence import Sequence, Waiting
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.waiting import REASONS, Reason
from msgspec.structs import replace

from tests.support.market import LDC, NOON
from tests.support.waiting_sets import MANDATORY, MINUTE, set_id

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
OWN = set_id("own")
PLACES = [("00", "01"), *((number, "01") for number in MANDATORY)]


def at(minutes: float) -> datetime:
    """Return an instant so many minutes after the first file of the set."""
    return NOON + minutes * MINUTE


def name_of(place: tuple[str, str]) -> str:
    return f"file-{place[0]}-{place[1]}"


def file(place: tuple[str, str], accepted: datetime = NOON) -> SetFile:
    return SetFile(*place, name_of(place), "key", "version", "receipt", 1, accepted, accepted)


def manifest(number: int = 1, places: list[tuple[str, str]] | None = None) -> Manifest:
    listed = {place: Listed(name_of(place), 1) for place in places or PLACES[1:]}
    return Manifest(number, NOON, "I", listed)


def facts(number: int = 1, minutes: float = 0, **changed: Any) -> Facts:  # noqa: ANN401 - any field
    """Return a complete set, its files all here since its first, so many minutes later."""
    whole = Facts(
        each=FileSet(OWN, SetState.COLLECTING, NOON, 1),
        files=[file(place) for place in PLACES],
        manifest=manifest(number),
        faults=(),
        sequence=Sequence(LDC),
        now=at(minutes),
        closed=(),
        wait=HOUR,
    )
    return replace(whole, **changed)


def incomplete(minutes: float, **changed: Any) -> Facts:  # noqa: ANN401 - any field
    return replace(facts(minutes=minutes, **changed), files=[file(place) for place in PLACES[:-1]])


def waiting(name: str, number: int, complete: datetime | None = NOON) -> Waiting:
    return Waiting(set_id(name), number, complete)


def waits(given: Facts) -> Wait:
    verdict = judge(given)
    assert isinstance(verdict, Wait), verdict
    return verdict


class TestASetIsCompleteWhen:
    def test_all_its_manifest_lists_is_here_and_nothing_else(self) -> None:
        assert facts().complete_at == NOON
        assert incomplete(0).complete_at is None
        more = [*facts().files, file(("07", "01"))]
        assert facts(files=more).complete_at is None

    def test_its_manifest_is_here(self) -> None:
        assert facts(manifest=None).complete_at is None

    def test_each_file_has_the_name_that_is_listed(self) -> None:
        renamed = [*facts().files[:-1], replace(facts().files[-1], name="another")]
        assert facts(files=renamed).complete_at is None

    def test_its_last_file_came_whichever_that_was(self) -> None:
        late = [file(place, at(5 if place[0] == "03" else 0)) for place in PLACES]
        assert facts(files=late).complete_at == at(5)

    def test_a_second_segment_of_the_manifest_is_a_file_like_others(self) -> None:
        more = [*facts().files, file(("00", "02"))]
        assert facts(files=more).complete_at is None
        assert ("00", "01") not in facts().received


class TestItsNumber:
    @pytest.mark.parametrize(
        ("number", "last", "code"), [(4, 4, "I006"), (3, 4, "I006"), (5, 4, ""), (6, 4, "")]
    )
    def test_is_used_up_to_the_last_one(self, number: int, last: int, code: str) -> None:
        verdict = judge(facts(number, sequence=Sequence(LDC, last)))
        assert (verdict == Reject(code)) is bool(code)

    @pytest.mark.parametrize(("number", "code"), [(5, "I006"), (4, "I006"), (6, "")])
    def test_is_used_up_to_that_of_the_set_under_way(self, number: int, code: str) -> None:
        under_way = Sequence(LDC, 4, open=set_id("other"), number=5, turned=NOON)
        verdict = judge(facts(number, sequence=under_way))
        assert (verdict == Reject(code)) is bool(code)

    def test_of_a_set_that_is_over_does_not_count(self) -> None:
        """The number of the set that was under way last may be given back unused."""
        given_back = Sequence(LDC, 4, number=5)
        assert judge(facts(5, sequence=given_back)) == Take()


class TestAManifest:
    def test_that_cannot_be_read_rejects_the_set_at_once(self) -> None:
        assert judge(facts(manifest=None, faults=(Told("is empty"),))) == Reject("I007")

    def test_is_asked_for_its_number_before_what_it_lists(self) -> None:
        lacking = manifest(1, [("01", "01")])
        assert judge(facts(manifest=lacking, sequence=Sequence(LDC, 1))) == Reject("I006")

    def test_lists_every_mandatory_number(self) -> None:
        lacking = manifest(1, PLACES[1:-1])
        assert judge(facts(manifest=lacking)) == Reject("I003")

    def test_lists_segment_01_of_each_number(self) -> None:
        lacking = manifest(1, [*PLACES[1:-1], ("05", "02")])
        assert judge(facts(manifest=lacking)) == Reject("I008")
        both = manifest(1, [*PLACES[1:], ("05", "02")])
        assert waits(facts(manifest=both)).reason is Reason.FILES

    def test_lacks_a_number_before_it_lacks_a_segment(self) -> None:
        lacking = manifest(1, [*PLACES[1:-2], ("04", "02")])
        assert judge(facts(manifest=lacking)) == Reject("I003")


class TestASetThatGathers:
    def test_waits_for_its_manifest_then_for_its_files(self) -> None:
        assert waits(incomplete(0, manifest=None)).reason is Reason.MANIFEST
        assert waits(incomplete(0)).reason is Reason.FILES

    def test_waits_an_hour_from_its_first_file(self) -> None:
        wait = waits(incomplete(59))
        assert (wait.until, wait.look, wait.complete) == (at(60), at(60), None)
        assert waits(incomplete(60 - 1 / 60)).until == at(60)

    def test_is_rejected_in_the_second_in_which_the_hour_is_over(self) -> None:
        assert judge(incomplete(60)) == Reject("", late=True)
        assert judge(incomplete(60, manifest=None)) == Reject("I001", late=True)

    def test_is_rejected_with_i005_where_a_number_before_it_lacks_as_well(self) -> None:
        behind = {"manifest": manifest(3)}
        assert judge(incomplete(60, **behind)) == Reject("I005", late=True)
        here = Sequence(LDC, 1, waiting=(waiting("two", 2),))
        assert judge(incomplete(60, **behind, sequence=here)) == Reject("", late=True)

    def test_stands_still_while_the_gateway_is_closed_not_while_a_slot_is_waited_for(self) -> None:
        pause = Period(at(10), at(30))
        assert waits(incomplete(0, closed=[pause])).until == at(80)
        paused = Sequence(LDC, pauses=(pause,))
        assert waits(incomplete(0, sequence=paused)).until == at(60)

    @pytest.mark.parametrize(
        ("closed_at", "now", "left"),
        [(10, 20, 50), (45, 50, 15), (50, 55, 15), (44, 50, 16)],
    )
    def test_looks_again_after_what_is_left_but_not_within_a_quarter_of_an_hour(
        self, closed_at: float, now: float, left: float
    ) -> None:
        """With a closure whose end nobody knows."""
        wait = waits(incomplete(now, closed=[Period(at(closed_at))]))
        assert (wait.until, wait.look) == (None, at(now + left))


class TestACompleteSet:
    def test_is_taken_when_its_number_is_next_and_no_set_is_under_way(self) -> None:
        assert judge(facts()) == Take()
        assert judge(facts(minutes=600)) == Take()

    def test_waits_for_its_turn_behind_a_set_under_way(self) -> None:
        under_way = Sequence(LDC, 0, open=set_id("one"), number=1, turned=NOON)
        wait = waits(facts(2, 30, sequence=under_way))
        assert (wait.reason, wait.until, wait.complete) == (Reason.TURN, None, NOON)
        assert wait.look == at(30) + 2 * HOUR

    def test_waits_for_its_turn_behind_complete_sets(self) -> None:
        here = Sequence(LDC, 0, waiting=(waiting("one", 1), waiting("two", 2)))
        assert waits(facts(3, 600, sequence=here)).reason is Reason.TURN

    def test_does_not_wait_for_numbers_before_that_of_the_set_under_way(self) -> None:
        """The number of the set under way may be behind a hole that a reset has left."""
        under_way = Sequence(LDC, 6, open=set_id("four"), number=4, turned=NOON)
        assert waits(facts(7, sequence=under_way)).reason is Reason.TURN

    @pytest.mark.parametrize("complete", [None, NOON])
    def test_waits_for_a_lower_number_an_hour_unless_that_is_here_complete(
        self, complete: datetime | None
    ) -> None:
        here = Sequence(LDC, 0, waiting=(waiting("one", 1, complete),))
        reason = waits(facts(2, 30, sequence=here)).reason
        assert reason is (Reason.PRIOR if complete is None else Reason.TURN)

    def test_behind_an_incomplete_one_is_rejected_after_the_hour(self) -> None:
        """An incomplete set before it is as good as none: nobody waits for it without end."""
        behind = Sequence(LDC, 0, waiting=(waiting("one", 1, None),))
        wait = waits(facts(2, 59, sequence=behind))
        assert (wait.reason, wait.until, wait.look) == (Reason.PRIOR, at(60), at(60))
        assert wait.complete == NOON
        assert judge(facts(2, 60, sequence=behind)) == Reject("I005", late=True)

    def test_lacks_the_number_between_it_and_the_set_under_way(self) -> None:
        under_way = Sequence(LDC, 0, open=set_id("one"), number=1)
        assert waits(facts(3, sequence=under_way)).reason is Reason.PRIOR


class TestTheClockOfASetBehindAHole:
    """It runs from the first file, and anew when the turn goes to a set while it is held."""

    @pytest.mark.parametrize(
        ("turned", "until"),
        [(10, 60), (20 - 1 / 60, 60), (20, 80), (20 + 1 / 60, 80 + 1 / 60), (30, 90)],
    )
    def test_begins_anew_with_a_turn_from_the_instant_on_at_which_it_is_complete(
        self, turned: float, until: float
    ) -> None:
        late = [file(place, at(20)) for place in PLACES]
        behind = Sequence(LDC, 1, turned=at(turned))
        assert waits(facts(3, 31, files=late, sequence=behind)).until == at(until)

    def test_runs_from_the_first_file_where_no_turn_was_ever_given(self) -> None:
        late = [file(place, at(20)) for place in PLACES]
        assert waits(facts(3, 31, files=late)).until == at(60)

    def test_stands_still_in_closures_and_while_a_p_sync_waits_for_its_slot(self) -> None:
        paused = Sequence(LDC, pauses=(Period(at(10), at(20)),))
        closed = [Period(at(30), at(35))]
        assert waits(facts(3, sequence=paused, closed=closed)).until == at(75)
        assert judge(facts(3, 75, sequence=paused, closed=closed)) == Reject("I005", late=True)


class TestTwins:
    """Of several sets with the next number the one that was complete first is taken."""

    def test_the_one_completed_earlier_goes_first(self) -> None:
        late = [file(place, at(20)) for place in PLACES]
        for complete, verdict in ((at(19), Wait), (at(21), Take), (None, Take)):
            twin = Sequence(LDC, waiting=(waiting("a", 1, complete),))
            assert isinstance(judge(facts(minutes=30, files=late, sequence=twin)), verdict)

    @pytest.mark.parametrize(("name", "verdict"), [("a", Wait), ("z", Take)])
    def test_completed_in_one_instant_they_go_by_their_names(
        self, name: str, verdict: type
    ) -> None:
        twin = Sequence(LDC, waiting=(waiting(name, 1),))
        assert isinstance(judge(facts(sequence=twin)), verdict)

    def test_a_set_is_no_twin_of_itself(self) -> None:
        itself = Sequence(LDC, waiting=(Waiting(OWN, 1, NOON),))
        assert judge(facts(sequence=itself)) == Take()

    def test_one_with_another_number_is_none(self) -> None:
        other = Sequence(LDC, waiting=(waiting("a", 2, at(-5)),))
        assert judge(facts(sequence=other)) == Take()

    def test_the_later_one_looks_again_within_hours(self) -> None:
        twin = Sequence(LDC, waiting=(waiting("a", 1, at(-5)),))
        wait = waits(facts(minutes=3, sequence=twin))
        assert (wait.reason, wait.until, wait.look) == (Reason.TURN, None, at(3) + 2 * HOUR)
        assert wait.complete == NOON


class TestASlot:
    def test_that_opens_later_is_waited_for_and_clocks_stand_still_meanwhile(self) -> None:
        wait = waits(facts(minutes=3, slot=at(9)))
        assert (wait.reason, wait.until, wait.look) == (Reason.SLOT, at(9), at(9))
        assert (wait.complete, wait.pause) == (NOON, Period(at(3), at(9)))

    def test_that_opens_now_is_not_waited_for(self) -> None:
        assert judge(facts(minutes=9, slot=at(9))) == Take()


def test_every_reason_to_wait_tells_what_is_waited_for_and_what_follows() -> None:
    assert set(REASONS) == set(Reason)
    assert all(each.waits_for and each.otherwise for each in REASONS.values())
    assert all(reason.value == reason.name for reason in Reason)
