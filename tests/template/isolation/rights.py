"""Checks of what the stack's own roles may do; each returns one line for each fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.template.isolation.checks import ORG
from tests.template.isolation.matrix import with_everything
from tools.policies.decisions import Decision, Principal
from tools.policies.operations import OPERATIONS_BY_NAME
from tools.policies.stack import STRANGERS_ACCOUNT, Stack
from tools.sam_template import Json

WRITING = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectTagging")


_ALTERING = tuple(
    action
    for name, each in OPERATIONS_BY_NAME.items()
    for action in each.actions
    if not each.on_bucket and name.startswith(("Delete", "Restore", "Replicate", "Bypass"))
) + tuple(
    f"s3:PutObject{what}"
    for what in ("Acl", "VersionAcl", "Tagging", "VersionTagging", "Retention", "LegalHold")
)
_ADMINISTERING = tuple(
    action
    for name, each in OPERATIONS_BY_NAME.items()
    for action in each.actions
    if each.on_bucket and name.startswith(("Put", "Delete"))
)
_SCANNING = tuple(
    f"dynamodb:{name}"
    for name in ("DeleteItem", "BatchWriteItem", "PartiQLDelete", "Scan", "PartiQLSelect")
)


def the_outbound_bucket_turns_writers_away(template: Json) -> list[str]:
    """Whatever else it is allowed, no role but that of publish changes the outbound bucket."""
    stack = Stack(template)
    somebody = stack.organization(None)
    roles = [somebody, *(each for name, each in stack.roles.items() if name != "PublishRole")]
    return [
        f"{role.name}: {action}"
        for role in roles
        for action in WRITING
        for key in (f"{ORG}/file", "elsewhere")
        if stack.decide(
            with_everything(role), action, f"{stack.resolver.arn('OutboundBucket')}/{key}"
        )
        is not Decision.DENIED
    ]


class Only(NamedTuple):
    """Who, and nobody else, may do one of some things."""

    what: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    who: frozenset[str]
    context: Mapping[str, tuple[str, ...]] = {}


def _rights(stack: Stack) -> Iterator[Only]:
    """Yield the rights that must not spread."""
    arn = stack.resolver.arn
    buckets = [arn(name) for name in stack.resolver.resources("AWS::S3::Bucket")]
    objects = tuple(
        f"{bucket}/{key}"
        for bucket in buckets
        for key in (f"{ORG}/f", "staged/f", "operations/f", "x")
    )
    state, directory = (arn(name) for name in ("HubStateTable", "MasterDirectoryTable"))
    writes = tuple(f"dynamodb:{name}" for name in ("PutItem", "UpdateItem", "PartiQLUpdate"))
    assign, operate = "AssignIdentifiersRole", "OperateRole"

    def only(*who: str) -> frozenset[str]:
        return frozenset(who)

    inbound, outbound, data = (arn(f"{each}Bucket") for each in ("Inbound", "Outbound", "Data"))
    yield Only("write outbound", ("s3:PutObject",), (f"{outbound}/{ORG}/f",), only("PublishRole"))
    yield Only("write inbound", ("s3:PutObject",), (f"{inbound}/{ORG}/f",), only())
    yield Only("write data unstaged", ("s3:PutObject",), (f"{data}/x", f"{data}/staged"), only())
    records = (f"{arn('EvidenceBucket')}/operations/f",)
    yield Only("write evidence", ("s3:PutObject",), records, only(operate, "SweepRole"))
    yield Only("remove or alter objects", _ALTERING, objects, only())
    yield Only("administer buckets", _ADMINISTERING, tuple(buckets), only())
    secret = (arn("IdentifierSecret"),)
    yield Only("read the secret", ("secretsmanager:GetSecretValue",), secret, only(assign, operate))
    changing = ("secretsmanager:PutSecretValue", "secretsmanager:DeleteSecret")
    yield Only("change the secret", changing, secret, only())
    writers = only(assign, operate, "ProcessSetRole")
    yield Only("write the directory", writes, (directory,), writers)
    for partition, who in (("LEASE#0", only(operate)), ("GATE", only(operate, "TendGatewayRole"))):
        keys = {"dynamodb:leadingkeys": (partition,)}
        yield Only(f"write {partition}", writes, (state,), who, keys)
    tables = (state, directory)
    yield Only("remove items or scan", _SCANNING, (*tables, f"{state}/index/any"), only())
    yield Only("open with the key directly", ("kms:Decrypt",), (arn("HubKey"),), only())
    for name, group in stack.resolver.resources("AWS::Logs::LogGroup").items():
        own = only(name.removesuffix("Logs") + "Role") if "Machine" not in name else only()
        what = f"write the log {group['Properties']['LogGroupName']}"
        yield Only(what, ("logs:PutLogEvents",), (arn(name),), own)


def rights_do_not_spread(template: Json) -> list[str]:
    """Each of these is done by the roles named, by all of them, and by no other of the stack."""
    stack = Stack(template)
    faults = []
    for right in _rights(stack):
        who = {
            name
            for name, role in stack.roles.items()
            for action in right.actions
            for resource in right.resources
            if stack.decide(role, action, resource, right.context) is Decision.ALLOWED
        }
        faults += [f"{name} may {right.what}" for name in sorted(who - right.who)]
        faults += [f"{name} may not {right.what}" for name in sorted(right.who - who)]
    return faults


def services_take_their_roles_only(template: Json) -> list[str]:
    """A role of the stack is taken by one service of AWS, and by no role and no stranger."""
    stack = Stack(template)
    services = ("lambda", "states", "scheduler", "events", "s3", "edgelambda", "ec2", "cloudtrail")
    people = [
        with_everything(each)
        for each in (
            stack.organization(None),
            stack.organization(ORG),
            stack.organization(ORG, account=STRANGERS_ACCOUNT),
            *stack.roles.values(),
        )
    ]
    faults = []
    for name in stack.roles:
        takers = [
            each
            for each in services
            if stack.may_take(Principal(each, f"{each}.amazonaws.com"), name)
        ]
        if len(takers) != 1:
            faults.append(f"{name} is taken by {takers}")
        faults += [f"{one.name} takes {name}" for one in people if stack.may_take(one, name)]
        faults += [
            f"{service} takes {name} for {source or 'nobody knows whom'}"
            for service in services
            for source in (STRANGERS_ACCOUNT, "")
            if stack.may_take(Principal(service, f"{service}.amazonaws.com"), name, source=source)
        ]
    return faults
