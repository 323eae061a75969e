"""A rule's target may be an event bus in another region."""

from typing import Any

import ministack.services.eventbridge as events
from ministack.services import dynamodb

from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    expect(hasattr(dynamodb, "request_scope"), "dynamodb.request_scope")
    expect(hasattr(events, "_ensure_default_bus"), "eventbridge._ensure_default_bus")
    shipped = events._dispatch_to_event_bus

    def dispatch(spec: Any, *rest: Any) -> None:
        with dynamodb.request_scope(spec.account_id, spec.region):
            events._ensure_default_bus()
            shipped(spec, *rest)

    events._dispatch_to_event_bus = dispatch


CORRECTION = Correction(
    name="event_bus_regions",
    wrong="an event bus in another region is not found; AWS delivers to it",
    apply=_apply,
)
