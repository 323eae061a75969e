"""The command, and a hub that answers from memory instead of Lambda and S3."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.response import StreamingBody
from mdmr_cli.main import app
from typer import testing
from typer.main import get_command
from typer.testing import CliRunner, Result

DELIVERED = datetime(2025, 8, 20, 15, 15, tzinfo=UTC)
INBOUND = "mdmr-dev-inbound-123456789012-ca-central-1"
OUTBOUND = "mdmr-dev-outbound-123456789012-ca-central-1"


@dataclass
class Lambda:
    """The operate function: keeps what it is asked and gives the answers it is told to.

    `answers` are by action: the function's answer, or an exception to raise. `error` makes it
    fail as a function that raised.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        payload = json.loads(Payload)
        self.functions.append(FunctionName)
        self.asked.append(payload)
        answer = self.answers.get(payload["action"], {"ok": True})
        if isinstance(answer, Exception):
            raise answer
        body = self.error or json.dumps(answer)
        extra = {"FunctionError": "Unhandled"} if self.error else {}
        return {"Payload": io.BytesIO(body.encode()), **extra}


class Storage:
    """S3 with STS: objects by bucket and key. `error` is raised by whatever touches an object."""

    meta = SimpleNamespace(region_name="ca-central-1")

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], tuple[bytes, datetime]] = {}
        self.error: Exception | None = None

    def put(self, bucket: str, key: str, content: bytes, at: datetime = DELIVERED) -> None:
        self.objects[bucket, key] = (content, at)

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012"}

    def upload_file(
        self,
        Filename: str,  # noqa: N803 - boto3's names
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        Callback: Callable[[int], None],  # noqa: N803
    ) -> None:
        self._fail()
        content = Path(Filename).read_bytes()
        self.put(Bucket, Key, content)
        Callback(len(content))

    def get_paginator(self, operation: str) -> Storage:
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803
        self._fail()
        found = [
            {"Key": key, "Size": len(content), "LastModified": at}
            for (bucket, key), (content, at) in self.objects.items()
            if bucket == Bucket and key.startswith(Prefix)
        ]
        # A page for each object, and an empty one, as the last can be.
        return [*({"Contents": [each]} for each in found), {}]

    def get_object(self, *, Bucket: str, Key: str, Range: str = "") -> dict[str, Any]:  # noqa: N803
        self._fail()
        content = self.objects[Bucket, Key][0]
        if Range:
            content = content[: int(Range.rpartition("-")[2]) + 1]
        return {"Body": StreamingBody(io.BytesIO(content), len(content))}

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


@cache
def built() -> Any:  # noqa: ANN401 - the library's type
    """Return the command and its subcommands, as they are called."""
    return get_command(app)


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A deployed hub's buckets, behind every client that the command makes."""
    found = Storage()
    monkeypatch.setattr(boto3, "client", lambda service, **_: {"s3": found, "sts": found}[service])
    return found


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Lambda:
    """A deployed hub's operate function, behind every client that the command makes."""
    function = Lambda()
    monkeypatch.setattr(boto3, "client", lambda service, **_: {"lambda": function}[service])
    return function


@pytest.fixture
def mdmr() -> Callable[..., Result]:
    """Run the command with some arguments, and with what is typed when it asks."""

    def invoke(*arguments: object, typed: str = "") -> Result:
        # Typer builds all commands anew for each call, which takes longer than most calls.
        with patch.object(testing, "_get_command", lambda _: built()):
            return CliRunner().invoke(app, [str(each) for each in arguments], input=typed)

    return invoke
