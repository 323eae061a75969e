"""The conductor of the hub's processes: Step Functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mdmr.ports.state import Value
from mdmr.stores.limits import check_execution_name, check_token, message_text

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# A token that is over: its execution went on or ended, perhaps in the hub's other region.
_OVER = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsProcesses:
    """The Processes on Step Functions; `machines` maps the name of a process to its ARN."""

    def __init__(self, client: Callable[[], SFNClient], machines: Mapping[str, str]) -> None:
        self._make_client = client
        self._machines = machines

    @cached_property
    def _client(self) -> SFNClient:
        return self._make_client()

    def start(self, process: str, name: str, data: Mapping[str, Value]) -> None:
        """Start one execution; a name that was started before (within 90 days) is no fault.

        Raises KeyError for a process that has no machine, UnfitError for a name or input that
        the conductor does not take.
        """
        check_execution_name(name)
        machine = self._machines[process]
        try:
            self._client.start_execution(
                stateMachineArn=machine, name=name, input=message_text(data)
            )
        except ClientError as fault:
            if fault.response.get("Error", {}).get("Code") != "ExecutionAlreadyExists":
                raise

    def wake(self, token: str) -> None:
        """Let the execution go on that waits with this token; a token that is over is no fault.

        Raises UnfitError for what is no token.
        """
        check_token(token)
        try:
            self._client.send_task_success(taskToken=token, output="{}")
        except ClientError as fault:
            if fault.response.get("Error", {}).get("Code") not in _OVER:
                raise
