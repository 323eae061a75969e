"""The tables of states: whole, and held by the records that move through them."""

from __future__ import annotations

import pytest
from mdmr.exchange.files.codes import INTAKE_CODES, Acts
from mdmr.exchange.ledger import events
from mdmr.exchange.ledger import states as of_files
from mdmr.exchange.ledger.acting import who_acts
from mdmr.exchange.ledger.receipts import Arrival, Receipt
from mdmr.exchange.ledger.states import FileState
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound import states as of_deliveries
from mdmr.exchange.outbound.delivery import Delivery
from msgspec.structs import replace

from tests.support.calls import answering
from tests.support.market import AGENT, NOON

EVENTS = {
    events.FILE_DELIVERED,
    events.FILE_FAILED,
    events.FILE_REJECTED,
    events.FILE_WAITS,
    events.DELIVERY_FAILED,
    events.DELIVERY_WITHHELD,
}
FILE_STEPS = {(each.start, each.to) for each in of_files.MOVES}
DELIVERY_STEPS = {(each.start, each.to) for each in of_deliveries.MOVES}
_ARRIVAL = Arrival(f"{AGENT}/odd", "v1", 1, NOON)


def file(state: FileState) -> Receipt:
    return Receipt(_ARRIVAL, state, epoch=1, sha256="")


@pytest.fixture(scope="module")
def delivery() -> Delivery:
    call = answering()
    call.on(call.platform.hub)
    return next(iter(deliveries.of_recipient(call.platform.hub.state, AGENT)))


class TestTheTables:
    def test_have_every_state(self) -> None:
        assert set(of_files.STATES) == set(FileState)
        known = {state for step in DELIVERY_STEPS for state in step}
        assert set(of_deliveries.STATES) == known | {of_deliveries.WITHHELD}

    def test_lead_from_the_first_state_to_every_other(self) -> None:
        reached, ahead = {FileState.ARRIVED}, [FileState.ARRIVED]
        while ahead:
            start = ahead.pop()
            new = {to for begin, to in FILE_STEPS if begin is start} - reached
            reached |= new
            ahead += new
        assert reached == set(FileState)

    def test_end_in_the_states_that_they_call_final_and_in_no_other(self) -> None:
        ends = set(FileState) - {start for start, _ in FILE_STEPS}
        assert {state for state, rule in of_files.STATES.items() if rule.final} == ends
        going_on = {start for start, _ in DELIVERY_STEPS}
        ends_there = set(of_deliveries.STATES) - going_on
        finals = {state for state, rule in of_deliveries.STATES.items() if rule.final}
        assert finals == ends_there

    def test_name_events_that_exist_and_every_one_of_them(self) -> None:
        told = " ".join(
            [each.told for each in of_files.STATES.values()]
            + [each.told for each in of_deliveries.STATES.values()]
        )
        words = {word.strip(".,;:") for word in told.split()}
        assert words >= EVENTS
        assert {each for each in words if each.startswith(("FILE_", "DELIVERY_"))} == EVENTS

    def test_tell_somebody_to_act_wherever_a_file_would_stay_else(self) -> None:
        by_itself = {FileState.ARRIVED, FileState.ACCEPTED, FileState.PROCESSING, FileState.DONE}
        for state in set(FileState) - by_itself - {FileState.REJECTED}:
            assert who_acts(state, "") is Acts.OPERATOR
        assert all(who_acts(state, "") is None for state in by_itself)
        for code, row in INTAKE_CODES.items():
            assert who_acts(FileState.REJECTED, code) is row.acts


class TestAFile:
    @pytest.mark.parametrize("start", FileState)
    @pytest.mark.parametrize("to", FileState)
    def test_moves_as_the_table_says_and_never_else(self, start: FileState, to: FileState) -> None:
        if (start, to) in FILE_STEPS:
            assert file(start).moved(to, NOON, "why").state is to
            return
        with pytest.raises(of_files.IllegalMoveError, match="is never followed by"):
            file(start).moved(to, NOON)

    @pytest.mark.parametrize("earlier", FileState)
    def test_is_decided_anew_only_when_it_was_held(self, earlier: FileState) -> None:
        anew = file(FileState.ARRIVED)
        if earlier is FileState.HELD:
            assert anew.after(file(earlier)) == anew
            return
        with pytest.raises(of_files.IllegalMoveError):
            anew.after(file(earlier))


class TestADelivery:
    @pytest.mark.parametrize("start", of_deliveries.STATES)
    @pytest.mark.parametrize("to", of_deliveries.STATES)
    def test_moves_as_the_table_says_and_never_else(
        self, delivery: Delivery, start: str, to: str
    ) -> None:
        begun = replace(delivery, state=start)
        if (start, to) in DELIVERY_STEPS:
            assert begun.moved(to, NOON).state == to
            return
        with pytest.raises(of_deliveries.IllegalMoveError, match="is never followed by"):
            begun.moved(to, NOON)
