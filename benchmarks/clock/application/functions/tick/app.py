"""Starts an execution for its minute."""

# ruff: noqa: INP001 - a folder to upload

import json
import os
from datetime import UTC, datetime
from typing import Any

import boto3

_states = boto3.client("stepfunctions")


def handler(event: dict[str, Any], _context: object) -> None:
    """Start the execution of the scheduled minute and tell it what time it is."""
    told = {"scheduled": event["scheduled_time"], "ticked": datetime.now(UTC).isoformat()}
    name = event["scheduled_time"].replace(":", "-")
    _states.start_execution(
        stateMachineArn=os.environ["MACHINE"], name=name, input=json.dumps(told)
    )
