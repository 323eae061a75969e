"""Routing: hands what was told of to the line in which it is worked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mdmr.exchange.inbound.routing import route
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, count, sqs_together


@sqs_together
def handler(messages: Mapping[str, Event]) -> Collection[str]:
    """Hand messages, by their ids, to their lines and return the ids of those that failed."""
    failed = route(hub(), messages)
    count("FilesReceived", len(messages) - len(failed))
    return failed
