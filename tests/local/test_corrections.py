"""Each correction: wrong as shipped, right as corrected. A failure of the first half is good news.

It means that the installed ministack does it right: drop the correction.
"""

# ruff: noqa: ANN401 - what boto3 gives and takes has no types

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mdmr_local.corrections import NAMES
from mdmr_local.corrections.registry import UpstreamChangedError, replaced, rewrite

from tests.local.application import Application, wait_until
from tests.support.emulator_facts import Facts, facts_of

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def inside() -> dict[str, Facts]:
    """What shows only inside the emulator's process, by `shipped` and `corrected`."""
    return facts_of(Path(__file__).parent / "inside.py")


def test_every_correction_is_listed_and_tells_what_is_wrong() -> None:
    folder = Path(sys.modules["mdmr_local.corrections"].__file__ or "").parent
    with_correction = {
        path.stem for path in folder.glob("*.py") if "CORRECTION = " in path.read_text()
    }
    assert with_correction == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_a_changed_upstream_stops_the_start() -> None:
    with pytest.raises(UpstreamChangedError, match=r"some\.place no longer contains 'gone'"):
        replaced("some.place", "text", ("gone", ""))
    with pytest.raises(UpstreamChangedError, match=r"json\.dumps"):
        rewrite(json, "dumps", ("text that is not in it", ""))


def test_lambda_error_type(shipped: Application, application: Application) -> None:
    assert shipped.record(**{"raise": "Flaky"})["errorType"] == "Runtime.HandlerError"
    error = application.record(**{"raise": "Flaky"})
    assert error["errorType"] == "Flaky"
    assert any("in handler" in line for line in error["stackTrace"])


def test_lambda_error_keeps_worker(shipped: Application, application: Application) -> None:
    def survives(where: Application) -> bool:
        before = where.record()["pid"]
        where.record(**{"raise": "Poison"})
        return bool(where.record()["pid"] == before)

    assert not survives(shipped)
    assert survives(application)


def test_lambda_worker_environment(shipped: Application, application: Application) -> None:
    leaked = "MDMR_LOCAL_PORT"
    assert leaked in shipped.record(environment=True)["environment"]
    environment = application.record(environment=True)["environment"]
    assert leaked not in environment
    assert "HOME" not in environment
    assert environment["TZ"] == "UTC"


def test_lambda_worker_start(shipped: Application, application: Application) -> None:
    def worker(where: Application) -> tuple[bool, str]:
        seen = where.record(environment=True)
        layers = seen["environment"]["_LAMBDA_LAYERS_DIRS"]
        return seen["parent"] == where.aws.process_id, Path(layers).parent.name[:16]

    assert worker(shipped) == (True, "ministack-lambda")
    started_by_the_emulator, layers = worker(application)
    assert not started_by_the_emulator
    assert layers.startswith("mdmr-layers-")


def test_lambda_worker_queue(shipped: Application, application: Application) -> None:
    def workers(where: Application) -> int:
        with ThreadPoolExecutor(6) as pool:
            seen = list(pool.map(lambda _: where.record(sleep=0.7), range(6)))
        return len({result["pid"] for result in seen})

    assert workers(shipped) == 6
    assert workers(application) == 4


def test_lambda_log_drain(shipped: Application, application: Application) -> None:
    def quickest(where: Application) -> float:
        times = []
        for _ in range(8):
            began = time.perf_counter()
            where.record()
            times.append(time.perf_counter() - began)
        return min(times)

    assert quickest(shipped) > 0.05
    assert quickest(application) < 0.05
    answer = application.client("lambda").invoke(
        FunctionName="record", Payload=json.dumps({"print": "heard"}), LogType="Tail"
    )
    assert answer["LogResult"] == "aGVhcmQ="


def test_lambda_worker_clock(shipped: Application, application: Application) -> None:
    machine = datetime.now(UTC)
    assert datetime.fromisoformat(shipped.record()["now"]) >= machine
    assert datetime.fromisoformat(application.record()["now"]) == application.aws.now()


def test_lambda_async_retry(shipped: Application, application: Application) -> None:
    event = json.dumps({"name": "retried", "raise": "Flaky"})
    for where in (shipped, application):
        where.client("lambda").invoke(FunctionName="record", InvocationType="Event", Payload=event)
    wait_until(lambda: len(shipped.instants("retried")) == 2)
    first, second = shipped.instants("retried")
    assert second - first < timedelta(seconds=10)
    application.aws.advance_to(application.aws.now() + 3 * MINUTE)
    first, second, third = application.instants("retried")
    assert (second - first, third - second) == (MINUTE, 2 * MINUTE)


