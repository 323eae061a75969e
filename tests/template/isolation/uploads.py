"""Checks of how an upload may be made; each returns one line for each fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.template.isolation.checks import ORG
from tests.template.isolation.matrix import EVERYTHING, with_everything
from tools.policies.decisions import Decision, Principal
from tools.policies.stack import Stack
from tools.sam_template import Json

_ALGORITHM = "s3:x-amz-server-side-encryption"
_KEY = f"{_ALGORITHM}-aws-kms-key-id"
_OF_CUSTOMER = f"{_ALGORITHM}-customer-algorithm"
# A part of each bucket that somebody writes.
_WRITTEN = {
    "InboundBucket": ORG,
    "OutboundBucket": ORG,
    "DataBucket": "staged",
    "EvidenceBucket": "operations",
}
_CLASS = "s3:x-amz-storage-class"
OTHERS_KEYS = (
    "arn:aws:kms:ca-central-1:111122223333:key/another",
    "arn:aws:kms:ca-central-1:999988887777:key/another",
    "arn:aws:kms:ca-central-1:111122223333:alias/aws/s3",
    "alias/aws/s3",
    "another",
)
OTHER_CLASSES = (
    "DEEP_ARCHIVE",
    "EXPRESS_ONEZONE",
    "GLACIER",
    "GLACIER_IR",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "OUTPOSTS",
    "REDUCED_REDUNDANCY",
    "SNOW",
    "STANDARD_IA",
)


def _fine(key: str) -> Iterator[Mapping[str, str]]:
    """Yield what an upload may ask for: nothing, or what it would get anyway."""
    yield {}
    yield {_ALGORITHM: "aws:kms", _KEY: key}
    yield {_CLASS: "STANDARD"}


def _refused(key: str) -> Iterator[Mapping[str, str]]:
    """Yield what no upload may ask for: what the hub could not read, or not at once."""
    yield from ({_ALGORITHM: "aws:kms", _KEY: other} for other in OTHERS_KEYS)
    yield from ({_ALGORITHM: "aws:kms:dsse", _KEY: each} for each in (key, *OTHERS_KEYS))
    # A key without an algorithm is refused by S3 too.
    yield from ({_KEY: other} for other in OTHERS_KEYS)
    yield from ({_ALGORITHM: each} for each in ("AES256", "aws:kms", "aws:kms:dsse", "none"))
    yield {_OF_CUSTOMER: "AES256"}
    yield from ({_CLASS: each} for each in OTHER_CLASSES)


def objects_can_be_read_once_they_are_there(template: Json) -> list[str]:
    """What is put into a bucket is of the stack's key and of the class that is read at once."""
    stack = Stack(template)
    admin = Principal("admin", "arn:aws:iam::111122223333:role/admin", "111122223333", EVERYTHING)
    organization = stack.organization(ORG)
    faults = []
    for bucket in stack.resolver.resources("AWS::S3::Bucket"):
        key, arn = stack.key_of(bucket), f"{stack.resolver.arn(bucket)}/{_WRITTEN[bucket]}/file"
        own = [each for each in stack.roles.values() if _puts(stack, each, arn, {})]
        uploading = [organization] if bucket == "InboundBucket" else []
        faults += [
            f"{role.name}: may not put into {bucket} with {asked}"
            for role in [*own, *uploading]
            for asked in _fine(key)
            if not _puts(stack, role, arn, asked)
        ]
        faults += [
            f"{role.name}: may put into {bucket} with {asked}"
            for role in [*own, organization, with_everything(organization), admin]
            for asked in _refused(key)
            if _puts(stack, role, arn, asked)
        ]
    return faults


def _puts(stack: Stack, role: Principal, arn: str, asked: Mapping[str, str]) -> bool:
    return stack.decide(role, "s3:PutObject", arn, asked) is Decision.ALLOWED
