from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.calendar.period import Period
from mdmr.exchange.files.filetypes import OUTBOUND
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Report, Staged
from mdmr.exchange.outbound.recipients import (
    OUTPUTS,
    Entitled,
    Facts,
    recipient,
    recipients,
    refusal,
)
from mdmr.organizations import registry
from mdmr.organizations.entities import (
    SUBMIT_BRINGS_RECEIVE,
    Authorization,
    Organization,
    Right,
    Role,
)
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import MemoryHub

from tests.support.market import AGENT, ALWAYS, LDC, NOON, OTHER_LDC, READER, end_authorization
from tests.support.story import platform

STRANGER = "ORG99999"
OVER = Period(ALWAYS.start, NOON)


def receives(org_id: str, file_id: str, period: Period = ALWAYS, ldc: str = LDC) -> Authorization:
    return Authorization(ldc, org_id, file_id, Right.RECEIVE, period)


ROWS = tuple(
    receives(AGENT, each.file_id) for each in OUTPUTS.values() if each.entitled is Entitled.RIGHT
)
FACTS = Facts(LDC, submitter=AGENT, authorizations=ROWS)


class TestTheTable:
    def test_has_every_file_that_goes_out(self) -> None:
        assert set(OUTBOUND) <= set(OUTPUTS)

    def test_has_every_file_that_a_right_to_submit_brings(self) -> None:
        for brought in SUBMIT_BRINGS_RECEIVE.values():
            assert set(brought) <= set(OUTPUTS)

    @pytest.mark.parametrize("file_id", ["2000", "IR01", "IR03", "IR10", "IR14", "6500"])
    def test_sends_answers_to_the_submitter_only(self, file_id: str) -> None:
        assert recipients(file_id, FACTS, NOON) == (AGENT,)

    @pytest.mark.parametrize(
        "file_id", ["IR06", "IR07", "IR08", "BR01", "BR03", "BR04", "BR05", "BR06"]
    )
    def test_sends_reports_to_the_ldc_and_whoever_may_receive(self, file_id: str) -> None:
        assert recipients(file_id, FACTS, NOON) == (LDC, AGENT)

    def test_sends_what_became_of_reads_to_the_reader_and_the_ldc(self) -> None:
        assert recipients("MR01", Facts(LDC, submitter=READER), NOON) == (LDC, READER)

    @pytest.mark.parametrize("file_id", ["6000", "6100", "6200"])
    def test_sends_quantities_to_the_agent_or_to_who_asked(self, file_id: str) -> None:
        assert recipients(file_id, Facts(LDC, agent=AGENT), NOON) == (AGENT,)
        assert recipients(file_id, Facts(LDC, submitter=LDC, agent=AGENT), NOON) == (LDC,)

    def test_sends_a_refusal_to_the_owner_of_the_prefix(self) -> None:
        assert recipients("FR01", Facts(LDC, submitter=AGENT, sender=READER), NOON) == (READER,)

    def test_sends_a_notice_to_each_concerned(self) -> None:
        facts = Facts(concerned=(LDC, AGENT, LDC))
        assert recipients("NT01", facts, NOON) == (LDC, AGENT)


