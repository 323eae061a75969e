"""Where the embedded AWS lets in what AWS refuses, or refuses what AWS lets in.

Each is known, and the comparison fails once it is not there any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Difference(NamedTuple):
    """One answer of the embedded AWS that is not that of our evaluator."""

    who: str
    action: str
    about: str
    let_in: bool


class Gap(NamedTuple):
    """One thing that the embedded AWS does not do.

    Attributes:
        lacks: what AWS does.
        explains: whether a difference comes from it.
    """

    lacks: str
    explains: Callable[[Difference], bool]


# Partition keys of requests that only some roles may make.
KEYS = ("LEASE#0", "GATE", "REGISTRY", "PARAMETERS#x", "FILED#x", "SDP#1", "USDP#1", "asked")
OF_S3 = [
    Gap(
        "AWS asks for PutObjectTagging of who puts an object with tags",
        lambda found: found.action == "PutObject with tags" and found.let_in,
    ),
    Gap(
        "AWS asks for PutObjectAcl of who puts an object with an ACL",
        lambda found: found.action == "PutObject with an ACL" and found.let_in,
    ),
]
OF_SERVICES = [
    Gap(
        "AWS tells policies the partition keys of a request (dynamodb:LeadingKeys)",
        lambda found: (
            found.action in {"dynamodb:PutItem", "dynamodb:UpdateItem"}
            and found.about.endswith(KEYS)
            and found.let_in
        ),
    ),
    Gap(
        "AWS asks for logs by their stream, which a group's `:*` covers",
        lambda found: found.action == "logs:PutLogEvents" and not found.let_in,
    ),
]
