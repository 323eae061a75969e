from __future__ import annotations

import hashlib
import hmac
from itertools import islice

import pytest
from mdmr.exchange.files.layouts.types import UNIVERSAL_SDP_ID
from mdmr.identifiers.universal_id import FIRST, LAST, Pair, candidate, candidates

SECRET = b"a secret"
PAIR = Pair("ORG11111", "SP-0001")


class TestACandidate:
    def test_is_the_hmac_of_ldc_sdp_and_attempt_taken_into_the_range(self) -> None:
        digest = hmac.new(SECRET, b"ORG11111|SP-0001|3", hashlib.sha256).hexdigest()
        assert candidate(SECRET, PAIR, 3) == str(10_000_000 + int(digest, 16) % 90_000_000)

    def test_is_the_same_each_time(self) -> None:
        assert candidate(SECRET, PAIR, 0) == candidate(SECRET, PAIR, 0)

    @pytest.mark.parametrize("other", [Pair("ORG11111", "SP-0002"), Pair("ORG44444", "SP-0001")])
    def test_differs_between_pairs(self, other: Pair) -> None:
        assert candidate(SECRET, PAIR, 0) != candidate(SECRET, other, 0)

    def test_differs_between_deployments(self) -> None:
        assert candidate(SECRET, PAIR, 0) != candidate(b"another", PAIR, 0)

    def test_has_eight_digits_and_no_leading_zero(self) -> None:
        numbers = list(islice(candidates(SECRET, PAIR), 2_000))
        assert all(UNIVERSAL_SDP_ID.accepts(each) for each in numbers)
        assert (FIRST, LAST) == (10_000_000, 99_999_999)

    def test_looks_random(self) -> None:
        """Neither in order nor bunched: each tenth of the range gets about its share."""
        numbers = [int(candidate(SECRET, Pair("ORG11111", f"SP-{n}"), 0)) for n in range(4_000)]
        assert numbers != sorted(numbers)
        tenths = [
            sum(FIRST + t * 9_000_000 <= n < FIRST + (t + 1) * 9_000_000 for n in numbers)
            for t in range(10)
        ]
        assert all(300 < each < 500 for each in tenths)


class TestCandidates:
    def test_are_those_of_the_attempts_in_order(self) -> None:
        assert list(islice(candidates(SECRET, PAIR), 5)) == [
            candidate(SECRET, PAIR, attempt) for attempt in range(5)
        ]