class TestTheRecipients:
    @pytest.mark.parametrize("file_id", sorted(OUTPUTS))
    def test_get_one_copy_each_where_the_ldc_is_all_of_them(self, file_id: str) -> None:
        facts = Facts(LDC, LDC, LDC, LDC, (LDC,), [receives(LDC, file_id)])
        assert recipients(file_id, facts, NOON) == (LDC,)

    @pytest.mark.parametrize(
        "row",
        [
            receives(AGENT, "IR06", OVER),
            receives(AGENT, "IR06", Period(NOON + timedelta(milliseconds=1))),
            receives(AGENT, "IR07"),
            receives(AGENT, "IR06", ldc=OTHER_LDC),
            Authorization(LDC, AGENT, "IR06", Right.SUBMIT, ALWAYS),
        ],
    )
    def test_need_a_row_in_force_of_that_ldc_for_that_report(self, row: Authorization) -> None:
        assert recipients("IR06", Facts(LDC, authorizations=[row]), NOON) == (LDC,)

    def test_of_the_same_row_twice_are_the_same(self) -> None:
        rows = [receives(AGENT, "IR06"), receives(AGENT, "IR06", Period(OVER.start, None))]
        assert recipients("IR06", Facts(LDC, authorizations=rows), NOON) == (LDC, AGENT)

    def test_come_in_one_order_whoever_was_given_the_right_first(self) -> None:
        rows = [receives(READER, "IR06"), receives(AGENT, "IR06")]
        facts = Facts(LDC, authorizations=rows)
        assert recipients("IR06", facts, NOON) == (LDC, AGENT, READER)

    def test_are_somebody(self) -> None:
        with pytest.raises(ValueError, match="2000 is for nobody"):
            recipients("2000", Facts(LDC), NOON)

    def test_are_not_one_where_there_are_two(self) -> None:
        assert recipient("2000", FACTS, NOON) == AGENT
        with pytest.raises(ValueError, match="too many"):
            recipient("IR06", FACTS, NOON)

    def test_of_what_is_no_output_are_unknown(self) -> None:
        with pytest.raises(KeyError):
            recipients("1000", FACTS, NOON)


@pytest.fixture
def hub() -> MemoryHub:
    return platform().hub


def end(hub: MemoryHub, org_id: str) -> None:
    """End the activity of an organization at noon."""
    gone = Organization(org_id, "Gone", frozenset({Role.AGENT}), OVER)
    hub.state.commit(Put(registry.item_of_organization(gone)))


class TestARefusal:
    def test_is_empty_for_the_ldc_and_for_who_has_the_right(self, hub: MemoryHub) -> None:
        assert refusal(hub.state, "IR06", LDC, LDC, NOON) == ""
        assert refusal(hub.state, "IR06", LDC, AGENT, NOON) == ""

    def test_names_what_lacks(self, hub: MemoryHub) -> None:
        assert refusal(hub.state, "IR06", LDC, STRANGER, NOON) == "NOT REGISTERED"
        assert refusal(hub.state, "IR06", OTHER_LDC, AGENT, NOON) == "NO RECEIVE AUTHORIZATION"
        end(hub, AGENT)
        assert refusal(hub.state, "IR06", LDC, AGENT, NOON) == "NOT ACTIVE"

    def test_comes_with_the_end_of_the_right(self, hub: MemoryHub) -> None:
        end_authorization(hub, AGENT, "IR01", at=NOON)
        before = NOON - timedelta(milliseconds=1)
        assert refusal(hub.state, "IR01", LDC, AGENT, before) == ""
        assert refusal(hub.state, "IR01", LDC, AGENT, NOON) == "NO RECEIVE AUTHORIZATION"

    def test_of_a_rejection_report_wants_a_registered_organization_only(
        self, hub: MemoryHub
    ) -> None:
        end(hub, AGENT)
        assert refusal(hub.state, "FR01", OTHER_LDC, AGENT, NOON) == ""
        assert refusal(hub.state, "FR01", LDC, STRANGER, NOON) == "NOT REGISTERED"

    @pytest.mark.parametrize("file_id", ["NT01", "6000", "6100", "6200"])
    def test_of_a_notice_and_of_quantities_asks_for_no_row(
        self, hub: MemoryHub, file_id: str
    ) -> None:
        assert refusal(hub.state, file_id, OTHER_LDC, AGENT, NOON) == ""
        end(hub, AGENT)
        assert refusal(hub.state, file_id, OTHER_LDC, AGENT, NOON) == "NOT ACTIVE"


class TestADeliveryToWhoIsNotEntitled:
    def test_is_withheld_when_it_is_decided(self, hub: MemoryHub) -> None:
        report = Report("IR01", OTHER_LDC, AGENT, "one", Staged("staged/x", 0))
        (decided,), writes = deliveries.intend(hub.state, [report], now=NOON, epoch=1)
        hub.state.commit(*writes)
        assert decided.state == "WITHHELD"
        assert decided.history[0].why == "NO RECEIVE AUTHORIZATION"
        assert deliveries.find(hub.state, decided.id) == decided
