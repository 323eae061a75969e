"""A DynamoDB client whose answers are given beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError
from mdmr.stores.dynamodb.table import DynamoState
from mdmr.stores.patience import Patience

Answer = dict[str, Any] | Exception | Callable[..., dict[str, Any]]


class ScriptedClient:
    """Answers each call with the next of its answers, the last again and again; keeps the calls."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**request: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the adapter asks
            self.calls.append((operation, request))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer if isinstance(answer, dict) else answer(**request)

        return call


class Scripted:
    """A state store on scripted answers, the calls made, and the pauses taken between them."""

    def __init__(self, *answers: Answer, attempts: int = 4, connections: int = 1) -> None:
        self.client: Any = ScriptedClient(*answers)
        self.pauses: list[float] = []
        patience = Patience(attempts, first=1, most=3, pause=self.pauses.append)
        self.store = DynamoState(
            lambda: self.client, "table", patience=patience, connections=connections
        )

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        calls: list[tuple[str, dict[str, Any]]] = self.client.calls
        return calls


def fault(code: str, operation: str = "PutItem", repeated: int = 0, **more: object) -> ClientError:
    """Return the fault that DynamoDB answers with a code."""
    response: Any = {
        "Error": {"Code": code, "Message": "why"},
        "ResponseMetadata": {"RetryAttempts": repeated},
        **more,
    }
    return ClientError(response, operation)


def cancelled(*codes: str, items: Sequence[dict[str, Any] | None] = ()) -> ClientError:
    """Return the fault of a transaction whose writes were judged with these codes."""
    reasons: list[dict[str, Any]] = [{"Code": code} for code in codes]
    for reason, item in zip(reasons, items, strict=False):
        if item is not None:
            reason["Item"] = item
    return fault("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)
