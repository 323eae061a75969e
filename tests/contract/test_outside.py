from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mdmr.ports.outside import Processes, Queue
from mdmr.ports.state import Value
from mdmr.stores.conductor import StepFunctionsProcesses
from mdmr.stores.limits import UnfitError
from mdmr.stores.memory.outside import FixedClock, MemoryProcesses, MemoryQueue
from mdmr.stores.messages import BusNotifications, SqsQueue
from mdmr.stores.secret import ManagedSecret

from tests.contract.conftest import REGION, Aws

MACHINE = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}


@pytest.fixture(params=["memory", "embedded"])
def queue(request: pytest.FixtureRequest) -> tuple[Queue, Any]:
    """Make a queue, and what receives the bodies of its messages."""
    if request.param == "memory":
        memory = MemoryQueue(FixedClock(datetime.now(UTC)))
        return memory, lambda: [json.dumps(message) for message in memory.receive()]
    aws: Aws = request.getfixturevalue("embedded")
    client = aws.client("sqs")
    url = client.create_queue(QueueName=aws.new_name("queue"))["QueueUrl"]

    def receive() -> list[str]:
        answered = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answered.get("Messages", [])]

    return SqsQueue(lambda: client, url), receive


def test_a_message_comes_as_the_json_object_it_was(queue: tuple[Queue, Any]) -> None:
    message: dict[str, Value] = {"sizes": (1, 2), "inner": {"é": None, "yes": True}}
    queue[0].send(message)
    bodies = queue[1]()
    assert [json.loads(body) for body in bodies] == [message | {"sizes": [1, 2]}]
    assert queue[1]() == []


def test_a_delayed_message_does_not_come_at_once(queue: tuple[Queue, Any]) -> None:
    queue[0].send({"which": "late"}, timedelta(minutes=15))
    queue[0].send({"which": "early"})
    assert [json.loads(body) for body in queue[1]()] == [{"which": "early"}]


@pytest.mark.parametrize("delay", [timedelta(minutes=15, milliseconds=1), timedelta(seconds=-1)])
def test_a_delay_that_no_queue_keeps_is_refused(queue: tuple[Queue, Any], delay: timedelta) -> None:
    with pytest.raises(UnfitError):
        queue[0].send({}, delay)


@pytest.mark.parametrize(
    "message",
    [{"raw": b"x"}, {"names": {"a"}}, {"text": "x" * 256 * 1024}, {"share": float("nan")}],
)
def test_a_message_that_no_queue_takes_is_refused(
    queue: tuple[Queue, Any], message: dict[str, Any]
) -> None:
    with pytest.raises(UnfitError):
        queue[0].send(message)


@pytest.fixture(params=["memory", "embedded"])
def processes(request: pytest.FixtureRequest) -> tuple[Processes, Any]:
    """Make processes, and what tells the names and inputs of the executions."""
    if request.param == "memory":
        memory = MemoryProcesses()
        return memory, lambda: {name: data for (_, name), data in memory.started.items()}
    aws: Aws = request.getfixturevalue("embedded")
    client = aws.client("stepfunctions")
    role = f"arn:aws:iam::111111111111:role/{REGION}"
    machine = client.create_state_machine(
        name=aws.new_name("machine"), definition=json.dumps(MACHINE), roleArn=role
    )["stateMachineArn"]

    def started() -> dict[str, Any]:
        return {
            each["name"]: json.loads(
                client.describe_execution(executionArn=each["executionArn"])["input"]
            )
            for each in client.list_executions(stateMachineArn=machine)["executions"]
        }

    return StepFunctionsProcesses(lambda: client, {"identifiers": machine}), started


def test_a_process_is_started_once_under_a_name(processes: tuple[Processes, Any]) -> None:
    processes[0].start("identifiers", "slot-1", {"slot": "1"})
    processes[0].start("identifiers", "slot-1", {"slot": "1"})
    processes[0].start("identifiers", "slot-1", {"slot": "another input"})
    processes[0].start("identifiers", "slot-2", {"slot": "2"})
    assert processes[1]() == {"slot-1": {"slot": "1"}, "slot-2": {"slot": "2"}}


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 81, "2025:08"])
def test_a_name_that_no_execution_may_have_is_refused(
    processes: tuple[Processes, Any], name: str
) -> None:
    with pytest.raises(UnfitError):
        processes[0].start("identifiers", name, {})


@pytest.mark.parametrize("token", ["", "x" * 2049])
def test_what_is_no_token_wakes_nothing(processes: tuple[Processes, Any], token: str) -> None:
    with pytest.raises(UnfitError):
        processes[0].wake(token)


def test_a_token_that_no_execution_waits_with_is_no_fault(
    processes: tuple[Processes, Any],
) -> None:
    processes[0].wake("a token of long ago")


def test_an_event_reaches_the_rules_of_the_bus(embedded: Aws) -> None:
    events, sqs = embedded.client("events"), embedded.client("sqs")
    bus, rule = embedded.new_name("bus"), embedded.new_name("rule")
    url = sqs.create_queue(QueueName=embedded.new_name("queue"))["QueueUrl"]
    events.create_event_bus(Name=bus)
    events.put_rule(Name=rule, EventBusName=bus, EventPattern=json.dumps({"source": ["mdmr"]}))
    target = f"arn:aws:sqs:{REGION}:111111111111:{url.rsplit('/', 1)[1]}"
    events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": target}])
    BusNotifications(lambda: events, bus).send(
        "Report delivered", {"id": "1", "organization": "ORG1"}
    )
    received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    event = json.loads(received[0]["Body"])
    assert event["source"] == "mdmr"
    assert event["detail-type"] == "Report delivered"
    assert event["detail"] == {"id": "1", "organization": "ORG1"}


def test_the_secret_is_read_once(embedded: Aws) -> None:
    client = embedded.client("secretsmanager")
    arn = client.create_secret(Name=embedded.new_name("secret"), SecretString="s3cret")["ARN"]
    secret = ManagedSecret(lambda: client, arn)
    assert secret.read() == b"s3cret"
    client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert secret.read() == b"s3cret"
