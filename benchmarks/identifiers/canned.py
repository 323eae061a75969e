"""A master directory behind boto3 whose requests are made, signed and answered, but not sent."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from mdmr.stores.dynamodb.table import DynamoState

_TABLE = "directory"


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> list[bytes]:
        """Return the content as urllib3 gives it."""
        return [self._content]


def canned_directory() -> DynamoState:
    """Return a table in which nothing is found and everything new is put."""
    client = boto3.client(
        "dynamodb",
        region_name="ca-central-1",
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",  # noqa: S106 - no request is sent
        config=Config(parameter_validation=False),
    )
    client.meta.events.register("before-send.dynamodb", _answer)
    return DynamoState(lambda: client, _TABLE, indexes={})


def _answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    asked: Any = request
    operation = asked.headers["X-Amz-Target"].decode().partition(".")[2]
    content = json.dumps(_ANSWERS[operation](json.loads(asked.body))).encode()
    return AWSResponse(request.url, 200, HTTPHeaders(), _Body(content))


_ANSWERS: dict[str, Any] = {
    "BatchGetItem": lambda _: {"Responses": {_TABLE: []}, "UnprocessedKeys": {}},
    "BatchExecuteStatement": lambda asked: {
        "Responses": [{"TableName": _TABLE}] * len(asked["Statements"])
    },
}
