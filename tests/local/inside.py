"""Facts about the emulator that show only inside its process; prints them as JSON.

Run as ``python inside.py shipped`` or ``python inside.py corrected``.
"""

# ruff: noqa: PLC0415 - what is imported when is the point
import asyncio
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

START = 1_755_689_400.0  # 2025-08-20T11:30:00Z, half past six at UTC-5


def main(which: str) -> None:
    os.environ.update({"GATEWAY_PORT": "45999", "LOG_LEVEL": "CRITICAL"})
    from mdmr_local.clock import install
    from mdmr_local.clock.deadlines import VirtualClock
    from mdmr_local.clock.ledger import Ledger
    from mdmr_local.clock.travel import start_travelling

    install(VirtualClock(Ledger(), start_travelling(START)))
    if which == "corrected":
        from mdmr_local.corrections import apply_all

        apply_all()
    facts = {
        "reaper runs": _reaper_runs(),
        "late message": _late_message(),
        "queue url": _queue_url(),
        "retry waits": _retry_waits(),
        "restored": _restored_execution(),
        "scheduled run": _scheduled_run(),
        "made good": _made_good() if which == "corrected" else None,
        "lines at once": _lines_at_once(),
        "long poll": _long_poll(),
        "parallel parent": _parallel_parent(),
        "rules tick": _rules_tick(),
        "action": _actions(),
        "variable": _allowed("arn:aws:s3:::b/${aws:PrincipalTag/org}/*", {}),
        "principal": _allowed("*", {"ArnEquals": {"aws:PrincipalArn": _ROLE}}),
        "upload": _told_of_an_upload(),
    }
    sys.stdout.write(json.dumps(facts))


_ROLE = "arn:aws:iam::000000000000:role/asks"


def _allowed(resource: str, condition: dict[str, Any]) -> str:
    """What becomes of a request of a role's session under one statement."""
    from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

    context = EvalContext(
        principal_arn="arn:aws:sts::000000000000:assumed-role/asks/session",
        principal_type="AssumedRole",
        principal_account="000000000000",
        action="s3:GetObject",
        resource_arn="arn:aws:s3:::b/ORG11111/file",
        region="ca-central-1",
        principal_keys={"aws:principaltag/org": "ORG11111"},
    )
    statement = {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": resource,
        "Condition": condition,
    }
    return str(evaluate(context, [parse_policy_document({"Statement": statement})]).decision)


def _actions() -> list[str]:
    """As what a batch of messages and a batch of statements are authorized, and on what."""
    from ministack.core import iam_actions

    def asked(service: str, target: str, body: dict[str, Any]) -> list[str]:
        request: tuple[Any, ...] = (
            "POST",
            "/",
            {"x-amz-target": target},
            json.dumps(body).encode(),
            {},
        )
        action = iam_actions.extract_iam_action(service, *request)
        where = ("ca-central-1", "000000000000")
        return [action, iam_actions.extract_resource_arn(service, *request, *where)]

    statements = {"Statements": [{"Statement": "INSERT INTO \"table\" VALUE {'pk': ?}"}]}
    return [
        asked("sqs", "AmazonSQS.SendMessageBatch", {"QueueUrl": "http://h/000000000000/q"})[0],
        *asked("dynamodb", "DynamoDB_20120810.BatchExecuteStatement", statements),
    ]


def _told_of_an_upload() -> list[list[str]]:
    """What policies are told of an upload, of a part of it, and of a part by the default."""
    from ministack.core.iam_actions import s3_service_context
    from ministack.services import s3

    key, asked = "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption"
    headers = {asked: "aws:kms", key: "arn:of:a:key", "x-amz-storage-class": "GLACIER"}
    s3._multipart_uploads["named"] = {"requested_sse": "aws:kms", "preserved_headers": headers}
    s3._multipart_uploads["by default"] = {"preserved_headers": headers}
    return [
        sorted(s3_service_context("s3:PutObject", query, "/bucket/key", given))
        for query, given in (
            ({}, headers),
            ({"uploadId": ["named"]}, {}),
            ({"uploadId": ["by default"]}, {}),
        )
    ]


class _BusyQueue(list[Any]):
    """A list of messages into which one arrives while it is looked through."""

    late: Any = None

    def __iter__(self) -> Iterator[Any]:
        yield from list.__iter__(self)
        late, self.late = self.late, None
        if late:
            self.append(late)


def _message(name: str) -> dict[str, Any]:
    return {"id": name, "receipt_handle": name, "visible_at": 0.0, "receive_count": 9, "body": name}


def _late_message() -> list[str]:
    """Which messages a queue holds after one was deleted while another arrived."""
    from ministack.services import sqs

    queues = []
    for change in ("delete", "delete-batch", "sweep"):
        url = sqs._act_create_queue({"QueueName": change}, "")["QueueUrl"]
        queue = sqs._get_q(url)
        queue["messages"] = _BusyQueue([_message("old")])
        queue["messages"].late = {**_message("late"), "receive_count": 0}
        if change == "delete":
            sqs._delete_messages_for_esm(url, {"old"})
        elif change == "delete-batch":
            entries = [{"Id": "one", "ReceiptHandle": "old"}]
            given = {"QueueUrl": url, "Entries": entries}
            assert sqs._HANDLERS["DeleteMessageBatch"](given, "")["Failed"] == []
        else:
            dead = sqs._act_create_queue({"QueueName": "dead"}, "")["QueueUrl"]
            arn = sqs._get_q(dead)["attributes"]["QueueArn"]
            policy = {"maxReceiveCount": 3, "deadLetterTargetArn": arn}
            queue["attributes"]["RedrivePolicy"] = json.dumps(policy)
            sqs._dlq_sweep(queue)
        queues += [message["id"] for message in list.__iter__(queue["messages"])]
    return queues


