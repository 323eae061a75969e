"""Checks of who may write lease, gateway and evidence; each returns one line for each fault."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from tests.template.reading import actions, grants, held_by, listed, mentions, of_type, policies_on
from tools.sam_template import Json

WRITES = {
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
}
TABLE = "mdmr-${Environment}-hub-state"
KEEPERS = ("OperateRole", "SweepRole")

# Keys of partitions of the hub-state table, and whose roles write there: the operator's; for the
# lease that of the function which renews it; for the gateway that of the function which carries
# out what the operator planned.
GOVERNED: Mapping[str, frozenset[str]] = {
    "LEASE#0": frozenset({"OperateRole", "RenewLeaseRole"}),
    "LEASE#15": frozenset({"OperateRole", "RenewLeaseRole"}),
    "GATE": frozenset({"OperateRole", "TendGatewayRole"}),
    "EVIDENCE": frozenset({"OperateRole", "TendGatewayRole"}),
    "EVIDENCE#1": frozenset({"OperateRole", "TendGatewayRole"}),
}


def only_the_operator_writes_lease_and_gate(template: Json) -> list[str]:
    """Who writes the table but is not to write these partitions is denied it by their keys."""
    faults = []
    for role in of_type(template, "AWS::IAM::Role"):
        held = held_by(template, role)
        for key, writers in GOVERNED.items():
            may_write = any(_allows(each, key) for each in held)
            denied = {action for each in held if _denies(each, key) for action in actions(each)}
            if may_write and role not in writers and not denied >= WRITES:
                faults.append(f"{role}: may write {key}")
            if role in writers and denied:
                faults.append(f"{role}: may not write {key}")
    return faults


def lease_and_gate_can_be_checked(template: Json) -> list[str]:
    """Every decision checks the lease in its transaction: no denial stands in its way."""
    return [
        f"{role}: {action} is denied"
        for role in of_type(template, "AWS::IAM::Role")
        for each in held_by(template, role)
        if each["Effect"] == "Deny" and mentions(each, TABLE)
        for action in sorted(actions(each) - WRITES)
    ]


def _allows(statement: Json, key: str) -> bool:
    """Return whether a statement allows a write of the table that this partition key may be in."""
    only = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    patterns = listed(only.get("dynamodb:LeadingKeys", ["*"]))
    return (
        statement["Effect"] == "Allow"
        and bool(actions(statement) & WRITES)
        and mentions(statement, TABLE)
        and any(fnmatchcase(key, str(each)) for each in patterns)
    )


def only_the_operator_writes_the_evidence_bucket(template: Json) -> list[str]:
    """Two roles add copies and change nothing, and the bucket itself turns everyone else away."""
    faults = [
        f"{holder}: {action} in the evidence bucket"
        for holder, statement in grants(template)
        if statement["Effect"] == "Allow" and mentions(statement["Resource"], "EvidenceBucket")
        for action in sorted(actions(statement) - {"s3:GetObject", "s3:ListBucket"})
        if action != "s3:PutObject" or holder not in KEEPERS
    ]
    keepers = {"aws:PrincipalArn": [{"Fn::GetAtt": [role, "Arn"]} for role in KEEPERS]}
    denied = (
        statement
        for statement in policies_on(template, "AWS::S3::BucketPolicy", "Bucket", "EvidenceBucket")
        if statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement.get("Condition") == {"ArnNotEquals": keepers}
        and statement["Resource"] == {"Fn::Sub": "${EvidenceBucket.Arn}/*"}
    )
    if not any("s3:PutObject" in actions(each) for each in denied):
        faults.append("EvidenceBucket: does not turn other writers away")
    return faults


def _denies(statement: Json, key: str) -> bool:
    """Return whether a statement denies what it names wherever it meets this partition key."""
    wanted = statement.get("Condition", {}).get("ForAnyValue:StringLike", {})
    patterns = listed(wanted.get("dynamodb:LeadingKeys", []))
    return (
        statement["Effect"] == "Deny"
        and len(statement.get("Condition", {})) == 1
        and len(wanted) == 1
        and any(fnmatchcase(key, str(each)) for each in patterns)
        and all(mentions(each, TABLE) for each in listed(statement["Resource"]))
    )
