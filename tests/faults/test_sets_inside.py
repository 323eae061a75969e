"""The gateway changes between the files of a set, and at any point of its work."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import NamedTuple

import pytest
from mdmr.continuity.attending import attend
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.ledger import receipts
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Item
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.sequence import Sequence
from mdmr.synchronization.sets.states import SetState

from tests.support.crashing import InterruptAt, Moment, Seen, watched
from tests.support.gateway_calls import HOLD, OPEN, REJECT, order
from tests.support.market import AGENT, LDC
from tests.support.pictures import outbound
from tests.support.set_calls import NOW, REFUSED, TOWN, sent, town_hub
from tests.support.set_runs import run_set
from tests.support.story import HOUR, Platform
from tests.support.working import directory, files_of, found, send, work_messages

COUNT = 6
SET = SetId(LDC, AGENT, "4000", "tx0001")
_OF_SETS = (".IR06.", ".IR07.", ".IR10.", ".IR14.")


class End(NamedTuple):
    """What became of a set: its files, its reports, the directory, its LDC's sequence."""

    state: SetState
    files: list[tuple[str, str]]
    reports: dict[str, bytes]
    documents: list[Item]
    turned: Sequence


def of_files(ready: Platform) -> list[tuple[str, str]]:
    """Return the states of the files that came, with their codes, by name."""
    known = receipts.of_organization(ready.hub.state, AGENT)
    return sorted((each.state.value, each.code or "") for each in known)


def end(ready: Platform) -> End:
    work_messages(ready)
    told = {
        key: body
        for key, body in outbound(ready.hub).items()
        if any(kind in key for kind in _OF_SETS)
    }
    turned = sequence.find(ready.hub.state, LDC)
    return End(found(ready.hub, SET).state, of_files(ready), told, directory(ready), turned)


def decisions(ready: Platform) -> tuple[object, ...]:
    """Return what was decided about the set, and about its turn."""
    each = found(ready.hub, SET)
    return each.state, each.history, each.reports, sequence.find(ready.hub.state, LDC)


def opened(ready: Platform) -> None:
    """Open the gateway and attend to it to the end."""
    gateway = order(ready.hub, OPEN)
    attend(ready.hub, gateway.order, ready.clock.now() + HOUR)
    work_messages(ready)


def closed(ready: Platform, mode: GatewayMode) -> None:
    """Close the gateway, to REJECT by way of HOLD."""
    order(ready.hub, HOLD)
    if mode is REJECT:
        order(ready.hub, REJECT)


class TestItClosesBetweenTheFilesOfASet:
    """For longer than a set may lack files: its clock stands still."""

    @pytest.mark.parametrize("before", range(COUNT + 1))
    def test_files_that_are_held_join_their_set_when_it_opens(self, before: int) -> None:
        ready, rest = self._with(before)
        closed(ready, HOLD)
        self._send(ready, rest)
        ready.clock.advance(3 * HOUR)
        if before:
            assert run_set(ready.hub, SET).outcome is Outcome.WAIT
        opened(ready)
        assert run_set(ready.hub, SET).each.state is SetState.COMPLETE
        assert of_files(ready) == COUNT * [("DONE", "")]

    @pytest.mark.parametrize("before", range(1, COUNT))
    def test_a_set_waits_for_files_that_were_refused_to_come_again(self, before: int) -> None:
        ready, rest = self._with(before)
        closed(ready, REJECT)
        self._send(ready, rest)
        ready.clock.advance(3 * HOUR)
        assert run_set(ready.hub, SET).outcome is Outcome.WAIT
        opened(ready)
        assert run_set(ready.hub, SET).outcome is Outcome.WAIT
        assert of_files(ready).count(("REJECTED", "F000")) == len(rest)
        self._send(ready, rest)
        assert run_set(ready.hub, SET).each.state is SetState.COMPLETE
        assert of_files(ready).count(("DONE", "")) == COUNT

    def test_a_set_whose_refused_files_do_not_come_again_is_rejected(self) -> None:
        ready, rest = self._with(COUNT - 1)
        closed(ready, REJECT)
        self._send(ready, rest)
        ready.clock.advance(3 * HOUR)
        opened(ready)
        ready.clock.advance(HOUR)
        assert run_set(ready.hub, SET).each.state is SetState.REJECTED
        assert of_files(ready) == [*(COUNT - 1) * [("DONE", "")], ("REJECTED", "F000")]

    def test_a_set_that_is_whole_is_worked_to_the_end_while_others_are_refused(self) -> None:
        ready, _ = self._with(COUNT)
        closed(ready, REJECT)
        assert run_set(ready.hub, SET).each.state is SetState.COMPLETE
        assert of_files(ready) == COUNT * [("DONE", "")]

    @staticmethod
    def _with(before: int) -> tuple[Platform, dict[str, bytes]]:
        """Return a hub with so many files of a set, looked at, and the rest of them."""
        ready = town_hub()
        files = list(files_of(TOWN, "tx0001", 1, at=NOW).items())
        if 0 < before < COUNT:
            send(ready, dict(files[:before]))
            assert run_set(ready.hub, SET).outcome is Outcome.WAIT
        elif before:
            send(ready, dict(files))
        return ready, dict(files[before:])

    @staticmethod
    def _send(ready: Platform, files: dict[str, bytes]) -> None:
        for name, body in files.items():
            ready.send(AGENT, name, body)
        work_messages(ready)


class TestItKeepsASetFromAnyPointOfItsWorkOn:
    @pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
    def test_nothing_is_decided_until_it_opens_and_the_end_is_the_same(
        self, moment: Moment
    ) -> None:
        """What follows from the end of a set is no decision: its files are told to be done."""
        ready, seen = self._complete(), Seen()
        run_set(watched(ready.hub, seen), SET)
        clean, ended = end(ready), set()
        for number in (at for at, each in enumerate(seen.effects) if each.writes):
            where = f"{number} {seen.effects[number].name}"
            ready, before = self._complete(), list[tuple[object, ...]]()
            closing = InterruptAt(
                number=number, act=partial(self._close, ready, before), moment=moment
            )
            with suppress(KeptInsideError):
                run_set(watched(ready.hub, closing), SET)
            looked = run_set(ready.hub, SET)
            assert before == [decisions(ready)], where
            assert looked.outcome is (Outcome.OVER if looked.each.over else Outcome.WAIT), where
            if looked.each.over:
                assert end(ready) == clean, where
            ended.add(looked.each.state)
            opened(ready)
            assert run_set(ready.hub, SET).outcome is Outcome.OVER, where
            assert end(ready) == clean, where
        assert {SetState.STAGING, SetState.LOADED, SetState.PROCESSING} < ended
        assert SetState.COMPLETE in ended

    @staticmethod
    def _complete() -> Platform:
        ready = town_hub()
        sent(ready, TOWN + REFUSED)
        return ready

    @staticmethod
    def _close(ready: Platform, before: list[tuple[object, ...]]) -> None:
        order(ready.hub, HOLD)
        before.append(decisions(ready))
