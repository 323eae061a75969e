"""How services are set up, a service at a time: everything but the records that come and go."""

from __future__ import annotations

import copy
import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

from ministack import app as emulator
from ministack.core import persistence
from ministack.services import dynamodb, lambda_svc, sqs, stepfunctions

from mdmr_local.corrections.registry import expect
from mdmr_local.durable.datafile import Change

KIND = "service"
# The services that the hub uses, each after those that it needs when it is brought back.
NAMES = (
    "s3",
    "dynamodb",
    "kms",
    "iam",
    "secretsmanager",
    "sqs",
    "sns",
    "eventbridge",
    "cloudwatch_logs",
    "cloudwatch",
    "stepfunctions",
    "scheduler",
    "cloudformation",
    "lambda",
)
# By the name that requests are signed for.
OF_SIGNED = {
    **{name: name for name in NAMES},
    "states": "stepfunctions",
    "events": "eventbridge",
}
# What they count and log is no decision of anybody: written now and then, and at the end.
SELDOM = ("cloudwatch", "cloudwatch_logs")
_ATTEMPTS, _PAUSE_SECONDS = 50, 0.01
_written: dict[str, bytes] = {}


def expect_names() -> None:
    """Make sure that the emulator has these services.

    Raises:
        UpstreamChangedError: it is another one.
    """
    for name in NAMES:
        expect(name in emulator._state_map, f"the saved state of {name}")
    expect(hasattr(lambda_svc, "_functions"), "lambda_svc._functions")


def snapshot() -> Iterator[Change]:
    """Yield the configuration of all services, whether written before or not."""
    for name in NAMES:
        yield KIND, "", name, _value(name)


def changed(name: str) -> list[Change]:
    """Return the configuration of a service where it is another one than was written last."""
    value = _value(name)
    digest = hashlib.sha256(value).digest()
    if _written.get(name) == digest:
        return []
    _written[name] = digest
    return [(KIND, "", name, value)]


def being_deployed() -> bool:
    """Tell whether a stack is being changed: what is half made is not written."""
    stacks = emulator._get_module("cloudformation")._stacks._data
    return any(
        str(stack.get("StackStatus", "")).endswith("_IN_PROGRESS")
        for stack in list(stacks.values())
    )


def restore(name: str, value: bytes) -> None:
    """Bring the configuration of a service back."""
    _written[name] = hashlib.sha256(value).digest()
    data = json.loads(value, object_hook=persistence._json_object_hook)
    emulator._get_module(emulator._state_map[name]).load_persisted_state(data)


def _value(name: str) -> bytes:
    """Return the configuration of a service, which may change while it is copied: then again."""
    for _ in range(_ATTEMPTS):
        try:
            state = _STATES.get(name, _any_state)(name)
        except RuntimeError:
            time.sleep(_PAUSE_SECONDS)
            continue
        return json.dumps(state, default=persistence._json_default).encode()
    raise RuntimeError(f"{name} changes too fast to be written")


def _any_state(name: str) -> Any:
    return emulator._get_module(emulator._state_map[name]).get_state()


def _state_of_tables(_: str) -> Any:
    tables = dynamodb.AccountRegionScopedDict()
    for key, table in list(dynamodb._tables._data.items()):
        left_out = ("items", dynamodb._INDEX_MEMBERS)
        kept = copy.deepcopy({name: each for name, each in table.items() if name not in left_out})
        # Counted anew, so that an item that comes or goes is no other configuration.
        tables._data[key] = kept | {"items": {}, "ItemCount": 0, "TableSizeBytes": 0}
    return {
        "tables": tables,
        **{
            name: copy.deepcopy(getattr(dynamodb, f"_{name}"))
            for name in ("tags", "ttl_settings", "pitr_settings", "resource_policies")
        },
    }


def _state_of_queues(_: str) -> Any:
    queues = sqs.AccountRegionScopedDict()
    for key, queue in list(sqs._queues._data.items()):
        kept = {name: each for name, each in queue.items() if name not in _OF_MESSAGES}
        kept["attributes"] = {
            name: each
            for name, each in queue["attributes"].items()
            if not name.startswith("ApproximateNumber")
        }
        queues._data[key] = copy.deepcopy(kept) | {
            "messages": [],
            "dedup_cache": {},
            "fifo_seq": 0,
        }
    return {"queues": queues, "queue_name_to_url": copy.deepcopy(sqs._queue_name_to_url)}


def _state_of_functions(_: str) -> Any:
    return {
        name: copy.deepcopy(getattr(lambda_svc, f"_{name}"))
        for name in ("functions", "layers", "esms", "function_urls")
    }


def _state_of_machines(_: str) -> Any:
    return {
        name: copy.deepcopy(getattr(stepfunctions, f"_{name}"))
        for name in (
            "state_machines",
            "tags",
            "activities",
            "state_machine_versions",
            "state_machine_aliases",
        )
    }


_OF_MESSAGES = ("messages", "dedup_cache", "fifo_seq")
_STATES = {
    "dynamodb": _state_of_tables,
    "sqs": _state_of_queues,
    "lambda": _state_of_functions,
    "stepfunctions": _state_of_machines,
}
