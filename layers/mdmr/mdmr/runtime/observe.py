"""Logs, metrics and failures of the handlers: structured, ids and codes only.

A handler is decorated with `sqs_batch`, `sqs_batch_with`, `sqs_together` or `task`, names what it
works on with `about`, and calls one use case. No event, no file content and no message of an
exception is logged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Protocol, TypeAlias

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)

from mdmr.ports.authority import OtherRegionActiveError
from mdmr.runtime import logs
from mdmr.runtime.faults import place, told
from mdmr.runtime.metrics import SERVICE, Unit, metric

Event: TypeAlias = Mapping[str, Any]
BatchHandler: TypeAlias = "Callable[[Event, Context], dict[str, Any]]"
# What is done about a record that failed, before it is handed back.
OnFailure: TypeAlias = Callable[[Event, Exception], object]

# Whatever is logged passes an allow-list: `mdmr.runtime.logs`.
logger = logs.logger
_metrics = Metrics()


class Context(Protocol):
    """What the hub reads of the context that Lambda gives a handler."""

    aws_request_id: str
    function_name: str


class TaskFailedError(Exception):
    """A task failed. What is raised bears the name of the fault's kind and tells only its place."""


def about(**ids: str | int | None) -> None:
    """Name what the present record or task is about, by ids and codes: every log line tells it.

    Use `organization` for an organization id, `file` for a file name or receipt id.
    """
    logger.append_keys(**{name: value for name, value in ids.items() if value is not None})


def count(name: str, value: int = 1) -> None:
    """Count something of the table in `mdmr.runtime.metrics`. Raises UnknownMetricError."""
    _metrics.add_metric(name=name, unit=metric(name, Unit.COUNT).unit.value, value=value)


def measure(name: str, value: float) -> None:
    """Tell a value of a metric in the unit that the table has. Raises UnknownMetricError."""
    _metrics.add_metric(name=name, unit=metric(name).unit.value, value=value)


def count_contention(contended: str) -> None:
    """Count an attempt to write that was lost to another writer, also by what was contended for."""
    _count_by("WriteContention", contended)


def sqs_batch(work: Callable[[Event], object]) -> BatchHandler:
    """Make a handler of SQS batches from the work on one message, given its JSON body.

    The messages whose work failed are returned as the failures of the batch, so that only they
    come again. What another region is to decide is let go: its sweep finds it. The correlation
    id is the message's id.
    """
    return sqs_batch_with(lambda _record, _fault: None)(work)


def sqs_batch_with(
    on_failure: OnFailure,
) -> Callable[[Callable[[Event], object]], BatchHandler]:
    """Return what makes a handler as `sqs_batch` does and is told of each record that failed."""

    def decorate(work: Callable[[Event], object]) -> BatchHandler:
        @wraps(work)
        def handler(event: Event, context: Context) -> dict[str, Any]:
            failed = []
            with _flushed():
                for record in event["Records"]:
                    try:
                        with _observed(context, record["messageId"]):
                            _unless_of_another_region(work, json.loads(record["body"]))
                    except Exception as fault:  # noqa: BLE001 - told by _observed; one bad message spoils no other
                        failed.append(record["messageId"])
                        on_failure(record, fault)
            return _failures(failed)

        return handler

    return decorate


def sqs_together(work: Callable[[Mapping[str, Event]], Collection[str]]) -> BatchHandler:
    """Make a handler of SQS batches from the work on all messages of a batch, by their ids.

    The work returns the ids of those that are to come again; a body that is no JSON object does
    so by itself. The correlation id is the id of the request.
    """

    @wraps(work)
    def handler(event: Event, context: Context) -> dict[str, Any]:
        records = event["Records"]
        with _flushed():
            try:
                with _observed(context, context.aws_request_id):
                    read = {record["messageId"]: _read(record["body"]) for record in records}
                    fit = {each: body for each, body in read.items() if body is not None}
                    done = fit.keys() - work(fit)
                    left = [each for each in read if each not in done]
                    if left:
                        logger.error("left", messages=left)
                        _count_by("Failures", context.function_name, len(left))
                    return _failures(left)
            except Exception:  # noqa: BLE001 - told by _observed; all come again
                return _failures([record["messageId"] for record in records])

    return handler


def task(work: Callable[[Event], Any]) -> Callable[[Event, Context], Any]:
    """Make a handler from the work on one input: of a task, a schedule or a direct call.

    The correlation id is the input's `correlation_id`, else the id of the request. A fault is
    raised anew under its own name without its message, which Lambda would log.
    """

    @wraps(work)
    def handler(event: Event, context: Context) -> Any:  # noqa: ANN401 - whatever the task returns
        correlation = str(event.get("correlation_id", context.aws_request_id))
        with _flushed():
            try:
                with _observed(context, correlation):
                    return work(event)
            except Exception as fault:  # noqa: BLE001 - raised anew
                raise type(type(fault).__name__, (TaskFailedError,), {})(place(fault)) from None

    return handler


def _unless_of_another_region(work: Callable[[Event], object], message: Event) -> None:
    try:
        work(message)
    except OtherRegionActiveError:
        logger.info("left to the active region")
        count("LeftToActiveRegion")


def _read(body: str) -> Event | None:
    """Return the JSON object of a message, None when it is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _failures(ids: Collection[str]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": each} for each in ids]}


@contextmanager
def _observed(context: Context, correlation: str) -> Iterator[None]:
    """Put the correlation id into every log line, and tell of a fault on its way out."""
    logger.append_keys(
        correlation_id=correlation,
        function_name=context.function_name,
        request_id=context.aws_request_id,
    )
    try:
        yield
    except Exception as fault:
        logger.error("failed", fault=told(fault))  # noqa: TRY400 - a traceback would tell the message
        _count_by("Failures", context.function_name)
        raise
    finally:
        logger.clear_state()


def _count_by(name: str, which: str, value: int = 1) -> None:
    """Count something both for the whole service and by its second dimension, at once."""
    whole = {SERVICE: str(_metrics.provider.service)}
    counted = AmazonCloudWatchEMFProvider(
        namespace=_metrics.provider.namespace, dimension_set=dict(whole)
    )
    counted.add_dimensions(**whole, **{metric(name).by: which})
    counted.add_metric(name=name, unit=metric(name, Unit.COUNT).unit.value, value=value)
    counted.flush_metrics()


@contextmanager
def _flushed() -> Iterator[None]:
    """Write what was counted, once, when the invocation ends."""
    try:
        yield
    finally:
        if _metrics.metric_set:
            _metrics.flush_metrics()
