"""Corrections of IAM: wrong as shipped, right as corrected. See test_corrections.py."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

INSIDE = Path(__file__).parent / "inside.py"


@pytest.fixture(scope="module")
def inside() -> dict[str, dict[str, Any]]:
    """What shows only inside the emulator's process, by `shipped` and `corrected`."""

    def facts(which: str) -> dict[str, Any]:
        done = subprocess.run([sys.executable, str(INSIDE), which], capture_output=True, check=True)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return {which: facts(which) for which in ("shipped", "corrected")}


def test_iam_actions(inside: dict[str, dict[str, Any]]) -> None:
    assert inside["shipped"]["action"] == [
        "sqs:SendMessageBatch",
        "dynamodb:BatchExecuteStatement",
        "*",
    ]
    assert inside["corrected"]["action"] == [
        "sqs:SendMessage",
        "dynamodb:PartiQLInsert",
        "arn:aws:dynamodb:ca-central-1:000000000000:table/table",
    ]


def test_iam_policy_variables(inside: dict[str, dict[str, Any]]) -> None:
    assert inside["shipped"]["variable"] == "ImplicitDeny"
    assert inside["corrected"]["variable"] == "Allow"


def test_iam_principal_arn(inside: dict[str, dict[str, Any]]) -> None:
    assert inside["shipped"]["principal"] == "ImplicitDeny"
    assert inside["corrected"]["principal"] == "Allow"


def test_s3_upload_conditions(inside: dict[str, dict[str, Any]]) -> None:
    asked, key = "s3:x-amz-server-side-encryption", "aws-kms-key-id"
    stored = "s3:x-amz-storage-class"
    assert inside["shipped"]["upload"] == [[asked], [asked], []]
    named = [asked, f"{asked}-{key}", stored]
    assert inside["corrected"]["upload"] == [named, named, []]
