"""What a run of the emulator used: requests by kind, processor time and memory of each function."""

from __future__ import annotations

import pytest
from mdmr_local.usage import kind_of

from tests.local.application import Application

SIGNED = "AWS4-HMAC-SHA256 Credential=key/20250820/ca-central-1/{}/aws4_request, SignedHeaders=host"


@pytest.mark.parametrize(
    ("method", "path", "query", "kind"),
    [
        ("GET", "/bucket", "list-type=2", "s3 List"),
        ("HEAD", "/bucket", "", "s3 HeadBucket"),
        ("PUT", "/bucket/a/key", "", "s3 PutObject"),
        ("PUT", "/bucket/a/key", "partNumber=1&uploadId=x", "s3 UploadPart"),
        ("POST", "/bucket/a/key", "uploads", "s3 CreateMultipartUpload"),
        ("POST", "/bucket/a/key", "uploadId=x", "s3 CompleteMultipartUpload"),
        ("GET", "/bucket/a/key", "versionId=1", "s3 GetObject"),
    ],
)
def test_a_request_to_s3_is_told_by_its_method_and_path(
    method: str, path: str, query: str, kind: str
) -> None:
    headers = {"authorization": SIGNED.format("s3")}
    assert kind_of(method, path, query, headers) == kind


def test_a_request_that_names_its_operation_is_told_by_it() -> None:
    headers = {
        "authorization": SIGNED.format("dynamodb"),
        "x-amz-target": "DynamoDB_20120810.PutItem",
    }
    assert kind_of("POST", "/", "", headers) == "dynamodb PutItem"
    assert kind_of("POST", "/", "", {}) == "unsigned POST"


def test_what_was_used_is_told_of_requests_and_functions(application: Application) -> None:
    before = application.aws.usage()
    assert application.record()["greeting"] == "hello"
    after = application.aws.usage()
    more = {
        kind: count - before.requests.get(kind, 0)
        for kind, count in after.requests.items()
        if count != before.requests.get(kind, 0)
    }
    assert more["lambda POST"] == 1
    assert after.function_seconds["record"] > 0
    assert after.function_bytes["record"] > 1_000_000
    assert after.emulator_seconds > before.emulator_seconds
