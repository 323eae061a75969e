"""The small application of these tests: what it can be asked and what it wrote down."""

# ruff: noqa: ANN401 - what boto3 gives and takes has no types

import itertools
import json
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mdmr_local.embedded import EmbeddedAws

_names = itertools.count()


class Application:
    """The deployed application of fixtures/template.yaml."""

    def __init__(self, aws: EmbeddedAws, outputs: dict[str, str]) -> None:
        self.aws = aws
        self.outputs = outputs
        self._clients: dict[tuple[str, str | None], Any] = {}
        # Of clients made at once all but one would be dropped, their connections open.
        self._making = threading.Lock()

    def client(self, service: str, region: str | None = None) -> Any:
        with self._making:
            if (service, region) not in self._clients:
                self._clients[service, region] = self.aws.client(service, region=region)
            return self._clients[service, region]

    def record(self, **event: Any) -> dict[str, Any]:
        """Invoke `record` and return its result, or its error."""
        response = self.client("lambda").invoke(FunctionName="record", Payload=json.dumps(event))
        result: dict[str, Any] = json.loads(response["Payload"].read())
        return result

    def instants(self, name: str) -> list[datetime]:
        """Return when `name` was written down."""
        return [datetime.fromisoformat(item["now"]["S"]) for item in self.items(name)]

    def items(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client("dynamodb").query(
            TableName="records",
            KeyConditionExpression="pk = :name",
            ExpressionAttributeValues={":name": {"S": name}},
        )["Items"]
        return found

    def send(self, **body: Any) -> None:
        self.client("sqs").send_message(QueueUrl=self.outputs["Work"], MessageBody=json.dumps(body))

    def start(self, **given: Any) -> str:
        """Start the machine and return the execution's ARN."""
        return self.start_machine(self.outputs["Machine"], given)

    def start_machine(self, machine: str, given: Any, name: str | None = None) -> str:
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=machine,
            name=name or f"run-{next(_names)}",
            input=json.dumps(given),
        )
        return str(started["executionArn"])

    def make_machine(self, definition: dict[str, Any]) -> str:
        made = self.client("stepfunctions").create_state_machine(
            name=f"machine-{next(_names)}",
            definition=json.dumps(definition),
            roleArn=f"arn:aws:iam::{self.aws.account}:role/machine",
        )
        return str(made["stateMachineArn"])

    def execution(self, arn: str) -> dict[str, Any]:
        described: dict[str, Any] = self.client("stepfunctions").describe_execution(
            executionArn=arn
        )
        return described

    def output(self, arn: str) -> Any:
        return json.loads(self.execution(arn)["output"])

    def finished(self, arn: str) -> dict[str, Any]:
        """Wait in real time until an execution has ended."""
        wait_until(lambda: self.execution(arn)["status"] != "RUNNING")
        return self.execution(arn)


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait in real time until something holds.

    Raises:
        AssertionError: it does not.
    """
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
