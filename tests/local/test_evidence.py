"""Evidence on the embedded AWS: every command leaves its copy, and nobody can remove it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub, deploy_hub

START = datetime(2025, 8, 20, 5, 0, tzinfo=UTC)
DOCUMENT = {"organizations": [{"org_id": "ORG11111", "name": "Example Hydro", "roles": ["LDC"]}]}


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with EmbeddedAws(virtual_start=START, patience=30) as embedded:
        deployed = deploy_hub(embedded, "SAND")
        deployed.operator.start()
        deployed.operator.apply(DOCUMENT)
        embedded.settle()
        yield deployed


def test_every_command_that_changes_something_has_its_copy_at_once(hub: LocalHub) -> None:
    bucket = hub.outputs["EvidenceBucketName"]
    listed = hub.embedded.client("s3").list_objects_v2(Bucket=bucket)
    copies = sorted(each["Key"] for each in listed["Contents"])
    assert copies == ["operations/0000000001-000001.json", "operations/0000000002-000001.json"]
    shown = hub.operator.ask("evidence")
    assert shown["wrong"] == []
    assert [each["what"] for each in shown["records"]] == [
        "registry: organization ORG11111",
        "hub put into operation",
    ]


def test_a_copy_is_locked_for_its_time(hub: LocalHub) -> None:
    s3, bucket = hub.embedded.client("s3"), hub.outputs["EvidenceBucketName"]
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 30}
    (first, *_) = s3.list_object_versions(Bucket=bucket)["Versions"]
    with pytest.raises(ClientError, match="object lock"):
        s3.delete_object(Bucket=bucket, Key=first["Key"], VersionId=first["VersionId"])
