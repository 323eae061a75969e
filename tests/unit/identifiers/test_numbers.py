from __future__ import annotations

from contextlib import suppress
from functools import partial

import pytest
from mdmr.identifiers import universal_id
from mdmr.identifiers.kept import Kept, NumberTakenError, keep
from mdmr.identifiers.numbers import Given, Wanted, give, number_key
from mdmr.identifiers.universal_id import Pair, candidate
from mdmr.ports.state import Update

from tests.support.crashing import InterruptAt, Moment, watched
from tests.support.market import LDC, OTHER_LDC
from tests.support.story import Platform, platform

SECRET = b"a secret of tests only"
PAIR = Pair(LDC, "SP-1")
KEPT = "48217730"


@pytest.fixture
def hub() -> Platform:
    return platform(secret=SECRET)


def given(hub: Platform, *wanted: tuple[Pair, str]) -> list[Given]:
    return give(hub.hub.directory, SECRET, [Wanted(*each) for each in wanted], epoch=1)


def draw(numbers: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pairs, by their SDP ID, draw these numbers in order."""

    def drawn(_: bytes, pair: Pair, attempt: int) -> str:
        return numbers[pair.sdp_id][attempt]

    monkeypatch.setattr("mdmr.identifiers.numbers.candidate", drawn)


class TestANumber:
    def test_is_the_first_candidate_that_is_free(self, hub: Platform) -> None:
        assert given(hub, (PAIR, "a#3")) == [Given(candidate(SECRET, PAIR, 0), issued=True)]

    def test_is_issued_once(self, hub: Platform) -> None:
        (first,) = given(hub, (PAIR, "a#3"))
        (again,) = given(hub, (PAIR, "b#3"))
        assert (first.issued, again.issued) == (True, False)
        assert first.universal_sdp_id == again.universal_sdp_id

    def test_is_issued_to_the_same_record_however_often_it_asks(self, hub: Platform) -> None:
        assert given(hub, (PAIR, "a#3")) == given(hub, (PAIR, "a#3"))

    def test_is_another_for_the_same_sdp_id_of_another_ldc(self, hub: Platform) -> None:
        other = Pair(OTHER_LDC, PAIR.sdp_id)
        one, two = given(hub, (PAIR, "a#3"), (other, "a#4"))
        assert one.universal_sdp_id != two.universal_sdp_id
        assert one.issued
        assert two.issued

    def test_holds_its_pair_and_the_record_it_was_issued_to(self, hub: Platform) -> None:
        (number,) = given(hub, (PAIR, "a#3"))
        item = hub.hub.directory.get(number_key(number.universal_sdp_id))
        assert item is not None
        assert (item["ldc"], item["sdp_id"], item["request"]) == (LDC, "SP-1", "a#3")


class TestACollision:
    def test_with_the_number_of_another_pair_leads_to_the_next_candidate(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draw({"A": ["10000001"], "B": ["10000001", "10000002"]}, monkeypatch)
        given(hub, (Pair(LDC, "A"), "a#3"))
        assert given(hub, (Pair(LDC, "B"), "b#3")) == [Given("10000002", issued=True)]

    def test_within_one_batch_is_won_by_the_first(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draw({"A": ["10000001"], "B": ["10000001", "10000001", "10000002"]}, monkeypatch)
        wanted = [(Pair(LDC, "A"), "a#3"), (Pair(LDC, "B"), "a#4")]
        assert given(hub, *wanted) == [
            Given("10000001", issued=True),
            Given("10000002", issued=True),
        ]

    def test_draws_the_same_numbers_when_it_is_repeated_one_by_one(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draw({"A": ["10000001"], "B": ["10000001", "10000002"]}, monkeypatch)
        wanted = [(Pair(LDC, "A"), "a#3"), (Pair(LDC, "B"), "a#4")]
        batch = given(hub, *wanted)
        assert [given(hub, each)[0] for each in reversed(wanted)] == batch[::-1]

    def test_does_not_take_a_pair_from_the_number_it_has(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Asked for again behind another that draws the same candidate, it has its own still."""
        draw({"A": ["10000001", "10000002"], "B": ["10000001", "10000003"]}, monkeypatch)
        (first,) = given(hub, (Pair(LDC, "B"), "b#3"))
        _, again = given(hub, (Pair(LDC, "A"), "c#3"), (Pair(LDC, "B"), "c#4"))
        assert again == Given(first.universal_sdp_id, issued=False)

    def test_of_many_pairs_in_a_small_range_gives_each_its_own(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(universal_id, "LAST", universal_id.FIRST + 99)
        wanted = [(Pair(LDC, f"SP-{number}"), f"a#{number}") for number in range(100)]
        numbers = {each.universal_sdp_id for each in given(hub, *wanted)}
        assert len(numbers) == 100


class TestANumberFromBefore:
    def test_that_is_issued_is_given_as_issued_before(self, hub: Platform) -> None:
        assert keep(hub.hub, Kept(PAIR, "48217730", issued=True), "test")
        assert given(hub, (PAIR, "a#3")) == [Given("48217730", issued=False)]

    def test_that_is_reserved_is_issued_to_whoever_asks_first(self, hub: Platform) -> None:
        keep(hub.hub, Kept(PAIR, "48217730", issued=False), "test")
        assert given(hub, (PAIR, "a#3")) == [Given("48217730", issued=True)]
        assert given(hub, (PAIR, "a#3")) == [Given("48217730", issued=True)]
        assert given(hub, (PAIR, "b#3")) == [Given("48217730", issued=False)]

    def test_that_a_later_epoch_wrote_is_not_issued_under_an_earlier(self, hub: Platform) -> None:
        keep(hub.hub, Kept(PAIR, KEPT, issued=False), "anna")
        hub.hub.directory.commit(Update(number_key(KEPT), set={"epoch": 2}))
        assert given(hub, (PAIR, "a#3")) == [Given(KEPT, issued=False)]
        item = hub.hub.directory.get(number_key(KEPT))
        assert item is not None
        assert (item["request"], item["epoch"]) == ("", 2)

    def test_wins_over_the_candidates_of_others(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keep(hub.hub, Kept(PAIR, "10000001", issued=False), "test")
        draw({"B": ["10000001", "10000002"]}, monkeypatch)
        assert given(hub, (Pair(LDC, "B"), "a#3")) == [Given("10000002", issued=True)]
        assert given(hub, (PAIR, "b#3")) == [Given("10000001", issued=True)]

    def test_is_kept_once(self, hub: Platform) -> None:
        kept = Kept(PAIR, "48217730", issued=True)
        assert [keep(hub.hub, kept, "test"), keep(hub.hub, kept, "test")] == [True, False]

    def test_cannot_be_kept_for_two_pairs(self, hub: Platform) -> None:
        keep(hub.hub, Kept(PAIR, "48217730", issued=True), "test")
        with pytest.raises(NumberTakenError):
            keep(hub.hub, Kept(Pair(LDC, "SP-2"), "48217730", issued=True), "test")

    def test_cannot_be_a_second_one_of_its_pair(self, hub: Platform) -> None:
        keep(hub.hub, Kept(PAIR, "48217730", issued=True), "test")
        with pytest.raises(NumberTakenError):
            keep(hub.hub, Kept(PAIR, "48217731", issued=True), "test")

    def test_cannot_come_after_a_derived_one_was_issued(self, hub: Platform) -> None:
        given(hub, (PAIR, "a#3"))
        with pytest.raises(NumberTakenError):
            keep(hub.hub, Kept(PAIR, "48217730", issued=True), "test")

    def test_cannot_come_after_a_derived_one_was_issued_at_a_later_attempt(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(universal_id, "LAST", universal_id.FIRST + 3)
        for number in range(4):
            given(hub, (Pair(LDC, f"SP-{number}"), f"a#{number}"))
        with pytest.raises(NumberTakenError):
            keep(hub.hub, Kept(PAIR, "48217730", issued=True), "test")

    def test_cannot_be_one_that_was_issued_to_another(self, hub: Platform) -> None:
        (issued,) = given(hub, (PAIR, "a#3"))
        with pytest.raises(NumberTakenError):
            keep(hub.hub, Kept(Pair(LDC, "SP-2"), issued.universal_sdp_id, issued=True), "test")

    @pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
    def test_that_is_kept_while_the_pair_is_asked_for_leaves_it_one_number(
        self, moment: Moment
    ) -> None:
        """Kept at any point of the answering: before the claim it wins, after it it is refused."""
        ends = set()
        for effect in range(3):
            hub = platform(secret=SECRET)
            kept: list[str] = []
            keeping = InterruptAt(number=effect, moment=moment, act=partial(_try, hub, kept))
            directory = watched(hub.hub, keeping).directory
            (told,) = give(directory, SECRET, [Wanted(PAIR, "a#3")], epoch=1)
            (again,) = given(hub, (PAIR, "b#3"))
            assert told.issued
            assert again == Given(told.universal_sdp_id, issued=False)
            assert kept == ([told.universal_sdp_id] if told.universal_sdp_id == KEPT else [])
            ends.add(told.universal_sdp_id)
        assert len(ends) == 2

    def test_that_is_asked_for_while_it_is_kept_leaves_the_pair_one_number(self) -> None:
        for effect in range(5):
            hub = platform(secret=SECRET)
            told: list[Given] = []
            asking = InterruptAt(number=effect, act=partial(_ask, hub, told))
            with suppress(NumberTakenError):
                keep(watched(hub.hub, asking), Kept(PAIR, KEPT, issued=False), "test")
            (again,) = given(hub, (PAIR, "b#3"))
            assert [again.universal_sdp_id] == [each.universal_sdp_id for each in told] or not told

    def test_is_kept_when_another_takes_the_next_candidate_of_its_pair_meanwhile(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        next_one = candidate(SECRET, PAIR, 0)
        draw({"B": [next_one]}, monkeypatch)
        taking = InterruptAt(number=3, act=lambda: given(hub, (Pair(LDC, "B"), "b#3")))
        assert keep(watched(hub.hub, taking), Kept(PAIR, KEPT, issued=True), "test")
        assert taking.effects[3].name == "directory.commit"


def _ask(hub: Platform, told: list[Given]) -> None:
    told.extend(given(hub, (PAIR, "a#3")))


def _try(hub: Platform, kept: list[str]) -> None:
    with suppress(NumberTakenError):
        keep(hub.hub, Kept(PAIR, KEPT, issued=False), "test")
        kept.append(KEPT)
