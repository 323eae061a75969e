from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.ports.state import Put

from tests.support.market import AGENT, READER, framed, name, request
from tests.support.story import Platform, platform

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
CMEP = name("7100", sender=READER)


@pytest.fixture
def hub() -> Platform:
    return platform()


def sent(hub: Platform, prefix: str, file_name: str, body: bytes) -> Receipt:
    return take_in(hub.hub, hub.upload(f"{prefix}/{file_name}", body))


class TestANameSentAgain:
    def test_after_it_was_accepted_gets_f011(self, hub: Platform) -> None:
        sent(hub, AGENT, name(), request(name(), "SP-1"))
        assert sent(hub, AGENT, name(), request(name(), "SP-2")).code == "F011"

    def test_years_after_it_was_accepted_gets_f011(self, hub: Platform) -> None:
        sent(hub, AGENT, name(), request(name(), "SP-1"))
        hub.clock.advance(4000 * DAY)
        assert sent(hub, AGENT, name(), request(name(), "SP-2")).code == "F011"


class TestContentSentAgain:
    def once(self, hub: Platform, *details: str, at: str = "20250820120000") -> Receipt:
        file_name = name(at=at)
        return sent(hub, AGENT, file_name, framed(file_name, details))

    def test_under_another_name_gets_f012(self, hub: Platform) -> None:
        self.once(hub, "DTL|ORG11111|SP-1")
        assert self.once(hub, "DTL|ORG11111|SP-1", at="20250820120001").code == "F012"

    def test_is_refused_until_so_many_days_after_the_first_arrived(self, hub: Platform) -> None:
        self.once(hub, "DTL|ORG11111|SP-1")
        hub.clock.advance(35 * DAY - SECOND)
        assert self.once(hub, "DTL|ORG11111|SP-1", at="20250820120001").code == "F012"
        hub.clock.advance(SECOND)
        assert self.once(hub, "DTL|ORG11111|SP-1", at="20250820120002").code == ""

    def test_counts_its_days_from_the_file_accepted_last(self, hub: Platform) -> None:
        self.once(hub, "DTL|ORG11111|SP-1")
        hub.clock.advance(35 * DAY)
        self.once(hub, "DTL|ORG11111|SP-1", at="20250820120001")
        hub.clock.advance(35 * DAY - SECOND)
        assert self.once(hub, "DTL|ORG11111|SP-1", at="20250820120002").code == "F012"

    def test_does_not_count_after_a_rejection(self, hub: Platform) -> None:
        wrong = request(name(), "SP-1").replace(b"FNR|", b"fnr|")
        assert sent(hub, AGENT, name(), wrong).code == "F015"
        assert sent(hub, AGENT, name(), request(name(), "SP-1")).code == ""

    def test_without_details_is_no_content(self, hub: Platform) -> None:
        assert self.once(hub).code == ""
        assert self.once(hub, at="20250820120001").code == ""

    def test_for_another_ldc_is_another(self, hub: Platform) -> None:
        mine = name("7100", sender=READER)
        assert sent(hub, READER, mine, b"MEPMD01,1\n").code == ""
        own = name("7100", ldc="ORG44444", sender="ORG44444")
        assert sent(hub, "ORG44444", own, b"MEPMD01,1\n").code == ""

    def test_of_another_type_is_another(self, hub: Platform) -> None:
        one, two = name("8000"), name("8000", at="20250820120001")
        assert sent(hub, AGENT, one, framed(one, ["DTL|x"])).code == ""
        assert sent(hub, AGENT, two, framed(two, ["DTL|x"])).code == ""

    def test_of_cmep_is_all_its_bytes(self, hub: Platform) -> None:
        later = name("7100", sender=READER, at="20250820120001")
        assert sent(hub, READER, CMEP, b"MEPMD01,1\nMEPMD01,2\n").code == ""
        assert sent(hub, READER, later, b"MEPMD01,0\nMEPMD01,2\n").code == ""
        last = name("7100", sender=READER, at="20250820120002")
        assert sent(hub, READER, last, b"MEPMD01,0\nMEPMD01,2\n").code == "F012"

    def test_with_an_unclean_first_line_is_still_told_to_be_a_duplicate(
        self, hub: Platform
    ) -> None:
        self.once(hub, "DTL|ORG11111|SP-1")
        later = name(at="20250820120001")
        body = request(later, "SP-1").replace(b"FNR|", b"FNR\x00", 1)
        assert sent(hub, AGENT, later, body).code == "F012"


class TestAPartOfASet:
    PART = name("4000", tail=".tx1.01.01")

    def test_of_the_same_number_again_gets_f014(self, hub: Platform) -> None:
        assert sent(hub, AGENT, self.PART, b"x\n").code == ""
        again = name("4000", at="20250820120001", tail=".tx1.01.01")
        assert sent(hub, AGENT, again, b"y\n").code == "F014"

    @pytest.mark.parametrize("tail", [".tx1.01.02", ".tx1.02.01", ".tx2.01.01", ".TX1.01.01"])
    def test_of_another_number_or_set_is_taken(self, hub: Platform, tail: str) -> None:
        assert sent(hub, AGENT, self.PART, b"x\n").code == ""
        assert sent(hub, AGENT, name("4000", tail=tail), b"x\n").code == ""


def test_a_file_is_not_barred_by_claims_of_its_own_that_came_before_its_receipt() -> None:
    """Another region accepted it and was lost: of what it committed the claims alone arrived."""
    lost, found = platform(), platform()
    body = request(name(), "SP-1")
    before = take_in(lost.hub, lost.upload(f"{AGENT}/{name()}", body))
    claims = [item for item in lost.hub.state.items() if item["sk"] == "CLAIM"]
    assert len(claims) == 2
    for item in claims:
        found.hub.state.commit(Put(item))
    receipt = take_in(found.hub, found.upload(f"{AGENT}/{name()}", body))
    assert (receipt.id, receipt.state) == (before.id, FileState.ACCEPTED)
