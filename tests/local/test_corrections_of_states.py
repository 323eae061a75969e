"""The corrections of Step Functions and of schedules: wrong as shipped, right as corrected."""

# ruff: noqa: ANN401 - what boto3 gives and takes has no types

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.application import Application, wait_until
from tests.local.test_corrections import inside
from tests.support.emulator_facts import Facts

__all__ = ["inside"]
MINUTE = timedelta(minutes=1)


def _pass(**more: Any) -> dict[str, Any]:
    return {"Type": "Pass", "End": True, **more}


def _machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def _ended(where: Application, definition: dict[str, Any], given: Any) -> dict[str, Any]:
    return where.finished(where.start_machine(where.make_machine(definition), given))


def test_stepfunctions_waits(shipped: Application, application: Application) -> None:
    wait = {"Type": "Wait", "TimestampPath": "$.until", "End": True}
    given = {"until": {"not": "a timestamp"}}
    assert _ended(shipped, _machine(Wait=wait), given)["status"] == "SUCCEEDED"
    ended = _ended(application, _machine(Wait=wait), given)
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")


def test_stepfunctions_retry(inside: dict[str, Facts]) -> None:
    assert inside["shipped"]["retry waits"] == [60, 60, 60]
    assert inside["corrected"]["retry waits"] == [600, 900, 900]


def test_stepfunctions_parts(inside: dict[str, Facts], application: Application) -> None:
    assert inside["shipped"]["parallel parent"] is False
    assert inside["corrected"]["parallel parent"] is True
    branches = [
        _machine(Wait={"Type": "Wait", "Seconds": seconds, "End": True}) for seconds in (30, 90)
    ]
    parallel = {"Type": "Parallel", "Branches": branches, "End": True}
    now = application.aws.now()
    machine = application.make_machine(_machine(Both=parallel))
    execution = application.start_machine(machine, {})
    application.aws.advance_to(now + 5 * MINUTE)
    assert application.execution(execution)["stopDate"] == now + timedelta(seconds=90)


def test_stepfunctions_task_tokens(shipped: Application, application: Application) -> None:
    def task(where: Application, heartbeat: int) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": where.outputs["Record"], "Payload": {"name": "x"}},
            "HeartbeatSeconds": heartbeat,
            "End": True,
        }

    machine = shipped.make_machine(_machine(Ask=task(shipped, 1)))
    execution = shipped.start_machine(machine, {})
    wait_until(lambda: bool(shipped.instants("x")))
    time.sleep(1.2)
    assert shipped.execution(execution)["status"] == "RUNNING"
    shipped.client("stepfunctions").stop_execution(executionArn=execution)

    now = application.aws.now()
    machine = application.make_machine(_machine(Ask=task(application, 40)))
    execution = application.start_machine(machine, {})
    application.aws.advance_to(now + MINUTE)
    ended = application.execution(execution)
    assert ended["error"] == "States.HeartbeatTimeout"
    assert ended["stopDate"] == now + timedelta(seconds=40)


def test_stepfunctions_token_limits(shipped: Application, application: Application) -> None:
    def machine(where: Application) -> str:
        task = {
            "Type": "Task",
            "QueryLanguage": "JSONata",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Arguments": {"FunctionName": where.outputs["Record"], "Payload": {"name": "limited"}},
            "TimeoutSeconds": "{% $states.input.seconds %}",
            "End": True,
        }
        return where.make_machine(_machine(Ask=task))

    execution = shipped.start_machine(machine(shipped), {"seconds": 1})
    wait_until(lambda: shipped.execution(execution)["status"] == "FAILED")
    assert shipped.execution(execution)["error"] != "States.Timeout"

    now = application.aws.now()
    execution = application.start_machine(machine(application), {"seconds": 40})
    application.aws.advance_to(now + MINUTE)
    ended = application.execution(execution)
    assert ended["error"] == "States.Timeout"
    assert ended["stopDate"] == now + timedelta(seconds=40)


def test_a_function_that_fails_to_ask_fails_the_task(
    shipped: Application, application: Application
) -> None:
    def status(where: Application) -> str:
        payload = {"name": "asks", "raise": "Poison"}
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": where.outputs["Record"], "Payload": payload},
            "End": True,
        }
        execution = where.start_machine(where.make_machine(_machine(Ask=task)), {})
        wait_until(lambda: bool(where.instants("asks")))
        time.sleep(0.5)
        return str(where.execution(execution)["status"])

    assert status(shipped) == "RUNNING"
    assert status(application) == "FAILED"


def test_stepfunctions_succeed_output(shipped: Application, application: Application) -> None:
    assert json.loads(shipped.finished(shipped.start(do="x"))["output"]) == {"do": "x"}
    ended = application.finished(application.start(do="x"))
    assert json.loads(ended["output"]) == {"result": {"do": "x"}}


def test_stepfunctions_start_delay(shipped: Application, application: Application) -> None:
    def seconds(where: Application) -> float:
        machine = where.make_machine(_machine(Only=_pass()))
        times = []
        for _ in range(3):
            began = time.perf_counter()
            where.finished(where.start_machine(machine, {}))
            times.append(time.perf_counter() - began)
        return min(times)

    assert seconds(shipped) > 0.15
    assert seconds(application) < 0.15


