"""Batches, statements and answers of tasks are authorized as the actions that IAM knows."""

import json
import re
from typing import Any

from ministack.core import iam_actions

from mdmr_local.corrections.registry import Correction, expect
from mdmr_local.corrections.stepfunctions_token_limits import machines

_BATCHES = {
    f"sqs:{name}Batch": f"sqs:{name}"
    for name in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
}
_STATEMENTS = {"dynamodb:ExecuteStatement", "dynamodb:BatchExecuteStatement"}
_VERBS = {"SELECT": "Select", "INSERT": "Insert", "UPDATE": "Update", "DELETE": "Delete"}
_TABLE = re.compile(r'(?:INTO|FROM|UPDATE)\s+"([^"]+)"', re.IGNORECASE)


def _apply() -> None:
    expect(hasattr(iam_actions, "extract_iam_action"), "iam_actions.extract_iam_action")
    expect(hasattr(iam_actions, "extract_resource_arn"), "iam_actions.extract_resource_arn")
    action, resource = iam_actions.extract_iam_action, iam_actions.extract_resource_arn

    def known_action(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> str | None:
        found: str | None = action(service, method, path, headers, body, query)
        if found in _STATEMENTS:
            return f"dynamodb:PartiQL{_VERBS[_statement(body).split(None, 1)[0].upper()]}"
        return _BATCHES.get(str(found), found)

    def named_resource(service: str, *request: Any) -> str:
        method, path, headers, body, query, region, account = request
        if action(service, method, path, headers, body, query) in _STATEMENTS:
            named = _TABLE.search(_statement(body))
            table = named[1] if named else "*"
            return f"arn:aws:dynamodb:{region}:{account}:table/{table}"
        if service == "states" and b'"taskToken"' in body:
            return machines.get(json.loads(body)["taskToken"], "*")
        return str(resource(service, *request))

    iam_actions.extract_iam_action = known_action
    iam_actions.extract_resource_arn = named_resource


def _statement(body: bytes) -> str:
    """Return the first statement of a request; the hub's batches do one thing to one table."""
    request = json.loads(body)
    return str((request.get("Statements") or [request])[0]["Statement"])


CORRECTION = Correction(
    name="iam_actions",
    wrong="batches and statements are actions of their own, a task's answer is about no machine",
    apply=_apply,
)
