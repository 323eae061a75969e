"""No log tells what a file, an event or a fault says: canaries in all of them, in every handler."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from mdmr.runtime.logs import take_over
from mdmr.runtime.observe import about, logger, sqs_batch, task

from tests.logs.driving import (
    CALLS,
    FUNCTIONS,
    ON_SLOTS,
    ON_UPLOADS,
    Prepared,
    call,
    garbage,
    listening,
    owed,
    slot,
    upload,
)
from tests.support.corpus import CANARY
from tests.support.crashing import At, Effect, Seen, watched
from tests.support.market import AGENT, LDC, framed, name
from tests.support.story import platform

FIELDS = ("FNR", "FHR", "1000", "00", LDC, AGENT, "20250820120000", "1", "DTL", "SP-1", "EOF")


def leaks(lines: list[str]) -> list[str]:
    """Return the lines that tell a canary, however it is written."""
    return [line for line in lines if CANARY.casefold() in line.casefold()]


def test_every_deployed_handler_is_driven() -> None:
    assert sorted({prepared().function for prepared in CALLS.values()}) == FUNCTIONS


@pytest.mark.parametrize("prepared", CALLS.values(), ids=CALLS)
def test_a_handler_that_does_its_work_tells_nothing_of_it(
    prepared: Callable[[], Prepared],
) -> None:
    lines = prepared().written()
    assert leaks(lines) == []


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_of_a_file_is_told(field: str) -> None:
    good = framed(name(), [f"DTL|{LDC}|SP-1"]).decode()
    for text in (good.replace(field, CANARY, 1), good.replace(field, f"{field}{CANARY}")):
        content = text.encode()
        for function in ON_UPLOADS:
            assert leaks(upload(function, f"{AGENT}/{name()}", content).written()) == []
        for function in ON_SLOTS:
            assert leaks(slot(function, content).written()) == []


@pytest.mark.parametrize("key", [f"{AGENT}/{CANARY}", f"{CANARY}/{name()}", CANARY])
def test_no_key_is_told(key: str) -> None:
    for function in ON_UPLOADS:
        assert leaks(upload(function, key, b"x").written()) == []
    assert leaks(owed(key, b"x").written()) == []


def test_no_event_is_told_that_is_not_what_a_handler_is_to_be_given() -> None:
    for prepared in garbage():
        assert leaks(prepared.written()) == []


class _QuotingError(Exception):
    """A fault that quotes what it fails at, in all ways that a fault can."""


@dataclass
class QuoteAt(At):
    """Fails at one effect with a fault that quotes a canary in its message, cause and notes."""

    def strike(self, effect: Effect) -> Any:  # noqa: ANN401 - as At
        cause = KeyError(CANARY)
        cause.add_note(CANARY)
        fault = _QuotingError(f"{effect.name} of {CANARY}", {CANARY: CANARY})
        fault.add_note(CANARY)
        fault.response = {"Error": {"Message": CANARY, "Code": f"{CANARY} {CANARY}"}}  # type: ignore[attr-defined]
        raise fault from cause


@pytest.mark.parametrize("prepared", CALLS.values(), ids=CALLS)
def test_no_fault_is_quoted_at_whatever_effect_it_comes(prepared: Callable[[], Prepared]) -> None:
    seen, first = Seen(), prepared()
    first.written(watched(first.hub, seen))
    for number in range(len(seen.effects)):
        again = prepared()
        lines = again.written(watched(again.hub, QuoteAt(number=number)))
        assert lines
        assert leaks(lines) == []


def _quotes_as_message() -> None:
    logger.info(CANARY)


def _quotes_in_words() -> None:
    logger.warning("cannot read %s", CANARY)


def _quotes_in_words_that_do_not_fit() -> None:
    logger.warning("cannot read %d", CANARY)


def _quotes_by_a_form_in_a_key() -> None:
    about(name=f"%({CANARY})s")
    logger.info("decided")


def _quotes_as_a_structure() -> None:
    logger.info({"line": CANARY, CANARY: 1})


def _quotes_as_an_extra() -> None:
    logger.info("decided", extra={"line": CANARY})


def _quotes_under_a_key_that_is_known() -> None:
    about(organization=CANARY, file=CANARY, slot=CANARY, state=CANARY, code=CANARY)
    logger.info("decided")


def _quotes_with_a_traceback() -> None:
    try:
        int(CANARY)
    except ValueError:
        logger.exception("failed")


def _quotes_by_a_library() -> None:
    logging.getLogger("botocore.endpoint").warning("sent %s", CANARY)


def _quotes_by_a_library_with_a_traceback() -> None:
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("urllib3").exception(CANARY)


def _quotes_by_a_fault() -> None:
    raise _QuotingError(CANARY)


HELD = [
    _quotes_as_message,
    _quotes_in_words,
    _quotes_in_words_that_do_not_fit,
    _quotes_by_a_form_in_a_key,
    _quotes_as_a_structure,
    _quotes_as_an_extra,
    _quotes_under_a_key_that_is_known,
    _quotes_with_a_traceback,
    _quotes_by_a_library,
    _quotes_by_a_library_with_a_traceback,
    _quotes_by_a_fault,
]


def _written_by(work: Callable[[], object]) -> list[str]:
    """Return what handlers write that do this in their work."""
    app: Any = SimpleNamespace()
    batch = sqs_batch(lambda _: work())
    records = [{"messageId": CANARY, "body": json.dumps({"line": CANARY})}]
    with listening(app, platform().hub) as lines:
        call(task(lambda _: work()), {"line": CANARY}, lines)
        call(batch, {"Records": records}, lines)
    return lines


@pytest.mark.parametrize("work", HELD, ids=lambda each: each.__name__)
def test_a_handler_cannot_log_what_it_was_given(work: Callable[[], object]) -> None:
    lines = _written_by(work)
    assert any('"withheld":' in line or '"fault":' in line for line in lines)
    assert leaks(lines) == []


def test_a_warning_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_warnings_showwarning", None)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)

    def warn() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            take_over(logging.getLogger("stands for the root"))
            warnings.warn(CANARY, stacklevel=1)

    lines = _written_by(warn)
    assert any("py.warnings" in line for line in lines)
    assert leaks(lines) == []


@pytest.mark.parametrize(
    "work",
    [
        partial(print, CANARY),
        lambda: sys.stderr.write(CANARY),
        lambda: logger.info("decided", extra={"fault": {"kind": CANARY}}),
    ],
    ids=["printed", "written to the other stream", "hidden in a form that allows it"],
)
def test_the_canaries_see_what_gets_past_the_allow_list(work: Callable[[], object]) -> None:
    assert leaks(_written_by(work)) != []
