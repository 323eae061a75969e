"""The operate function as seen by its caller: the one way to change a hub by hand."""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from mdmr.operation.faults import Fault, text_fault

from mdmr_local.document_batches import Applied, Note, apply, plan
from mdmr_local.refusals import OperateError, RefusedError

__all__ = ["OperateError", "Operator", "RefusedError"]


def _silent(done: int, rows: int) -> None:
    """Tell nobody how far it is."""


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

    def plan(
        self, document: Mapping[str, Any], *, change_past: bool = False, note: Note = _silent
    ) -> dict[str, Any]:
        """Return what applying a document would do: `changes` and their `digest`.

        Args:
            document: organizations, authorizations, parameters, universal_sdp_ids, of any size.
            change_past: whether values of parameters may count before now.
            note: is told how many of how many rows of numbers are planned.
        """
        return plan(self.ask, document, note, change_past=change_past).data()

    def apply(
        self,
        document: Mapping[str, Any],
        digest: str | None = None,
        *,
        change_past: bool = False,
        applied: Applied | None = None,
        note: Note = _silent,
    ) -> dict[str, Any]:
        """Apply a document and return what that did. Applied again, it goes on where it ended.

        Args:
            document: organizations, authorizations, parameters, universal_sdp_ids, of any size.
            digest: of the plan that was shown; refused when the plan is another one by now.
            change_past: whether values of parameters may count before now.
            applied: is kept up to date with how far it came, also when it breaks off.
            note: is told how many of how many rows of numbers are done.
        """
        so_far = Applied() if applied is None else applied
        done = apply(self.ask, document, digest, so_far, note, change_past=change_past)
        return done.data()

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
            Fault(key, fault)
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
            faults = (
                Fault(str(each.get("path", "")), str(each.get("text", "")))
                for each in answer.get("faults", [])
            )
            numbers, changes = answer.get("numbers_done", 0), answer.get("changes_done")
            raise RefusedError(faults, numbers_done=numbers, changes_done=changes)
        return answer


def _reason(body: bytes) -> str:
    try:
        error = json.loads(body)
        return f"{error['errorType']}: {error['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")
