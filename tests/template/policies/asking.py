"""Policies written short, and what becomes of a request under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.policies.decisions import Decision, Guard, Principal, Reach
from tools.policies.documents import read_policy

OWN, OTHER = "123456789012", "999999999999"
ROLE = f"arn:aws:iam::{OWN}:role/caller"
ROOT = f"arn:aws:iam::{OWN}:root"
BUCKET = "arn:aws:s3:::bucket"
OBJECT = f"{BUCKET}/David/file"
Statement = dict[str, Any]
Context = Mapping[str, str | tuple[str, ...]]


def document(*statements: Statement) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(**given: Any) -> Statement:  # noqa: ANN401 - JSON
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **given}


def deny(**given: Any) -> Statement:  # noqa: ANN401 - JSON
    return allow(**given, Effect="Deny")


def decide(  # noqa: PLR0913 - all but the first are named or have a default
    own: Sequence[Statement],
    on_resource: Sequence[Statement] = (),
    *,
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    context: Context | None = None,
    owner: str = OWN,
    alone: bool = False,
    tags: Mapping[str, str] | None = None,
) -> Decision:
    """Ask for the role `caller` with policies of its own and one on the resource."""
    caller = Principal("caller", ROLE, OWN, read_policy(document(*own)), tags or {})
    guard = Guard(owner, read_policy(document(*on_resource), of_resource=True), alone)
    return Reach(caller, action, guard, context or {}).decide(resource)


def allowed(*own: Statement, **asked: Any) -> bool:  # noqa: ANN401 - as decide
    return decide(own, **asked) is Decision.ALLOWED