def test_event_target_lambda(shipped: Application, application: Application) -> None:
    for where in (shipped, application):
        events = where.client("events")
        events.put_rule(Name="tell", EventPattern=json.dumps({"source": ["test.tell"]}))
        given = json.dumps({"name": "told", "raise": "Flaky"})
        target = {"Id": "1", "Arn": where.outputs["Record"], "Input": given}
        events.put_targets(Rule="tell", Targets=[target])
        entry = {"Source": "test.tell", "DetailType": "x", "Detail": "{}"}
        events.put_events(Entries=[entry])
    wait_until(lambda: len(shipped.instants("told")) == 1)
    time.sleep(1.3)  # as shipped, what is retried at all is retried after a second
    assert len(shipped.instants("told")) == 1
    application.aws.advance_to(application.aws.now() + 5 * MINUTE)
    assert len(application.instants("told")) == 3


def test_event_source_poller(shipped: Application, application: Application) -> None:
    shipped.send(name="first", **{"raise": True})
    wait_until(lambda: len(shipped.instants("first")) == 1)
    time.sleep(0.1)
    shipped.send(name="second")
    wait_until(lambda: len(shipped.instants("second")) == 1)
    pause = shipped.instants("second")[0] - shipped.instants("first")[0]
    assert pause > timedelta(seconds=0.8)

    now = application.aws.now()
    application.send(name="first", **{"raise": True})
    application.aws.settle()
    application.send(name="second")
    application.aws.settle()
    assert application.instants("second") == [now]
    application.aws.advance_to(now + 5 * MINUTE)
    application.client("sqs").purge_queue(QueueUrl=application.outputs["Dead"])


def test_sqs_lost_messages(inside: dict[str, Facts]) -> None:
    assert inside["shipped"]["late message"] == []
    assert inside["corrected"]["late message"] == ["late"] * 3


def test_sqs_fifo_lines(inside: dict[str, Facts]) -> None:
    assert inside["shipped"]["lines at once"] == 1
    assert inside["corrected"]["lines at once"] == 5


def test_sqs_long_poll(inside: dict[str, Facts]) -> None:
    assert inside["shipped"]["long poll"] is False
    assert inside["corrected"]["long poll"] is True


def test_sqs_queue_address(inside: dict[str, Facts]) -> None:
    assert ":45999/" in inside["shipped"]["queue url"]
    assert ":4566/" in inside["corrected"]["queue url"]


def test_dynamodb_ttl_reaper(inside: dict[str, Facts]) -> None:
    assert inside["shipped"]["reaper runs"] is True
    assert inside["corrected"]["reaper runs"] is False


def test_cloudformation_schedule(shipped: Application, application: Application) -> None:
    def zone(where: Application) -> str:
        schedule = where.client("scheduler").get_schedule(Name="daily")
        return str(schedule["ScheduleExpressionTimezone"])

    assert zone(shipped) == "UTC"
    assert zone(application) == "Etc/GMT+5"


def test_cloudformation_table(shipped: Application, application: Application) -> None:
    def time_to_live(where: Application) -> str:
        described = where.client("dynamodb").describe_time_to_live(TableName="records")
        return str(described["TimeToLiveDescription"]["TimeToLiveStatus"])

    def replicas(where: Application) -> int:
        table = where.client("dynamodb").describe_table(TableName="records")["Table"]
        return len(table.get("Replicas", []))

    assert (time_to_live(shipped), replicas(shipped)) == ("DISABLED", 0)
    assert time_to_live(application) == "ENABLED"
    application.record(name="replicated")
    items = application.client("dynamodb", "ca-west-1").scan(TableName="records")["Items"]
    assert any(item["pk"]["S"] == "replicated" for item in items)


