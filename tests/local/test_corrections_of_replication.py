"""Replicas of objects: wrong as shipped, right as corrected."""

# ruff: noqa: ANN401 - what boto3 gives and takes has no types

import json
import time
from typing import Any

import pytest

from tests.local.application import Application, wait_until

HERE, THERE = "ca-central-1", "ca-west-1"


class Replicated:
    """Two buckets that replicate both ways, and a queue of what is created in the second."""

    def __init__(self, where: Application) -> None:
        self.where = where
        self.buckets = {each: f"replicas-{each}-{where.aws.account}" for each in (HERE, THERE)}
        for region, bucket in self.buckets.items():
            self.s3(region).create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region}
            )
            self.s3(region).put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            )
            self.s3(region).put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
            )
        for region, other in ((HERE, THERE), (THERE, HERE)):
            rule = {
                "ID": "everything",
                "Status": "Enabled",
                "Priority": 1,
                "Filter": {"Prefix": ""},
                "DeleteMarkerReplication": {"Status": "Disabled"},
                "Destination": {"Bucket": f"arn:aws:s3:::{self.buckets[other]}"},
            }
            self.s3(region).put_bucket_replication(
                Bucket=self.buckets[region],
                ReplicationConfiguration={
                    "Role": f"arn:aws:iam::{where.aws.account}:role/replication",
                    "Rules": [rule],
                },
            )

    def s3(self, region: str) -> Any:
        return self.where.client("s3", region)

    def put(self, key: str, body: bytes) -> str:
        put = self.s3(HERE).put_object(Bucket=self.buckets[HERE], Key=key, Body=body)
        return str(put["VersionId"])

    def versions(self, region: str, key: str) -> list[tuple[str, bool]]:
        found = self.s3(region).list_object_versions(Bucket=self.buckets[region], Prefix=key)
        return [(each["VersionId"], each["IsLatest"]) for each in found.get("Versions", [])]


@pytest.fixture(scope="module")
def pairs(shipped: Application, application: Application) -> tuple[Replicated, Replicated]:
    return Replicated(shipped), Replicated(application)


def test_s3_replica_version_id(pairs: tuple[Replicated, Replicated]) -> None:
    def same(pair: Replicated) -> bool:
        put = [pair.put("same", body) for body in (b"one", b"two")]
        wait_until(lambda: len(pair.versions(THERE, "same")) == 2)
        there = pair.versions(THERE, "same")
        return there == pair.versions(HERE, "same") == [(put[1], True), (put[0], False)]

    shipped, corrected = pairs
    assert not same(shipped)
    assert same(corrected)


def test_a_part_by_part_upload_is_replicated_as_well(
    pairs: tuple[Replicated, Replicated],
) -> None:
    _, pair = pairs
    s3, bucket = pair.s3(HERE), pair.buckets[HERE]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(
        Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"x" * 100
    )
    done = s3.complete_multipart_upload(
        Bucket=bucket,
        Key="parts",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    assert pair.versions(THERE, "parts") == [(done["VersionId"], True)]


def test_s3_replica_event(pairs: tuple[Replicated, Replicated]) -> None:
    def told(pair: Replicated) -> list[str]:
        sqs, events = pair.where.client("sqs", THERE), pair.where.client("events", THERE)
        url = sqs.create_queue(QueueName="replicas")["QueueUrl"]
        pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [pair.buckets[THERE]]}}}
        events.put_rule(Name="replicas", EventPattern=json.dumps(pattern))
        arn = f"arn:aws:sqs:{THERE}:{pair.where.aws.account}:replicas"
        events.put_targets(Rule="replicas", Targets=[{"Id": "1", "Arn": arn}])
        version = pair.put("told", b"x")
        time.sleep(0.3)
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        details = [json.loads(each["Body"])["detail"] for each in received]
        assert all(each["object"]["version-id"] == version for each in details)
        return [each["object"]["key"] for each in details]

    shipped, corrected = pairs
    assert told(shipped) == []
    assert told(corrected) == ["told"]
