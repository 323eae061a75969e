"""Checks of who gets in where, asked of the policies; each returns one line for each fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.template.isolation.matrix import (
    DEPLOYED,
    EVERYTHING,
    OWN,
    OWN_POLICY,
    Layer,
    with_everything,
)
from tools.policies.decisions import Decision, Principal
from tools.policies.operations import OPERATIONS, Asked, listing
from tools.policies.patterns import Context
from tools.policies.stack import STRANGERS_ACCOUNT, Stack
from tools.sam_template import Json

ORG = "ORG11111"
CLEAR = {"aws:securetransport": "false"}

# A tagged role that somebody gave another policy than the template's.
BUCKETS_WITHOUT_IT = Layer(
    "the buckets' policies without its own",
    lambda template: template,
    lambda role: replace(role, statements=EVERYTHING),
)
# Tags that IAM takes but that are no ORG ID, some of them made to reach into another's prefix.
ODD_TAGS = (
    "",
    " ",
    "/",
    "O",
    "ORG",
    "ORG1111",
    "ORG11111/",
    "ORG11111/x",
    "ORG11111/../",
    "ORG11111//",
    "ORG111111",
    "ORG11111 ",
    " ORG11111",
    "ORG11111:x",
    "org11111",
    "XRG11111",
    "ORG11111.ORG22222",
    # As long as an ORG ID, but not of digits, or not of those that ORG IDs are made of.
    "ORGABCDE",
    "ORGa1111",
    "ORG1A111",
    "ORG11A11",
    "ORG111A1",
    "ORG1111A",
    "ORG1 111",
    "ORG1111/",
    "ORG11_11",
    "ORG١١١١١",  # noqa: RUF001 - digits of another script, which a tag may have
)
# Values that IAM takes for no tag: no wildcard and no variable is among a tag's characters.
NO_TAGS = ("*", "ORG1*", "ORG?1111", "ORG11111*", "${aws:username}", "ORG1111\n")


def _buckets(stack: Stack) -> dict[str, Json]:
    return stack.resolver.resources("AWS::S3::Bucket")


def _everything_asked(stack: Stack, role: Principal, keys: tuple[str, ...]) -> Iterator[str]:
    """Yield what a role may do anywhere in the stack's buckets, one line each."""
    for bucket in _buckets(stack):
        for operation in OPERATIONS:
            asked = Asked(stack, role, operation, bucket)
            if asked.nowhere:
                continue
            for key in ("",) if operation.on_bucket else keys:
                if asked.allowed(key):
                    yield f"{role.name}: {operation.name} {bucket}/{key}"
        for prefix in (*keys, f"{ORG}/", "", None):
            if listing(stack, role, bucket, prefix).allowed():
                yield f"{role.name}: list {bucket} by {prefix}"


def odd_tags_open_nothing(template: Json) -> list[str]:
    """A tag that is no ORG ID opens nothing, neither by its own policy nor by the buckets' alone.

    Whatever else its role is allowed by another policy, the buckets turn it away.
    """
    faults = []
    for layer in (DEPLOYED, OWN_POLICY, BUCKETS_WITHOUT_IT):
        stack = Stack(layer.template(template))
        for tag in ODD_TAGS:
            keys = (f"{ORG}/file", f"{ORG}/x/file", f"{ORG}/..//file", f"{tag}/file", f"{tag}file")
            role = layer.role(stack.organization(tag))
            found = list(_everything_asked(stack, role, keys))
            if layer is not BUCKETS_WITHOUT_IT:
                found += _uses_of_keys(stack, role)
            faults += [f"{layer.name}: {each}" for each in found]
    return faults


def _uses_of_keys(stack: Stack, role: Principal) -> list[str]:
    """Return what a role may do with the buckets' keys through S3, one line each."""
    return [
        f"{role.name}: {action} for {bucket}"
        for bucket in _buckets(stack)
        for action in ("kms:Decrypt", "kms:GenerateDataKey")
        if stack.decide(role, action, stack.key_of(bucket), stack.by_s3(bucket)) is Decision.ALLOWED
    ]


