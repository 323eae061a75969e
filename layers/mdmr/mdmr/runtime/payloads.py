"""Handlers of steps: they are given their payload by type, and what they return is encoded."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from mdmr.jobs.steps import Answer, Payload, decode, encode
from mdmr.runtime.observe import Event

_P = TypeVar("_P", bound=Payload)
Upgrade = Callable[[Event], Event]


def decoded(work: Callable[[_P], Answer | None]) -> Callable[[Event], dict[str, Any]]:
    """Return the work on a payload of the type, or of one of the types, that it is annotated with.

    It raises PayloadError for anything else (`mdmr.jobs.steps`).
    """
    return decoded_after(lambda event: event)(work)


def decoded_after(
    upgrade: Upgrade,
) -> Callable[[Callable[[_P], Answer | None]], Callable[[Event], dict[str, Any]]]:
    """Return what makes a handler as `decoded` does, of payloads that are upgraded first.

    `upgrade` returns the payload of a former release as today's machines send it, and any other as
    it is.
    """

    def decorate(work: Callable[[_P], Answer | None]) -> Callable[[Event], dict[str, Any]]:
        kind = payload_of(work)

        @wraps(work)
        def called(event: Event) -> dict[str, Any]:
            step: _P = decode(upgrade(event), kind)
            return encode(step, work(step))

        return called

    return decorate


def payload_of(work: Callable[..., Any]) -> Any:  # noqa: ANN401 - a type, or a union of types
    """Return the type of the payload of a handler's work, as it is annotated."""
    hints = get_type_hints(work)
    hints.pop("return")
    (kind,) = hints.values()
    return kind
