"""The operate function as seen by its caller: the one way to change a hub by hand."""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from mdmr.operation.faults import text_fault


class OperateError(Exception):
    """The hub could not be asked: it is not there, not permitted, or failed inside."""


class RefusedError(OperateError):
    """The hub refuses what was asked.

    Attributes:
        faults: what is wrong, one text each, with its path in the document where it has one.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Operator:
    """Asks the operate function of one hub.

    Args:
        client: a boto3 client of Lambda.
        function: the function's name.
        by: who asks, kept in the hub's history; whoever is logged in unless given.
    """

    def __init__(self, client: Any, function: str, by: str | None = None) -> None:
        self._client = client
        self._function = function
        self._by = by or getpass.getuser()

    def start(self) -> None:
        """Put the hub into operation; again, it changes nothing."""
        self.ask("start")

    def plan(self, document: Mapping[str, Any], *, change_past: bool = False) -> dict[str, Any]:
        """Return what applying a document would do: `changes` and their `digest`."""
        return self.ask("plan", document=document, change_past=change_past)

    def apply(
        self, document: Mapping[str, Any], digest: str | None = None, *, change_past: bool = False
    ) -> dict[str, Any]:
        """Apply a document and return what that did.

        Args:
            document: organizations, authorizations, parameters, universal_sdp_ids.
            digest: of the plan that was shown; refused when the plan is another one by now.
            change_past: whether values of parameters may count before now.
        """
        return self.ask("apply", document=document, digest=digest, change_past=change_past)

    def gateway_mode(self) -> str:
        """Return the gateway's mode for all files."""
        modes = self.ask("gateway.show")["gateway"]["modes"]
        return str(modes[0]["mode"])

    def ask(self, action: str, **given: Any) -> dict[str, Any]:
        """Return the function's answer to an action.

        Raises:
            RefusedError: the answer is no.
            OperateError: there is no answer.
        """
        unfit = [
            f"{key}: {fault}"
            for key, value in given.items()
            if isinstance(value, str) and (fault := text_fault(value))
        ]
        if unfit:
            raise RefusedError(unfit)
        payload = {"action": action, "by": self._by, **given}
        try:
            response = self._client.invoke(
                FunctionName=self._function, Payload=json.dumps(payload, default=str).encode()
            )
            body = response["Payload"].read()
        except (BotoCoreError, ClientError) as error:
            raise OperateError(f"{self._function} cannot be asked: {error}") from error
        if response.get("FunctionError"):
            raise OperateError(f"{self._function} failed: {_reason(body)}")
        answer: dict[str, Any] = json.loads(body)
        if not answer.get("ok"):
            raise RefusedError([_fault(each) for each in answer.get("faults", [])])
        return answer


def _fault(fault: Mapping[str, Any]) -> str:
    return ": ".join(text for text in (fault.get("path"), fault.get("text")) if text)


def _reason(body: bytes) -> str:
    try:
        error = json.loads(body)
        return f"{error['errorType']}: {error['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")
