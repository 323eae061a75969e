"""Steps: what a state machine sends to a function, and what the function answers, by type.

An execution keeps the machine that it began in, for as long as it runs. So a payload can come from
any release that still has executions:

| A payload | Rule |
|---|---|
| has a field that the step does not know | the field is ignored: a former release has read it |
| lacks a field with a default | the default says what a machine means that does not send it |
| lacks a field without one, or has a value of another type | `PayloadError` with the field |
| names no step of the function in `step` | `PayloadError` |

So a field that is new in a payload has a default, a step keeps its name, and an answer keeps its
fields. A function answers a step with what the step names in `answer`, and with nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from msgspec import Struct


class PayloadError(ValueError):
    """A function was sent what is no payload of its. `field` is its path, such as `$.items[0]`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        _, _, path = message.rpartition(" - at `")
        self.field = path.removesuffix("`") if path != message else "$"


class Answer(Struct, frozen=True, kw_only=True):
    """What a function answers; a machine reads its fields."""


class Payload(Struct, frozen=True, kw_only=True):
    """What a function with one step is sent. `answer` is what it answers, None for nothing."""

    answer: ClassVar[type[Answer] | None] = None


class Step(Payload, frozen=True, kw_only=True, tag_field="step", tag=True):
    """What a function with several steps is sent; `step` tells which one."""


def decode(payload: Mapping[str, Any], kind: Any) -> Any:  # noqa: ANN401 - a union of kinds has no type
    """Return the step that a payload is: one of `kind`, a kind or a union. Raises PayloadError."""
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError as fault:
        raise PayloadError(str(fault)) from fault


def encode(step: Payload, answer: Answer | None) -> dict[str, Any]:
    """Return what a function answers to a step. Raises TypeError for what is no answer to it."""
    if type(answer) is not (step.answer or type(None)):
        message = f"{type(step).__name__} is not answered with {type(answer).__name__}"
        raise TypeError(message)
    found: dict[str, Any] = msgspec.to_builtins(answer) if answer is not None else {}
    return found


def name_of(step: Step) -> str:
    """Return the name of a step, as it is sent in `step`."""
    return name_of_kind(type(step))


def name_of_kind(kind: type[Payload]) -> str:
    """Return the name of a kind of step; empty for the one step of a function."""
    return str(kind.__struct_config__.tag or "")
