"""Every deployed handler, about to be called on a hub prepared for it, and what it then writes.

What Lambda would write to the log of a function is all that comes from it: its log lines, what it
or a library prints on either stream, and the traceback of what it raises.
"""

from __future__ import annotations

import importlib
import io
import json
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.uploads import message_of
from mdmr.ports.hub import Hub
from mdmr.runtime import logs, observe
from mdmr.stores.memory.hub import REGION
from mdmr.synchronization.sets.attending import look

from tests.support.calls import SLOT
from tests.support.corpus import CANARY
from tests.support.market import AGENT, LDC, NOON, framed, name
from tests.support.schedule_calls import SLOT as SCHEDULES
from tests.support.story import platform
from tests.support.working import files_of, hub_with, send, stage
from tools.sam_template import ROOT

# As Lambda and SQS give them.
REQUEST = "00000000-0000-4000-8000-000000000000"
MESSAGE = "00000000-0000-4000-8000-000000000001"
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
_CONTEXT: Any = SimpleNamespace(aws_request_id=REQUEST, function_name="mdmr-dev-tested")
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """A handler about to be called with an event on a hub."""

    function: str
    hub: Hub
    event: Event

    def written(self, hub: Hub | None = None) -> list[str]:
        """Call the handler, on another view of its hub if given; return all that it wrote."""
        with listening(app_of(self.function), hub or self.hub) as lines:
            call(app_of(self.function).handler, self.event, lines)
        return lines


def app_of(function: str) -> ModuleType:
    """Return the module of a function."""
    return importlib.import_module(f"functions.{function}.app")


def call(handler: Callable[..., object], event: Event, lines: list[str]) -> None:
    """Call a handler; what it raises is written as Lambda writes it."""
    try:
        handler(event, _CONTEXT)
    except Exception as fault:  # noqa: BLE001 - as Lambda does
        lines += traceback.format_exception(fault)


@contextmanager
def listening(app: ModuleType, hub: Hub) -> Iterator[list[str]]:
    """Give the lines that are written while a handler has the hub; complete at the end."""
    lines: list[str] = []
    printed = io.StringIO()
    root = logging.Handler()
    with ExitStack() as stack:
        stack.enter_context(patch.object(app, "hub", lambda: hub, create=True))
        stack.enter_context(patch.object(app, "region", lambda: REGION, create=True))
        stack.enter_context(patch.object(observe._metrics.provider, "namespace", "mdmr"))
        stack.enter_context(patch.object(observe._metrics.provider, "service", "mdmr"))
        stack.enter_context(redirect_stdout(printed))
        stack.enter_context(redirect_stderr(printed))
        for handler in (*logs.logger.handlers, root):
            writes = _writes_to(lines, handler)
            stack.enter_context(patch.object(handler, "emit", writes))
        logs.logger.setLevel(logging.DEBUG)
        # Lambda has a handler of its own for what libraries say, which the hub takes over.
        as_on_lambda = logging.getLogger("stands for the root")
        as_on_lambda.handlers[:] = [root]
        logs.take_over(as_on_lambda)
        logging.getLogger().addHandler(root)
        stack.callback(logging.getLogger().removeHandler, root)
        yield lines
    lines += printed.getvalue().splitlines()


def _writes_to(lines: list[str], handler: logging.Handler) -> Callable[[logging.LogRecord], None]:
    return lambda entry: lines.append(handler.format(entry))


def upload(function: str, key: str, content: bytes) -> Prepared:
    """Return a handler that meets an upload, on a hub that it lies in untold."""
    ready = platform()
    message = message_of(ready.upload(key, content))
    return Prepared(function, ready.hub, _batch(json.dumps(message)))


def slot(function: str, content: bytes, file_id: str = "1000") -> Prepared:
    """Return a handler of a slot's run, on a hub that was sent a file of a type for the slot."""
    ready = platform()
    ready.send(AGENT, name(file_id), content)
    ready.settle()
    run = SLOT if file_id == "1000" else SCHEDULES
    ready.clock.move_to(run.ends)
    return Prepared(function, ready.hub, {"slot": run.id, "ldc": LDC, "error": CANARY})


def owed(key: str, content: bytes) -> Prepared:
    """Return publishing of what a refused upload is owed; of nothing, if it is owed nothing."""
    ready = platform()
    receipt = take_in(ready.hub, ready.upload(key, content))
    deliveries = receipt.deliveries or (CANARY,)
    return Prepared("publish", ready.hub, _batch(json.dumps({"delivery": deliveries[0]})))


