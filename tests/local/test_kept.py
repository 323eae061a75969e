"""Whatever was acknowledged before a kill is there after it, of every service that the hub uses."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mdmr_local.deploy import deploy
from mdmr_local.durable.datafile import NAME
from mdmr_local.embedded import EmbeddedAws

from tests.local.application import Application
from tests.local.conftest import TEMPLATE

LATER = datetime.now(UTC) + timedelta(hours=1)
BUCKET = "locked-bucket"
LARGE = bytes(range(256)) * 10_000


def deployed(aws: EmbeddedAws) -> Application:
    return Application(aws, deploy(aws, TEMPLATE, "application", {}))


def kill(aws: EmbeddedAws) -> None:
    os.kill(aws.process_id, signal.SIGKILL)
    aws.stop()


def act(application: Application) -> None:
    """Change something in every service, and undo something in those where a trace could stay."""
    s3 = application.client("s3")
    s3.create_bucket(
        Bucket=BUCKET,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": "ca-central-1"},
    )
    for body in (b"one", LARGE):
        s3.put_object(Bucket=BUCKET, Key="kept", Body=body, Metadata={"by": "test"}, Tagging="a=b")
    s3.put_object_retention(
        Bucket=BUCKET, Key="kept", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": LATER}
    )
    for key in ("hidden", "purged"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"gone")
    s3.delete_object(Bucket=BUCKET, Key="hidden")
    purged = s3.head_object(Bucket=BUCKET, Key="purged")["VersionId"]
    s3.delete_object(Bucket=BUCKET, Key="purged", VersionId=purged)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
    at = {"Bucket": BUCKET, "Key": "parts", "UploadId": upload}
    part = s3.upload_part(**at, PartNumber=1, Body=LARGE)
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    s3.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})

    dynamodb = application.client("dynamodb")
    for name in ("kept", "gone"):
        item = {"pk": {"S": name}, "sk": {"S": "1"}, "n": {"N": "1"}}
        dynamodb.put_item(TableName="records", Item=item)
    kept = {"pk": {"S": "kept"}, "sk": {"S": "1"}}
    dynamodb.update_item(
        TableName="records",
        Key=kept,
        UpdateExpression="SET n = n + :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    gone = {"pk": {"S": "gone"}, "sk": {"S": "1"}}
    dynamodb.delete_item(TableName="records", Key=gone)

    sqs = application.client("sqs")
    queue = sqs.create_queue(QueueName="own")["QueueUrl"]
    for text in ("taken", "kept", "received"):
        sqs.send_message(QueueUrl=queue, MessageBody=text)
    taken = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1)["Messages"][0]
    entries = [{"Id": "1", "ReceiptHandle": taken["ReceiptHandle"]}]
    sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1, VisibilityTimeout=3600)

    application.finished(application.start_machine(application.outputs["Machine"], {}, "ended"))
    waits = {"do": "wait", "until": LATER.isoformat()}
    application.start_machine(application.outputs["Machine"], waits, "runs")
    stopped = application.start_machine(application.outputs["Machine"], waits, "stopped")
    application.client("stepfunctions").stop_execution(executionArn=stopped)

    application.client("secretsmanager").create_secret(Name="secret", SecretString="hush")
    topic = application.client("sns").create_topic(Name="own")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    application.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"], ReturnSubscriptionArn=True
    )
    application.client("events").put_rule(Name="own", EventPattern=json.dumps({"source": ["own"]}))
    application.client("kms").create_key(Description="own")
    application.client("iam").create_user(UserName="own")


def seen(application: Application) -> dict[str, Any]:
    """Return what the services tell of that."""
    s3, sqs = application.client("s3"), application.client("sqs")
    listed = s3.list_object_versions(Bucket=BUCKET)
    queue = sqs.get_queue_url(QueueName="own")["QueueUrl"]
    states = application.client("stepfunctions").list_executions(
        stateMachineArn=application.outputs["Machine"]
    )["executions"]
    retention = s3.get_object_retention(Bucket=BUCKET, Key="kept")["Retention"]
    return {
        "versions": [
            (each["Key"], each["VersionId"], each["LastModified"], each["Size"], each["IsLatest"])
            for each in listed["Versions"]
        ],
        "markers": [(each["Key"], each["VersionId"]) for each in listed["DeleteMarkers"]],
        "keys": [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]],
        "bodies": [
            s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in ("kept", "parts")
        ],
        "metadata": s3.head_object(Bucket=BUCKET, Key="kept")["Metadata"],
        "tags": s3.get_object_tagging(Bucket=BUCKET, Key="kept")["TagSet"],
        "retention": (retention["Mode"], retention["RetainUntilDate"]),
        "items": application.items("kept") + application.items("gone"),
        "queue": queue.rpartition("/")[2],
        "executions": sorted((each["name"], each["status"]) for each in states),
        "secret": application.client("secretsmanager").get_secret_value(SecretId="secret")[
            "SecretString"
        ],
        "subscriptions": len(application.client("sns").list_subscriptions()["Subscriptions"]),
        "rules": [each["Name"] for each in application.client("events").list_rules()["Rules"]],
        "keys of KMS": len(application.client("kms").list_keys()["Keys"]),
        "users": [each["UserName"] for each in application.client("iam").list_users()["Users"]],
    }


@pytest.fixture(scope="module")
def before_and_after(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[dict[str, Any], Application]]:
    """Return what was seen before a kill, and the application as it is after it."""
    with EmbeddedAws(data_dir=tmp_path_factory.mktemp("data")) as aws:
        application = deployed(aws)
        aws.save()
        act(application)
        before = seen(application)
        kill(aws)
        aws.start()
        yield before, Application(aws, application.outputs)


def test_all_services_are_as_they_were(
    before_and_after: tuple[dict[str, Any], Application],
) -> None:
    before, application = before_and_after
    after = seen(application)
    assert after == before
    assert after["keys"] == ["kept", "parts"]
    assert after["bodies"] == [LARGE, LARGE]
    assert [each["n"]["N"] for each in after["items"]] == ["2"]
    assert after["executions"][1:] == [("runs", "RUNNING"), ("stopped", "ABORTED")]


def test_messages_that_were_not_deleted_can_be_received_in_their_order(
    before_and_after: tuple[dict[str, Any], Application],
) -> None:
    _, application = before_and_after
    sqs = application.client("sqs")
    queue = sqs.get_queue_url(QueueName="own")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in messages] == ["kept", "received"]


def test_a_locked_object_stays_locked(
    before_and_after: tuple[dict[str, Any], Application],
) -> None:
    _, application = before_and_after
    s3 = application.client("s3")
    version = s3.head_object(Bucket=BUCKET, Key="kept")["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key="kept", VersionId=version)


def test_an_application_that_was_killed_amid_its_first_deployment_is_deployed_anew(
    tmp_path: Path,
) -> None:
    with EmbeddedAws(data_dir=tmp_path) as aws:
        deployed(aws)
        kill(aws)
        assert not (tmp_path / NAME).exists()
        aws.start()
        application = deployed(aws)
        aws.save()
        application.record(name="deployed")
        kill(aws)
        aws.start()
        assert len(deployed(aws).instants("deployed")) == 1
