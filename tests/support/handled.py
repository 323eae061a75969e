"""A hub in memory whose files go through the handlers, with all that these log."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, TypeAlias
from unittest.mock import patch

from mdmr.runtime import observe
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock, Waiting

from functions.intake import app as intake
from functions.publish import app as publish
from functions.route import app as route
from functions.set_aside import app as set_aside
from tests.support.market import NOON, register
from tests.support.story import RECEIVES, Message, Platform

Handler: TypeAlias = Callable[..., Mapping[str, Any]]
_CONTEXT: Any = SimpleNamespace(aws_request_id="request", function_name="corpus")


@dataclass
class Handled(Platform):
    """A platform on which intake, setting aside and publishing are the deployed handlers.

    `logged` is every line that they logged or printed; `escaped` what a handler raised.
    """

    logged: list[str] = field(default_factory=list)
    escaped: list[BaseException] = field(default_factory=list)

    def _route(self, messages: Mapping[str, Message]) -> None:
        records = [_record(each, message) for each, message in messages.items()]
        for failed in self._failures(route.handler, records):
            self.dead.append(messages[failed["itemIdentifier"]])

    def _intake(self, waiting: Waiting) -> None:
        handlers = (intake.handler, set_aside.handler)
        if not any(self._handled(each, waiting.message, waiting.receipt) for each in handlers):
            self.dead.append(waiting.message)

    def _publish(self, message: Message) -> None:
        if not self._handled(publish.handler, message):
            self.dead.append(message)

    def _handled(self, handler: Handler, body: Message, receipt: str = "") -> bool:
        """Hand a message over until it is taken; tell whether it ever was."""
        for receives in range(1, RECEIVES + 1):
            record = _record("message", body, receipt=receipt, receives=receives)
            if not self._failures(handler, [record]):
                return True
        return False

    def _failures(self, handler: Handler, records: Sequence[Message]) -> Sequence[Any]:
        try:
            failures: Sequence[Any] = handler({"Records": records}, _CONTEXT)["batchItemFailures"]
        except Exception as fault:  # noqa: BLE001 - a handler raises nothing, whatever comes
            self.escaped.append(fault)
            return records
        return failures


def _record(message: str, body: Message, *, receipt: str = "", receives: int = 1) -> Message:
    return {
        "messageId": message,
        "receiptHandle": receipt,
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "body": json.dumps(body),
    }


@contextmanager
def handled(at: datetime = NOON) -> Iterator[Handled]:
    """Give a hub with the market registered, its handlers bound to it while it is used."""
    clock = FixedClock(at)
    hub = memory_hub(clock)
    register(hub)
    platform = Handled(hub, clock, worker=hub)
    (handler,) = observe.logger.handlers
    printed = io.StringIO()

    def keep(entry: Any) -> None:  # noqa: ANN401 - a record of logging
        platform.logged.append(handler.format(entry))

    with ExitStack() as stack:
        for app in (route, intake, set_aside, publish):
            stack.enter_context(patch.object(app, "hub", lambda: platform.worker))
        stack.enter_context(patch.object(handler, "emit", keep))
        stack.enter_context(patch.object(observe._metrics.provider, "namespace", "mdmr"))
        stack.enter_context(patch.object(observe._metrics.provider, "service", "mdmr"))
        stack.enter_context(redirect_stdout(printed))
        observe.logger.setLevel("INFO")
        yield platform
    platform.logged += printed.getvalue().splitlines()
