"""What an accepted file takes: which claims it has, whom they bar, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mdmr.calendar.instants import to_text
from mdmr.exchange.files.filetypes import INBOUND
from mdmr.exchange.files.frame import Scan, unread
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound import claims
from mdmr.exchange.inbound.case import Case
from mdmr.exchange.inbound.claims import Claim
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.state import ConditionFailedError, Key, Put, Update
from mdmr.stores.memory.state import MemoryState
from mdmr.synchronization.set_id import SetId
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON, name
from tests.support.story import platform

DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=1)
LASTS = 35 * DAY
PART = name("4000", tail=".tx1.01.02")
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


def case(text: str = "", *, typed: bool = True, **scanned: object) -> Case:
    """Return the case of a file of this name, with what was found in its bytes."""
    text = text or name()
    parsed = FileName.parse(text)
    found = INBOUND.get(parsed.file_id) if parsed and typed else None
    scan: Scan = replace(unread(1), **{"details": 1, "content_sha256": "digest", **scanned})
    return Case(Arrival(f"{AGENT}/{text}", "v-1", 1, NOON), parsed, found, scan)


def codes(given: Case) -> list[str]:
    return [each.code for each in claims.of(given, LASTS)]


class TestTheClaimsOfAFile:
    def test_are_its_name_and_its_content_for_a_time(self) -> None:
        arrival = case().arrival
        assert claims.of(case(), LASTS) == [
            Claim("F011", Key(f"NAME#{name()}", "CLAIM"), arrival.id, NOON, FOREVER),
            Claim(
                "F012",
                Key(f"CONTENT#{LDC}#1000#digest", "CLAIM"),
                arrival.id,
                NOON,
                NOON + LASTS,
            ),
        ]

    def test_are_its_name_and_its_part_where_it_is_of_a_set(self) -> None:
        found = claims.of(case(PART), LASTS)
        assert [each.code for each in found] == ["F011", "F014"]
        assert found[1].key == Key(f"PART#{LDC}#{AGENT}#4000#tx1", "01#02")
        assert found[1].until == FOREVER

    def test_are_none_of_what_has_no_name_or_no_type(self) -> None:
        assert codes(case("odd")) == []
        assert codes(case(typed=False)) == []

    @pytest.mark.parametrize(
        ("details", "clean", "content"),
        [(0, True, False), (1, True, True), (0, False, True), (2, False, True)],
    )
    def test_have_its_content_where_it_has_details_or_cannot_be_counted(
        self, details: int, *, clean: bool, content: bool
    ) -> None:
        given = case(details=details, clean=clean)
        assert ("F012" in codes(given)) is content


class TestAClaim:
    @pytest.fixture
    def state(self) -> MemoryState:
        return MemoryState()

    @pytest.fixture
    def claim(self) -> Claim:
        return claims.of(case(), LASTS)[1]

    def test_is_kept_under_these_names(self, state: MemoryState, claim: Claim) -> None:
        state.commit(claims.write(claim))
        assert state.get(claim.key) == {
            "pk": claim.key.partition,
            "sk": "CLAIM",
            "schema": 1,
            "receipt": claim.receipt_id,
            "since": to_text(NOON),
            "until": to_text(NOON + LASTS),
        }

    @pytest.mark.parametrize(
        ("after", "barred"), [(LASTS - MOMENT, True), (LASTS, False), (LASTS + MOMENT, False)]
    )
    def test_bars_others_until_its_time_is_over(
        self, state: MemoryState, claim: Claim, after: timedelta, *, barred: bool
    ) -> None:
        state.commit(claims.write(claim))
        later = replace(claim, receipt_id="another", since=NOON + after)
        assert claims.taken(state, [later]) == (frozenset({"F012"}) if barred else frozenset())
        if barred:
            with pytest.raises(ConditionFailedError):
                state.commit(claims.write(later))
        else:
            state.commit(claims.write(later))
            assert (state.get(claim.key) or {})["receipt"] == "another"

    def test_does_not_bar_the_file_itself(self, state: MemoryState, claim: Claim) -> None:
        state.commit(claims.write(claim))
        assert claims.taken(state, [claim]) == frozenset()
        state.commit(claims.write(claim))

    def test_of_another_thing_bars_nobody(self, state: MemoryState, claim: Claim) -> None:
        state.commit(Put({**claims.write(claim).item, "pk": "CONTENT#other"}))
        assert claims.taken(state, [replace(claim, receipt_id="another")]) == frozenset()


class TestASetThatIsClosed:
    @pytest.mark.parametrize("text", ["odd", name()])
    def test_is_not_asked_for_a_file_of_none(self, text: str) -> None:
        assert claims.too_late(platform().hub, case(text)) == frozenset()

    def test_takes_no_more_files(self) -> None:
        hub, given = platform().hub, case(PART)
        assert claims.too_late(hub, given) == frozenset()
        key = SetId(LDC, AGENT, "4000", "tx1").key
        hub.state.commit(Update(key, set={"closed": False}))
        assert claims.too_late(hub, given) == frozenset()
        hub.state.commit(Update(key, set={"closed": True}))
        assert claims.too_late(hub, given) == frozenset({"F014"})