def test_cloudformation_bucket_replication(shipped: Application, application: Application) -> None:
    def replicates(where: Application) -> bool:
        for name, region in (("there", "ca-west-1"), ("here", "ca-central-1")):
            bucket = f"{name}-{where.aws.account}"
            properties: dict[str, Any] = {
                "BucketName": bucket,
                "VersioningConfiguration": {"Status": "Enabled"},
            }
            if name == "here":
                destination = {"Bucket": f"arn:aws:s3:::there-{where.aws.account}"}
                rule = {"Id": "all", "Status": "Enabled", "Destination": destination}
                properties["ReplicationConfiguration"] = {
                    "Role": f"arn:aws:iam::{where.aws.account}:role/replication",
                    "Rules": [{**rule, "Filter": {"Prefix": "x/"}, "Priority": 1}],
                }
            template = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
            where.client("cloudformation", region).create_stack(
                StackName=name, TemplateBody=json.dumps(template)
            )
            s3 = where.client("s3", region)
            wait_until(partial(_exists, s3, bucket))
        where.client("s3").put_object(
            Bucket=f"here-{where.aws.account}", Key="x/1", Body=b"replicated"
        )
        time.sleep(0.3)
        copies = where.client("s3", "ca-west-1").list_objects_v2(
            Bucket=f"there-{where.aws.account}"
        )
        return bool(copies["KeyCount"] == 1)

    assert not replicates(shipped)
    assert replicates(application)


def test_cloudformation_object_lock(shipped: Application, application: Application) -> None:
    def locks(where: Application) -> bool:
        bucket = f"locked-{where.aws.account}"
        retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 7}}
        properties = {
            "BucketName": bucket,
            "VersioningConfiguration": {"Status": "Enabled"},
            "ObjectLockEnabled": True,
            "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": retention},
        }
        template = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
        where.client("cloudformation").create_stack(
            StackName="locked", TemplateBody=json.dumps(template)
        )
        s3 = where.client("s3")
        wait_until(partial(_exists, s3, bucket))
        version = s3.put_object(Bucket=bucket, Key="record", Body=b"evidence")["VersionId"]
        try:
            s3.delete_object(Bucket=bucket, Key="record", VersionId=version)
        except ClientError:
            return True
        return False

    assert not locks(shipped)
    assert locks(application)


def test_cloudformation_saved_query(shipped: Application, application: Application) -> None:
    properties = {"Name": "all", "QueryString": "fields @message"}
    query = {"Type": "AWS::Logs::QueryDefinition", "Properties": properties}
    stack = {"StackName": "query", "TemplateBody": json.dumps({"Resources": {"Q": query}})}
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Logs::Query"):
        shipped.client("cloudformation").create_stack(**stack)
    cloudformation = application.client("cloudformation")
    cloudformation.create_stack(**stack)

    def made() -> bool:
        found = cloudformation.describe_stacks(StackName="query")["Stacks"][0]
        return str(found["StackStatus"]) == "CREATE_COMPLETE"

    wait_until(made)


def _exists(s3: Any, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        return False
    return True


def _told_of(where: Application, region: str, pattern: dict[str, Any], bus: str) -> str:
    """Make a queue that a rule on a bus fills, and return its URL."""
    sqs, events = where.client("sqs", region), where.client("events", region)
    name = f"told-{bus}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{region}:{where.aws.account}:{name}"
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    return str(url)


def _messages(where: Application, region: str, url: str) -> list[dict[str, Any]]:
    time.sleep(0.3)
    received = where.client("sqs", region).receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in received.get("Messages", [])]


def test_event_bus_regions(shipped: Application, application: Application) -> None:
    def delivers(where: Application) -> bool:
        there = where.client("events", "ca-west-1")
        arn = there.create_event_bus(Name="there")["EventBusArn"]
        pattern = {"source": ["test.regions"]}
        url = _told_of(where, "ca-west-1", pattern, "there")
        here = where.client("events")
        here.put_rule(Name="across", EventPattern=json.dumps(pattern))
        role = f"arn:aws:iam::{where.aws.account}:role/across"
        here.put_targets(Rule="across", Targets=[{"Id": "1", "Arn": arn, "RoleArn": role}])
        entry = {"Source": "test.regions", "DetailType": "x", "Detail": "{}"}
        here.put_events(Entries=[entry])
        return len(_messages(where, "ca-west-1", url)) == 1

    assert not delivers(shipped)
    assert delivers(application)


def test_s3_event_version_id(shipped: Application, application: Application) -> None:
    def named(where: Application) -> list[bool]:
        bucket = where.outputs["Inbound"]
        detail = {"bucket": {"name": [bucket]}}
        pattern = {"source": ["aws.s3"], "detail": detail}
        url = _told_of(where, "ca-central-1", pattern, "default")
        put = where.client("s3").put_object(Bucket=bucket, Key="versioned", Body=b"x")
        return [
            message["detail"]["object"].get("version-id") == put["VersionId"]
            for message in _messages(where, "ca-central-1", url)
        ]

    assert named(shipped) == [False]
    assert named(application) == [True]
