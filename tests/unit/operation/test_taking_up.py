"""A file that failed inside is taken up again by the operator."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from mdmr.exchange.ledger import receipts, slots
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound.resending import Asked
from mdmr.operation.commands import answer
from mdmr.operation.taking_up import NotFailedError, take_up
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Item

from tests.support.call import QUARTER
from tests.support.calls import ASKED, failed, poison
from tests.support.crashing import InterruptAt, Seen, watched
from tests.support.gateway import set_mode, take_lease_away
from tests.support.market import AGENT, LDC, name, request
from tests.support.story import ERROR, Platform, platform


def ask(ready: Platform, receipt_id: str, **changed: object) -> dict[str, Any]:
    asked = {"receipt": receipt_id, "why": "table mended", "request": "r1", **changed}
    return answer(ready.hub, {"action": "files.retry", "by": "anna", **asked}, "ca-central-1")


def refusal(answered: dict[str, Any]) -> tuple[str, str]:
    assert answered["ok"] is False
    (fault,) = answered["faults"]
    return fault["path"], fault["text"]


def now_of(ready: Platform, file: Receipt) -> Receipt:
    found = receipts.find(ready.hub.state, file.id)
    assert found is not None
    return found


def incidents(ready: Platform) -> list[Item]:
    return [item for item in ready.hub.state.items() if item["sk"] == "INCIDENT"]


def answered(ready: Platform, file: Receipt) -> bool:
    texts = [
        b"".join(ready.hub.outbound.stream(each.key)).decode()
        for each in ready.hub.outbound.versions(f"{AGENT}/")
        if ".2000." in each.key
    ]
    return any(f"|{file.arrival.name}\n" in text for text in texts)


class TestAFileThatFailed:
    def test_is_accepted_again_and_answered_by_the_next_run(self) -> None:
        ready, file = failed()
        assert not answered(ready, file)
        told = ask(ready, file.id)["file"]
        assert (told["state"], told["slot"]) == ("ACCEPTED", "identifiers-20250820T123000")
        ready.pass_time(QUARTER)
        assert now_of(ready, file).state is FileState.DONE
        assert answered(ready, file)
        assert not ready.failed_runs

    def test_keeps_who_took_it_up_and_why(self) -> None:
        ready, file = failed()
        ask(ready, file.id)
        states = [(step.state.value, step.reason) for step in now_of(ready, file).history]
        assert states[-2:] == [("FAILED", ERROR), ("ACCEPTED", "anna: table mended")]

    def test_has_no_open_incident_any_more(self) -> None:
        ready, file = failed()
        (before,) = incidents(ready)
        assert (before["state"], before["unfinished"]) == ("NEW", "INCIDENT")
        ask(ready, file.id)
        (after,) = incidents(ready)
        assert (after["state"], after["closed_by"]) == ("CLOSED", "anna: table mended")
        assert "unfinished" not in after

    def test_comes_before_what_arrived_after_it(self) -> None:
        ready, file = failed()
        later = name(at="20250820121600")
        ready.send(AGENT, later, request(later, "SP-9"))
        ready.settle()
        ask(ready, file.id)
        slot = Slot.of(now_of(ready, file).work_id)
        first, _ = slots.members(ready.hub.state, slot, LDC)
        assert first.receipt_id == file.id

    def test_that_fails_again_opens_its_incident_again_and_is_told_again(self) -> None:
        ready, file = failed()
        ready.worker = watched(ready.hub, poison)
        ask(ready, file.id)
        ready.pass_time(QUARTER)
        assert now_of(ready, file).state is FileState.FAILED
        (incident,) = incidents(ready)
        assert (incident["state"], incident["unfinished"]) == ("NEW", "INCIDENT")
        told = [each.detail["id"] for each in ready.hub.notifications.sent]
        failures = [each for each in told if "FILE_FAILED" in str(each)]
        assert len(set(failures)) == 2
        # The old request is not a new one, however late it comes again.
        assert ask(ready, file.id)["file"]["state"] == "FAILED"
        assert ask(ready, file.id, request="r2")["file"]["state"] == "ACCEPTED"

    def test_is_taken_up_once_when_two_ask_at_once(self) -> None:
        ready, file = failed()
        seen = Seen()
        take_up(watched(ready.hub, seen), file, ASKED)
        for number, _ in enumerate(seen.effects):
            ready, file = failed()
            other = Asked("another", "bert", "mended too")
            meanwhile = InterruptAt(number=number, act=partial(take_up, ready.hub, file, other))
            with suppress(NotFailedError):
                take_up(watched(ready.hub, meanwhile), file, ASKED)
            states = [step.state for step in now_of(ready, file).history]
            assert states.count(FileState.ACCEPTED) == 2

    def test_waits_in_its_run_while_the_gateway_is_closed(self) -> None:
        ready, file = failed()
        set_mode(ready.hub, GatewayMode.HOLD)
        assert ask(ready, file.id)["file"]["state"] == "ACCEPTED"


class TestWhatDidNotFail:
    def test_cannot_be_taken_up_when_it_was_worked(self) -> None:
        ready, _ = failed()
        done = next(
            each
            for each in receipts.of_organization(ready.hub.state, AGENT)
            if each.state is FileState.DONE
        )
        path, text = refusal(ask(ready, done.id))
        assert (path, text) == ("receipt", f"{done.id} was worked to the end")

    def test_must_be_sent_again_by_its_sender_when_it_was_refused(self) -> None:
        ready = platform()
        arrival = ready.send(AGENT, "odd", b"odd")
        ready.settle()
        path, text = refusal(ask(ready, arrival.id))
        assert path == "receipt"
        assert "F001 FILE NAME INVALID" in text
        assert "Only the sender can send the file again" in text


class TestARequest:
    @pytest.mark.parametrize(
        ("changed", "path"),
        [
            ({"why": ""}, "why"),
            ({"why": "a\nb"}, "why"),
            ({"request": None}, "request"),
            ({"receipt": "x"}, "receipt"),
            ({"receipt": None}, "receipt"),
        ],
    )
    def test_names_what_and_why(self, changed: dict[str, str], path: str) -> None:
        ready, file = failed()
        assert refusal(ask(ready, file.id, **changed))[0] == path

    def test_is_refused_where_another_region_is_active(self) -> None:
        ready, file = failed()
        take_lease_away(ready.hub)
        assert refusal(ask(ready, file.id)) == (
            "",
            "this region is not the active one; ask the other",
        )
