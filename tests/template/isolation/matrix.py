"""The isolation matrix: every organization, every operation, every other organization's prefix.

It is asked of three layers: of the policies as they are deployed, of the organization's own
policy without the buckets', and of the buckets' policies with everything else allowed. Each layer
has to hold alone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tools.policies.decisions import Principal
from tools.policies.documents import read_policy
from tools.policies.operations import OPERATIONS, Asked, listing
from tools.policies.stack import Stack
from tools.sam_template import Json

# 200 organizations: a run of neighbours, and others spread over all numbers.
ORGANIZATIONS = tuple(
    f"ORG{number:05}" for number in (*range(11100, 11200), *range(250, 100_000, 1000))
)
FEW = ORGANIZATIONS[90:110]

# What an organization may do in its own prefix, by bucket; in no other bucket anything.
OWN: Mapping[str, frozenset[str]] = {
    "InboundBucket": frozenset(
        {
            "PutObject",
            "CreateMultipartUpload",
            "UploadPart",
            "CompleteMultipartUpload",
            "AbortMultipartUpload",
            "ListParts",
        }
    ),
    "OutboundBucket": frozenset({"GetObject, HeadObject"}),
}
LISTED = "OutboundBucket"

EVERYTHING = read_policy(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }
)


class Layer(NamedTuple):
    """What of the template counts, and what an organization's role has besides."""

    name: str
    template: Callable[[Json], Json]
    role: Callable[[Principal], Principal]


def without_bucket_policies(template: Json) -> Json:
    """Return the template as if its buckets had no policies."""
    left = copy.deepcopy(template)
    left["Resources"] = {
        name: each
        for name, each in left["Resources"].items()
        if each["Type"] != "AWS::S3::BucketPolicy"
    }
    return left


def with_everything(role: Principal) -> Principal:
    """Return a role that is allowed everything besides."""
    return replace(role, statements=role.statements + EVERYTHING)


DEPLOYED = Layer("as deployed", lambda template: template, lambda role: role)
OWN_POLICY = Layer("its own policy alone", without_bucket_policies, lambda role: role)
BUCKETS = Layer("the buckets' policies alone", lambda template: template, with_everything)


class Matrix:
    """The answers for some organizations on one layer.

    Attributes:
        asked: how many questions were answered.
        faults: a line for each answer that is not as it has to be.
    """

    def __init__(
        self, template: Json, layer: Layer, organizations: Sequence[str], **parameters: str
    ) -> None:
        """Ask everything of every ordered pair of organizations under a transformed template."""
        self.asked = 0
        self.faults: list[str] = []
        self._stack = Stack(layer.template(template), parameters)
        for org in organizations:
            role = layer.role(self._stack.organization(org))
            keys = list(_keys(org, organizations))
            for bucket in self._stack.resolver.resources("AWS::S3::Bucket"):
                self._operations(role, org, bucket, keys)
                self._listings(role, org, bucket, organizations)

    def _operations(
        self, role: Principal, org: str, bucket: str, keys: Sequence[tuple[str, bool]]
    ) -> None:
        own = OWN.get(bucket, frozenset())
        for operation in OPERATIONS:
            asked = Asked(self._stack, role, operation, bucket)
            about = (("", False),) if operation.on_bucket else keys
            is_own = operation.name in own
            self.asked += len(about)
            if asked.nowhere and not is_own:
                continue
            for key, in_prefix in about:
                if asked.allowed(key) is not (is_own and in_prefix):
                    self.faults.append(f"{org}: {operation.name} {bucket}/{key}")

    def _listings(self, role: Principal, org: str, bucket: str, others: Iterable[str]) -> None:
        # Where nobody may list, a few others tell as much as all of them.
        asked = others if bucket == LISTED else FEW
        prefixes = [(f"{other}/", other == org) for other in asked]
        prefixes += [(f"{org}/2025", True), (f"{org}/*", True)]
        strange = ("", "/", "*", "ORG", org, f"{org}*", org[:-1], f"{org[:-1]}*", f"x/{org}/", None)
        for prefix, in_prefix in [*prefixes, *((each, False) for each in strange)]:
            self.asked += 1
            may = listing(self._stack, role, bucket, prefix).allowed()
            if may is not (in_prefix and bucket == LISTED):
                self.faults.append(f"{org}: list {bucket} by {prefix}")


def _keys(org: str, others: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield a key in every organization's prefix, and keys that only look like the own prefix."""
    for other in others:
        yield f"{other}/{other}.{org}.1000.01.202508200005.DAT", other == org
    for key in (org, f"{org}x/file", f"{org}0/file", f"{org}.file", org[:-1] + "/file"):
        yield key, False
    for key in (f"/{org}/file", f"x/{org}/file", f"{org.lower()}/file", f"*{org}/file", ""):
        yield key, False
    yield f"{org}/", True
    yield f"{org}/deeper/../*?${{x}}:ü", True