def _queue_url() -> str:
    from ministack.services import sqs

    return str(sqs._queue_url("some"))


def _retry_waits() -> list[float]:
    """How long a state waits between its attempts."""
    from ministack.services import stepfunctions

    slept: list[float] = []
    sleep, stepfunctions._scaled_sleep = stepfunctions._scaled_sleep, slept.append
    retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 600, "BackoffRate": 2}
    state = {"Retry": [{**retry, "MaxAttempts": 3, "MaxDelaySeconds": 900}]}

    def fail() -> None:
        raise stepfunctions._ExecutionError("Flaky", "")

    with suppress(stepfunctions._ExecutionError):
        stepfunctions._with_retry_and_catch(state, {}, {"State": {}}, fail)
    stepfunctions._scaled_sleep = sleep
    return slept


def _restored_execution() -> str:
    """What has become of an execution that ran when the state was saved."""
    from ministack.core.responses import AccountRegionScopedDict
    from ministack.services import stepfunctions as states

    started: list[dict[str, Any]] = []
    start, states._start_execution = states._start_execution, started.append
    executions = AccountRegionScopedDict()
    executions["arn"] = {
        "status": "RUNNING",
        "stateMachineArn": "machine",
        "name": "slot",
        "input": "{}",
    }
    states._restore_state({"executions": executions})
    states._start_execution = start
    left = states._executions.pop("arn", None)
    return f"started {started[0]['name']}" if started else str(left["status"])


def _made_good() -> dict[str, list[float]]:
    """How long before the start each run was that is made good after three hours and a half."""
    from mdmr_local.corrections import scheduler_time_zones as corrected
    from ministack.services import scheduler

    (source,) = corrected._sources
    due: dict[str, list[float]] = {}
    for name, expression in (("minute", "cron(* * * * ? *)"), ("hour", "cron(0 * * * ? *)")):
        schedule = {
            "ScheduleExpression": expression,
            "State": "ENABLED",
            "CreationDate": START - 86_400,
        }
        key = ("000000000000", "ca-central-1", f"default/{name}")
        scheduler._schedules._data[key] = schedule
        source._started = START
        corrected.make_good_since(START - 3.5 * 3600)
        due[name] = []
        while (instant := source._next(key, schedule)) and instant <= START:
            due[name].append(START - instant)
            source._fired[key] = instant
        del scheduler._schedules._data[key]
    return due


def _scheduled_run() -> list[str]:
    """What a schedule for half past six at UTC-5 hands to its target at that time."""
    from mdmr_local.clock import current
    from mdmr_local.clock.deadlines import Kind
    from ministack.services import eventbridge, scheduler

    handed: list[str] = []
    invoke = eventbridge._invoke_target
    eventbridge._invoke_target = lambda target, *_: handed.append(target["Input"])
    schedule = {
        "ScheduleExpression": "cron(30 6 * * ? *)",
        "ScheduleExpressionTimezone": "Etc/GMT+5",
        "State": "ENABLED",
        "CreationDate": START - 86_400,
        "Target": {"Arn": "arn:aws:lambda:x", "Input": "<aws.scheduler.scheduled-time>"},
    }
    key = ("000000000000", "ca-central-1", "default/daily")
    scheduler._schedules._data[key] = schedule
    scheduler._schedule_last_fired[key] = START - 60
    scheduler._tick_schedules()
    sources: list[Any] = list(current()._sources)
    for source in sources:
        if source.kind is Kind.SCHEDULE and hasattr(source, "_fired"):
            source._started = START - 60
            source.come_due(START)
    del scheduler._schedules._data[key]
    eventbridge._invoke_target = invoke
    return handed


def _lines_at_once() -> int:
    """How many groups of an ordered queue are worked at the same time."""
    from ministack.services import lambda_svc

    return int(lambda_svc._sqs_esm_concurrency({}, {}, {}, {"is_fifo": True}))


def _long_poll() -> bool:
    """Whether a long poll answers although time stands still."""
    from ministack.services import sqs

    url = sqs._act_create_queue({"QueueName": "polled"}, "")["QueueUrl"]
    asked = {"QueueUrl": url, "WaitTimeSeconds": 20}

    async def poll() -> bool:
        try:
            await asyncio.wait_for(sqs._act_receive_message(asked, ""), 0.3)
        except TimeoutError:
            return False
        return True

    return asyncio.run(poll())


def _parallel_parent() -> bool:
    """Whether the parent of branches waits in a way that the clock knows."""
    from concurrent.futures import wait

    from ministack.services import stepfunctions

    return stepfunctions.futures_wait is not wait


def _reaper_runs() -> bool:
    """Whether a loop deletes expired items by the machine's time."""
    from ministack.services import dynamodb

    assert dynamodb._ttl_reaper
    return any(thread.name == "dynamodb-ttl-reaper" for thread in threading.enumerate())


def _rules_tick() -> bool:
    """Whether a loop of its own looks after the schedules of rules."""
    from ministack.services import eventbridge

    eventbridge.start_scheduler()
    return any(thread.name == "eb-scheduler" for thread in threading.enumerate())


if __name__ == "__main__":
    main(sys.argv[1])