def told(function: str, **given: object) -> Prepared:
    """Return a handler that no file comes to, with canaries beside what it is given."""
    ready = platform()
    ready.upload(f"{AGENT}/{CANARY}", CANARY.encode())
    event = {"scheduled_time": CANARY, "correlation_id": CANARY, CANARY: CANARY}
    return Prepared(function, ready.hub, {**event, **given})


def of_set(function: str, records: str, **step: object) -> Prepared:
    """Return a handler of a set, whose turn has come where it is staged, and is loaded if it can.

    All that its sender chooses is canary: its TX_ID, and in its records what may be.
    """
    ready = hub_with([], at=NOON)
    which = send(ready, files_of(records, CANARY, 1, at=NOON))
    if function == "stage_set":
        look(ready.hub, which)
    elif function == "process_set":
        stage(ready.hub, which)
    return Prepared(function, ready.hub, {"set": str(which), "error": CANARY, **step})


ON_UPLOADS = ("route", "intake", "set_aside")
ON_SLOTS = (
    "close_slot",
    "assign_identifiers",
    "summarize_identifiers",
    "fail_file",
    "finish_slot",
)
_CONTENT = framed(name(), [f"DTL|{LDC}|{CANARY}"])
_SCHEDULE = framed(name("8000"), [f"DTL|{CANARY}|20250901|{CANARY}|A|{CANARY}"])
_RECORDS = f"PRM|12345678|{CANARY}|{CANARY}|{CANARY}|{CANARY}|20250901000000|"
_STEPS: tuple[tuple[str, dict[str, object]], ...] = (
    ("segments", {}),
    ("read", {"each": "segment", "items": ["02-01"]}),
    ("gather", {}),
    ("load", {}),
    ("fail", {}),
)
_ASKED = {
    "by": CANARY,
    "why": CANARY,
    "mode": CANARY,
    "org_id": CANARY,
    "name": CANARY,
    "scope": CANARY,
    "document": {
        "organizations": [{"org_id": CANARY, "name": CANARY, "roles": [CANARY], CANARY: CANARY}],
        "parameters": {CANARY: {CANARY: CANARY}},
    },
}
_ACTIONS = (CANARY, "plan", "apply", "organization", "files", "deliveries", "gateway.change")

# Every handler with work that it can do, on what is all canary where it may be.
CALLS: dict[str, Callable[[], Prepared]] = {
    **{each: partial(upload, each, f"{AGENT}/{name()}", _CONTENT) for each in ON_UPLOADS},
    **{each: partial(slot, each, _CONTENT) for each in ON_SLOTS},
    "load_schedules": partial(slot, "load_schedules", _SCHEDULE, "8000"),
    "attend_set": partial(of_set, "attend_set", _RECORDS, step="look"),
    **{
        f"stage_set, {step}": partial(of_set, "stage_set", _RECORDS, step=step, **batch)
        for step, batch in _STEPS
    },
    **{
        f"process_set, {step}": partial(of_set, "process_set", "", step=step)
        for step in ("decide", "conclude", "stop")
    },
    "publish": partial(owed, f"{AGENT}/{CANARY}", CANARY.encode()),
    "sweep": partial(told, "sweep"),
    "renew_lease": partial(told, "renew_lease"),
    "tend_gateway": partial(told, "tend_gateway", order=CANARY, notice=CANARY),
    **{
        f"operate, {action}": partial(told, "operate", action=action, **_ASKED)
        for action in _ACTIONS
    },
}


def garbage() -> Iterator[Prepared]:
    """Yield every handler with events that are not what it is to be given."""
    for function in FUNCTIONS:
        for body in (CANARY, f'"{CANARY}"', json.dumps({CANARY: {CANARY: [CANARY]}})):
            yield Prepared(function, platform().hub, _batch(body))
        nonsense = dict.fromkeys(("slot", "ldc", "error", "order", "notice", "action"), CANARY)
        yield Prepared(function, platform().hub, nonsense)


def _batch(body: str) -> Event:
    record = {
        "messageId": MESSAGE,
        "receiptHandle": CANARY,
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": CANARY},
        "body": body,
        CANARY: CANARY,
    }
    return {"Records": [record], CANARY: CANARY}
