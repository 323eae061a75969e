"""Storage events come several times, in any order, or not at all: the receipts are the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from mdmr.exchange.inbound import uploads

from tests.support.market import AGENT, LDC, READER, framed, name, request
from tests.support.pictures import Essence, essence
from tests.support.story import HOUR, Platform, platform

BILLING, READS, OWN = name("5000"), name("7000", sender=READER), name(sender=LDC)
UPLOADS = (
    (f"{AGENT}/{name()}", request(name(), "SP-1", "SP-2", "SP-1")),
    (f"{LDC}/{OWN}", request(OWN, "SP-3", "")),
    (f"{AGENT}/{BILLING}", framed(BILLING, ["DTL|x"])),
    (f"{READER}/{READS}", framed(READS, [], end="")),
    (f"{AGENT}/odd", b"odd"),
    (f"{AGENT}/odd", b"odd again"),
    ("ORG99999/odd", b"odd"),
)
events = st.lists(st.integers(0, len(UPLOADS) - 1), max_size=3 * len(UPLOADS))


def after(told: Sequence[int], pause: int = 0) -> Platform:
    """Return the platform after these events, the n-th upload's by its number, and two hours.

    `pause` is how many of them come before the first run, the others after it.
    """
    ready = platform()
    arrivals = [ready.upload(*each) for each in UPLOADS]
    for number in told[: len(told) - pause]:
        ready.tell(arrivals[number])
    ready.pass_time(timedelta(minutes=15))
    for number in told[len(told) - pause :]:
        ready.hub.arrivals_queue.send(uploads.message_of(arrivals[number]))
    ready.pass_time(2 * HOUR)
    return ready


@cache
def expected() -> Essence:
    return essence(after(range(len(UPLOADS))).hub)


class TestStorageEvents:
    @given(events, st.integers(0, 20))
    def test_in_any_order_repeated_late_or_lost_lead_to_the_same_end(
        self, told: list[int], pause: int
    ) -> None:
        ready = after(told, min(pause, len(told)))
        assert essence(ready.hub) == expected()
        assert ready.dead == []
        assert ready.failed_runs == []

    def test_lead_each_upload_to_its_final_state(self) -> None:
        assert sorted(state for state, _ in expected().files.values()) == [
            "ACCEPTED",
            "DONE",
            "DONE",
            *["REJECTED"] * 4,
        ]
