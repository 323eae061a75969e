"""What a machine sends is decoded by type, also what one of a former release sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import pytest
from mdmr.exchange.inbound.run_steps import FailFile, FailSlot, FailSummary, upgraded
from mdmr.jobs.steps import Answer, Payload, PayloadError, Step, decode, encode, name_of
from mdmr.runtime.faults import told
from mdmr.runtime.log_keys import KEYS
from mdmr.runtime.payloads import decoded, decoded_after


class Counted(Answer, frozen=True, kw_only=True):
    """How many."""

    count: int


class Count(Step, frozen=True, kw_only=True, tag="count"):
    """Count items."""

    answer: ClassVar = Counted
    items: tuple[str, ...]
    tried: int | None = None


class End(Step, frozen=True, kw_only=True, tag="end"):
    """End it."""


class Alone(Payload, frozen=True, kw_only=True):
    """The one step of a function."""

    slot: str


AnyStep: TypeAlias = Count | End


@decoded
def handler(step: AnyStep) -> Answer | None:
    """Count, or end."""
    return Counted(count=len(step.items)) if isinstance(step, Count) else None


def test_a_step_is_told_by_its_name() -> None:
    assert handler({"step": "count", "items": ["a", "b"]}) == {"count": 2}
    assert handler({"step": "end"}) == {}
    assert name_of(End()) == "end"


def test_a_field_that_no_release_reads_any_more_is_ignored() -> None:
    assert handler({"step": "count", "items": [], "each": "part"}) == {"count": 0}


def test_a_field_that_a_former_release_did_not_send_has_its_default() -> None:
    assert decode({"step": "count", "items": []}, AnyStep).tried is None
    assert decode({"step": "count", "items": [], "tried": 3}, AnyStep).tried == 3


@pytest.mark.parametrize(
    ("payload", "kind", "field"),
    [
        ({"items": []}, AnyStep, "$"),
        ({"step": "other"}, AnyStep, "$.step"),
        ({"step": "count"}, AnyStep, "$"),
        ({"step": "count", "items": ["a", 1]}, AnyStep, "$.items[1]"),
        ({"step": "count", "items": [], "tried": "3"}, AnyStep, "$.tried"),
        ({}, Alone, "$"),
        ({"slot": None}, Alone, "$.slot"),
    ],
)
def test_a_wrong_payload_is_told_with_its_field(
    payload: Mapping[str, Any], kind: object, field: str
) -> None:
    with pytest.raises(PayloadError) as raised:
        decode(payload, kind)
    assert raised.value.field == field
    logged = told(raised.value)
    assert (logged["kind"], logged["field"]) == ("PayloadError", field)
    assert KEYS["fault"](logged)


def test_a_step_is_answered_with_what_it_names_and_nothing_else() -> None:
    count = Count(items=())
    assert encode(count, Counted(count=0)) == {"count": 0}
    with pytest.raises(TypeError):
        encode(count, None)
    with pytest.raises(TypeError):
        encode(End(), Counted(count=0))


def test_a_payload_of_a_former_release_is_upgraded_before_it_is_decoded() -> None:
    @decoded_after(lambda event: {"step": "count", "items": event["names"]})
    def upgraded_handler(step: Count) -> Counted:
        return Counted(count=len(step.items))

    assert upgraded_handler({"names": ["a"]}) == {"count": 1}


@pytest.mark.parametrize(
    ("payload", "step"),
    [
        ({"ldc": "ORG11111"}, FailFile(slot="a", ldc="ORG11111", error="E")),
        ({"summary": "ORG11111"}, FailSummary(slot="a", ldc="ORG11111", error="E")),
        ({}, FailSlot(slot="a", error="E")),
        ({"step": "file", "ldc": "ORG11111"}, FailFile(slot="a", ldc="ORG11111", error="E")),
        ({"step": "slot"}, FailSlot(slot="a", error="E")),
    ],
)
def test_what_a_former_machine_fails_is_told_by_what_it_names(
    payload: Mapping[str, Any], step: Step
) -> None:
    given = upgraded({"slot": "a", "error": "E", **payload})
    assert decode(given, FailFile | FailSummary | FailSlot) == step
