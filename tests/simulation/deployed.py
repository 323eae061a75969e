"""What the template deploys, as far as the simulation lives by it: functions, queues, machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import import_module
from types import ModuleType

from tools.sam_template import ROOT, Json, read_machine, read_template

_NAME = "mdmr-${Environment}-"


@dataclass(frozen=True)
class Queue:
    """A queue: how long a message is hidden, how often it is handed out, where it goes then.

    `ordered`: its messages have groups, each worked in order. `failed` None: the end of the line.
    """

    name: str
    hidden: timedelta
    receives: int
    failed: str | None
    ordered: bool


@dataclass(frozen=True)
class Function:
    """A function: its handler's module, its time-out, the queue that feeds it and the batch."""

    name: str
    module: ModuleType
    timeout: timedelta
    queue: str | None
    batch: int


@dataclass(frozen=True)
class Deployed:
    """Functions and queues by logical id, machines by the name of their process.

    `ports` maps the hub's queue ports to queues, `uploaded` is the queue of storage events;
    `sweep_attempts` is how often a scheduled sweep is tried.
    """

    functions: Mapping[str, Function]
    queues: Mapping[str, Queue]
    machines: Mapping[str, Json]
    ports: Mapping[str, str]
    uploaded: str
    sweep_attempts: int

    def fed_by(self, queue: str) -> Function | None:
        """Return the function that a queue feeds, None for the end of the line."""
        return next((each for each in self.functions.values() if each.queue == queue), None)


@cache
def deployed() -> Deployed:
    """Return what the template says."""
    template = read_template()
    resources: dict[str, Json] = template["Resources"]
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    schedule = _schedule(resources["SweepFunction"])
    return Deployed(
        functions={
            name: _function(name, each["Properties"])
            for name, each in resources.items()
            if each["Type"] == "AWS::Serverless::Function"
        },
        queues={
            name: _queue(name, each["Properties"])
            for name, each in resources.items()
            if each["Type"] == "AWS::SQS::Queue"
        },
        machines={
            each["Properties"]["Name"]["Fn::Sub"].removeprefix(_NAME): read_machine(
                ROOT / each["Properties"]["DefinitionUri"]
            )
            for each in resources.values()
            if each["Type"] == "AWS::Serverless::StateMachine"
        },
        ports={
            variable.removesuffix("_URL").lower(): value["Ref"]
            for variable, value in variables.items()
            if variable.endswith("_QUEUE_URL")
        },
        uploaded=resources["UploadedRule"]["Properties"]["Targets"][0]["Arn"]["Fn::GetAtt"][0],
        sweep_attempts=1 + int(schedule["RetryPolicy"]["MaximumRetryAttempts"]),
    )


def _function(name: str, properties: Json) -> Function:
    folder = str(properties["CodeUri"]).strip("/").replace("/", ".")
    source = next((e for e in properties.get("Events", {}).values() if e["Type"] == "SQS"), None)
    return Function(
        name,
        import_module(f"{folder}.app"),
        timedelta(seconds=int(properties["Timeout"])),
        source["Properties"]["Queue"]["Fn::GetAtt"][0] if source else None,
        int(source["Properties"]["BatchSize"]) if source else 1,
    )


def _queue(name: str, properties: Json) -> Queue:
    redrive = properties.get("RedrivePolicy")
    return Queue(
        name,
        timedelta(seconds=int(properties.get("VisibilityTimeout", 30))),
        int(redrive["maxReceiveCount"]) if redrive else 0,
        redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] if redrive else None,
        ordered=bool(properties.get("FifoQueue", False)),
    )


def _schedule(function: Json) -> Json:
    events = function["Properties"]["Events"].values()
    properties: Json = next(e for e in events if e["Type"] == "ScheduleV2")["Properties"]
    return properties
