"""What is told of a set where telling fails: as much as can be, to as many as can be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from mdmr.ports.state import StateBusyError
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.synchronization.processing import reporting
from mdmr.synchronization.processing.faults import NOTHING, Sparing, tried
from mdmr.synchronization.processing.reporting import Told, reports_as_can_be
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import SetState

from tests.support.market import AGENT, LDC, NOON

FEW, MANY = 3, 100


class DownError(Exception):
    """A service that does not answer."""


def failing(times: int, error: type[Exception] = DownError) -> Callable[[], str]:
    """Return what fails so many times before it does what it should."""
    calls = count()

    def do() -> str:
        if next(calls) < times:
            raise error
        return "done"

    return do


def test_what_fails_now_and_then_is_done() -> None:
    assert tried(failing(FEW), Sparing(rows=True)) == ("done", "")


def test_what_always_fails_is_left_out_with_its_first_fault() -> None:
    made, fault = tried(failing(MANY), Sparing(rows=True))
    assert made is None
    assert fault.startswith("DownError test_reports_as_can_be.py:")


def test_what_is_of_the_moment_is_raised() -> None:
    with pytest.raises(StateBusyError):
        tried(failing(1, StateBusyError), Sparing(rows=True))


RECIPIENTS = (LDC, AGENT, "ORG70001")


@pytest.fixture
def stopped() -> FileSet:
    set_id = SetId(LDC, AGENT, "4000", "tx01")
    made = FileSet(
        set_id,
        SetState.COLLECTING,
        NOON,
        1,
        sequence=1,
        extracted=NOON,
        sync_start=NOON,
        sync_end=NOON,
        status="99",
        status_text="FAILED",
    )
    return made.moved(SetState.STOPPED, NOON + timedelta(hours=1), "99")


@pytest.mark.parametrize(("times", "told"), [(FEW, RECIPIENTS), (MANY, (LDC, "ORG70001"))])
def test_a_report_that_cannot_be_made_takes_no_other_with_it(
    times: int, told: tuple[str, ...], stopped: FileSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, fails = reporting._all_for_recipient, failing(times)

    def made(*given: object) -> list[object]:
        if given[-1] == AGENT:
            fails()
        return list(make(*given))  # type: ignore[arg-type]  # those of the original

    monkeypatch.setattr(reporting, "_all_for_recipient", made)
    monkeypatch.setattr(reporting, "_recipients", lambda *_: RECIPIENTS)
    hub, nothing = memory_hub(FixedClock(NOON)), Told((), Tally(), 0, 0)
    found, lost = reports_as_can_be(hub, stopped, nothing, Sparing(rows=True, reports=True))
    wanted = [("IR06", each) for each in told] + [("IR07", each) for each in told]
    if times == MANY:
        assert lost.startswith("reports without rows: DownError")
    assert [(each.file_id, each.recipient) for each in found] == wanted


def test_without_sparing_what_fails_is_raised(
    stopped: FileSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "_recipients", lambda *_: failing(1)())
    with pytest.raises(DownError):
        reports_as_can_be(memory_hub(FixedClock(NOON)), stopped, Told((), Tally(), 0, 0), NOTHING)
