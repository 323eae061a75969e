"""Checks of who may write which items, and the evidence; each returns one line for each fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.template.isolation.matrix import with_everything
from tests.template.reading import actions, grants, mentions, policies_on
from tools.policies.decisions import Decision, Principal
from tools.policies.kinds import DIRECTORY, HUB_STATE, Kind, kinds
from tools.policies.stack import Stack
from tools.sam_template import Json

WRITES = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)
READS = ("dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem")
KEEPERS = ("OperateRole", "SweepRole")
TWO_REGIONS = {"StandbyRegion": "ca-west-1"}

_OPERATOR = frozenset({"OperateRole"})
_GATEWAY = frozenset({"OperateRole", "TendGatewayRole"})
# The kinds of items that the operator governs, and whose roles write them: the operator's; of the
# lease that of the function which renews it; of the gateway and the evidence of its changes that
# of the function which carries out what the operator planned; how far the evidence is filed, that
# of the sweep.
GOVERNED: Mapping[str, frozenset[str]] = {
    "AUTHORIZATIONS": _OPERATOR,
    "CLOSED": _GATEWAY,
    "EVIDENCE": _GATEWAY,
    "FILED": frozenset(KEEPERS),
    "GATE": _GATEWAY,
    "HISTORY": _OPERATOR,
    "LEASE": frozenset({"OperateRole", "RenewLeaseRole"}),
    "PARAMETERS": _OPERATOR,
    "REGISTRY": _OPERATOR,
}
# Of the directory every kind of items is somebody's own.
OF_DIRECTORY: Mapping[str, frozenset[str]] = {
    "AMCD": frozenset({"ProcessSetRole"}),
    "METER": frozenset({"ProcessSetRole"}),
    "PAIR": _OPERATOR,
    "SDP": frozenset({"ProcessSetRole"}),
    "USDP": frozenset({"AssignIdentifiersRole", "OperateRole"}),
}


def items_are_written_by_those_they_belong_to(template: Json) -> list[str]:
    """What is governed, and what lies in the directory, is written by the roles named and by all.

    Every other item of the hub's state is written by who decides there: not by who has no right to
    decide at all.
    """
    stack = Stack(template, TWO_REGIONS)
    deciding = {name for name in stack.roles if _may(stack, name, _any(), *READS)}
    faults = []
    for kind in kinds():
        told = OF_DIRECTORY if kind.table == DIRECTORY else GOVERNED
        wanted = told.get(kind.word, frozenset(deciding))
        who = {name for name in stack.roles if _may(stack, name, kind, *WRITES)}
        faults += [f"{name}: may write {kind.partition}" for name in sorted(who - wanted)]
        faults += [f"{name}: may not write {kind.partition}" for name in sorted(wanted - who)]
    return faults


def what_is_governed_is_denied(template: Json) -> list[str]:
    """Who decides but is not to write what is governed is denied it, whatever it is allowed."""
    stack = Stack(template, TWO_REGIONS)
    return [
        f"{name}: {action} of {kind.partition} is not denied"
        for name, role in stack.roles.items()
        if _may(stack, name, _any(), *WRITES)
        for kind in _governed()
        if name not in GOVERNED[kind.word]
        for action in WRITES
        # Also in one request with what it may write.
        for keys in ((kind.partition,), (kind.partition, _any().partition))
        if _decided(stack, with_everything(role), kind, action, keys) is not Decision.DENIED
    ]


def no_write_concerns_items_of_two_kinds(template: Json) -> list[str]:
    """One request for items of the directory, of its own and of another kind, is refused."""
    stack = Stack(template, TWO_REGIONS)
    every = [kind for kind in kinds() if kind.table == DIRECTORY]
    return [
        f"{name}: {action} of {own.word} with {other.word}"
        for name, role in stack.roles.items()
        for own in every
        if _may(stack, name, own, *WRITES)
        for other in every
        if not _may(stack, name, other, *WRITES)
        for action in WRITES
        if _decided(stack, role, own, action, (own.partition, other.partition)) is Decision.ALLOWED
    ]


def indexes_are_read_only(template: Json) -> list[str]:
    """An index is asked and nothing else."""
    stack = Stack(template, TWO_REGIONS)
    index = f"{stack.resolver.arn(HUB_STATE)}/index/any"
    return [
        f"{name}: {action} of an index"
        for name, role in stack.roles.items()
        for action in (*WRITES, *READS)
        if stack.decide(role, action, index) is Decision.ALLOWED
    ]


def governed_items_can_be_checked(template: Json) -> list[str]:
    """Every decision checks the lease in its transaction: no denial stands in its way."""
    stack = Stack(template, TWO_REGIONS)
    return [
        f"{name}: may not {action} of {kind.partition}"
        for name in stack.roles
        if _may(stack, name, _any(), *WRITES)
        for kind in _governed()
        for action in READS
        if not _may(stack, name, kind, action)
    ]


def _governed() -> Iterator[Kind]:
    """Yield the kinds that are governed, with a few more of their partitions."""
    yield from (kind for kind in kinds() if kind.word in GOVERNED)
    for partition in ("LEASE#15", "LEASE#ORDERS", "CLOSED#ALL", "PARAMETERS#usdp.run_min"):
        yield Kind(HUB_STATE, partition.partition("#")[0], partition)


def _any() -> Kind:
    """Return a kind that nobody governs."""
    return next(kind for kind in kinds() if kind.table == HUB_STATE and kind.word not in GOVERNED)


def _may(stack: Stack, role: str, kind: Kind, *wanted: str) -> bool:
    """Return whether a role may do one of some actions with items of a kind."""
    return any(
        _decided(stack, stack.roles[role], kind, each) is Decision.ALLOWED for each in wanted
    )


def _decided(
    stack: Stack, role: Principal, kind: Kind, action: str, keys: tuple[str, ...] = ()
) -> Decision:
    context = {"dynamodb:leadingkeys": keys or (kind.partition,)}
    return stack.decide(role, action, stack.resolver.arn(kind.table), context)


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