def strangers_get_nothing(template: Json) -> list[str]:
    """The template's policy for organizations gives nothing without the tag or from elsewhere."""
    stack = Stack(template)
    elsewhere = stack.organization(ORG, account=STRANGERS_ACCOUNT)
    strangers = [
        stack.organization(None),
        elsewhere,
        with_everything(elsewhere),
        replace(stack.organization(ORG), name="tag alone", statements=()),
        Principal("anonymous"),
        Principal("events", "events.amazonaws.com"),
        Principal("another service", "cloudtrail.amazonaws.com"),
    ]
    keys = (f"{ORG}/file", "file", "None/file")
    return [line for one in strangers for line in _everything_asked(stack, one, keys)]


def nothing_goes_in_the_clear(template: Json) -> list[str]:
    """Without TLS no bucket answers anybody, whatever they are allowed."""
    stack = Stack(template)
    admin = Principal("admin", "arn:aws:iam::111122223333:role/admin", "111122223333", EVERYTHING)
    faults = []
    for role in [*stack.roles.values(), stack.organization(ORG), admin]:
        for bucket in _buckets(stack):
            for operation in OPERATIONS:
                asked = Asked(stack, role, operation, bucket, context=CLEAR)
                if asked.allowed("" if operation.on_bucket else f"{ORG}/file"):
                    faults.append(f"{role.name}: {operation.name} {bucket} in the clear")
    return faults


def organizations_use_the_key_by_s3_only(template: Json) -> list[str]:
    """An organization's role uses the key through S3 alone, and for its own two buckets."""
    stack = Stack(template)
    role = stack.organization(ORG)
    faults = []
    for bucket in _buckets(stack):
        key = stack.key_of(bucket)
        through = stack.by_s3(bucket)
        elsewhere = "arn:aws:s3:::another-bucket"
        contexts: dict[str, Context] = {
            "directly": {},
            "as if for a bucket": {k: v for k, v in through.items() if k != "kms:viaservice"},
            "by another service": {**through, "kms:viaservice": "sqs.ca-central-1.amazonaws.com"},
            "for another bucket": {**through, "kms:encryptioncontext:aws:s3:arn": elsewhere},
        }
        if bucket not in OWN:
            contexts[f"for {bucket}"] = through
        for how, context in contexts.items():
            faults += [
                f"{action} {how}"
                for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant")
                if stack.decide(role, action, key, context) is Decision.ALLOWED
            ]
    return faults


def strangers_do_not_use_the_key(template: Json) -> list[str]:
    """From another account nobody uses the key, whatever that account allows."""
    stack = Stack(template)
    stranger = with_everything(stack.organization(ORG, account=STRANGERS_ACCOUNT))
    return [
        f"{one.name}: {action} for {bucket}"
        for one in (stranger, Principal("anonymous"))
        for bucket in _buckets(stack)
        for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:PutKeyPolicy")
        for context in ({}, stack.by_s3(bucket, STRANGERS_ACCOUNT))
        if stack.decide(one, action, stack.key_of(bucket), context) is Decision.ALLOWED
    ]


TAGGING = (
    "iam:TagRole",
    "iam:UntagRole",
    "iam:TagUser",
    "iam:UntagUser",
    "sts:TagSession",
)


def organizations_keep_their_tag(template: Json) -> list[str]:
    """A tagged role changes no tag and takes no role of the hub, whatever else it is allowed."""
    stack = Stack(template)
    role = with_everything(stack.organization(ORG))
    others = [stack.organization("ORG22222").arn, *(each.arn for each in stack.roles.values())]
    faults = [
        f"{action} {arn}"
        for action in TAGGING
        for arn in [role.arn, f"arn:aws:iam::{role.account}:user/somebody", *others]
        if stack.decide(role, action, arn) is not Decision.DENIED
    ]
    return faults + [f"takes {name}" for name in stack.roles if stack.may_take(role, name)]
