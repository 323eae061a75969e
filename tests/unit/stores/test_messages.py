from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from mdmr.stores.conductor import StepFunctionsProcesses
from mdmr.stores.messages import BusNotifications, NotSentError


class Bus:
    """An EventBridge that takes no event."""

    def put_events(self, **_: object) -> dict[str, Any]:
        return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}


def test_an_event_that_was_not_taken_is_told() -> None:
    client: Any = Bus()
    with pytest.raises(NotSentError, match="ThrottlingException"):
        BusNotifications(lambda: client, "bus").send("kind", {"id": "1"})


class Machines:
    """A Step Functions that answers with one code."""

    def __init__(self, code: str) -> None:
        self._code = code

    def start_execution(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "why"}}, "StartExecution")

    def send_task_success(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "why"}}, "SendTaskSuccess")


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_that_is_over_wakes_nobody_and_is_no_fault(code: str) -> None:
    over: Any = Machines(code)
    StepFunctionsProcesses(lambda: over, {}).wake("token")


def test_a_conductor_that_does_not_answer_is_a_fault_when_a_process_is_woken() -> None:
    busy: Any = Machines("ThrottlingException")
    with pytest.raises(ClientError):
        StepFunctionsProcesses(lambda: busy, {}).wake("token")


def test_only_a_start_under_a_known_name_is_no_fault() -> None:
    known: Any = Machines("ExecutionAlreadyExists")
    StepFunctionsProcesses(lambda: known, {"identifiers": "arn"}).start("identifiers", "slot", {})
    missing: Any = Machines("StateMachineDoesNotExist")
    with pytest.raises(ClientError):
        StepFunctionsProcesses(lambda: missing, {"identifiers": "arn"}).start(
            "identifiers", "slot", {}
        )
    with pytest.raises(KeyError):
        StepFunctionsProcesses(lambda: known, {"identifiers": "arn"}).start(
            "unheard of", "slot", {}
        )
