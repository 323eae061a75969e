"""The command, and a hub that answers from memory instead of Lambda."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from mdmr_cli.main import app
from typer.testing import CliRunner, Result


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


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Lambda:
    """A deployed hub's operate function, behind every client that the command makes."""
    function = Lambda()
    monkeypatch.setattr(boto3, "client", lambda service: {"lambda": function}[service])
    return function


@pytest.fixture
def mdmr() -> Callable[..., Result]:
    """Run the command with some arguments, and with what is typed when it asks."""

    def invoke(*arguments: object, typed: str = "") -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments], input=typed)

    return invoke