def test_stepfunctions_start_idempotent(shipped: Application, application: Application) -> None:
    for where in (shipped, application):
        wait = {"Type": "Wait", "Seconds": 3600, "End": True}
        machine = where.make_machine(_machine(Wait=wait))
        first = where.start_machine(machine, {"a": 1}, name="once")
        if where is shipped:
            with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
                where.start_machine(machine, {"a": 1}, name="once")
            assert where.start_machine(machine, {"a": "x" * 300_000}, name="long")
        else:
            assert where.start_machine(machine, {"a": 1}, name="once") == first
            with pytest.raises(ClientError, match="InvalidExecutionInput"):
                where.start_machine(machine, {"a": "x" * 300_000}, name="long")
        with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
            where.start_machine(machine, {"a": 2}, name="once")
        where.client("stepfunctions").stop_execution(executionArn=first)


def test_stepfunctions_timeouts(shipped: Application, application: Application) -> None:
    wait = {"Type": "Wait", "Seconds": 600, "End": True}
    definition = {**_machine(Wait=wait), "TimeoutSeconds": 1}
    execution = shipped.start_machine(shipped.make_machine(definition), {})
    time.sleep(1.3)
    assert shipped.execution(execution)["status"] == "RUNNING"
    shipped.client("stepfunctions").stop_execution(executionArn=execution)

    now = application.aws.now()
    execution = application.start_machine(application.make_machine(definition), {})
    application.aws.advance_to(now + 20 * MINUTE)
    ended = application.execution(execution)
    assert ended["status"] == "TIMED_OUT"
    assert ended["stopDate"] == now + timedelta(seconds=1)


def test_stepfunctions_restart(inside: dict[str, Facts]) -> None:
    assert inside["shipped"]["restored"] == "FAILED"
    assert inside["corrected"]["restored"] == "started slot"


def test_stepfunctions_metrics(shipped: Application, application: Application) -> None:
    def counted(where: Application) -> bool:
        _ended(where, _machine(Only=_pass()), {})
        found = where.client("cloudwatch").list_metrics(Namespace="AWS/States")["Metrics"]
        return any(metric["MetricName"] == "ExecutionsSucceeded" for metric in found)

    assert not counted(shipped)
    assert counted(application)


def test_map_batcher(shipped: Application, application: Application) -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **_machine(Each=_pass()),
    }
    definition = _machine(
        Map={
            "Type": "Map",
            "ItemProcessor": processor,
            "ItemBatcher": {"MaxItemsPerBatch": 2},
            "End": True,
        }
    )
    assert json.loads(_ended(shipped, definition, [1, 2, 3])["output"]) == [1, 2, 3]
    output = json.loads(_ended(application, definition, [1, 2, 3])["output"])
    assert output == [{"Items": [1, 2]}, {"Items": [3]}]


def test_the_results_of_a_map_are_written_to_a_bucket(application: Application) -> None:
    bucket = application.outputs["Inbound"]
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **_machine(Each=_pass()),
    }
    definition = _machine(
        Map={
            "Type": "Map",
            "ItemProcessor": processor,
            "ResultWriter": {
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {"Bucket": bucket, "Prefix": "results"},
            },
            "End": True,
        }
    )
    written = json.loads(_ended(application, definition, [1, 2])["output"])
    s3 = application.client("s3")
    manifest = json.loads(
        s3.get_object(Bucket=bucket, Key=written["ResultWriterDetails"]["Key"])["Body"].read()
    )
    key = manifest["ResultFiles"]["SUCCEEDED"][0]["Key"]
    rows = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    assert sorted(row["Output"] for row in rows) == ["1", "2"]


def test_scheduler_time_zones(inside: dict[str, Facts]) -> None:
    assert inside["shipped"]["scheduled run"] == []
    assert inside["corrected"]["scheduled run"] == ["2025-08-20T11:30:00Z"]


def test_of_the_runs_that_a_schedule_missed_the_last_ones_are_made_good(
    inside: dict[str, Facts],
) -> None:
    minutes, hours = inside["corrected"]["made good"].values()
    assert minutes == [180.0, 120.0, 60.0, 0.0]
    assert hours == [9000.0, 5400.0, 1800.0]


def test_rule_schedules(inside: dict[str, Facts], application: Application) -> None:
    assert inside["shipped"]["rules tick"] is True
    assert inside["corrected"]["rules tick"] is False
    now = application.aws.now()
    events = application.client("events")
    events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    given = json.dumps({"name": "hourly rule"})
    target = {"Id": "1", "Arn": application.outputs["Record"], "Input": given}
    events.put_targets(Rule="hourly", Targets=[target])
    application.aws.advance_to(now + timedelta(hours=3))
    events.disable_rule(Name="hourly")
    seen = application.instants("hourly rule")
    assert [round((instant - now) / MINUTE) for instant in seen] == [60, 120, 180]
