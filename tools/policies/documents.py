"""Policy documents, read strictly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.policies.conditions import Condition, read_condition
from tools.policies.patterns import UnreadablePolicyError, check_action, check_resource

VERSION = "2012-10-17"

_ELEMENTS = {
    "Sid",
    "Effect",
    "Principal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
_KINDS_OF_PRINCIPAL = {"AWS", "Service"}


@dataclass(frozen=True)
class Statement:
    """One statement of a policy.

    Attributes:
        sid: its name, may be empty.
        allows: or denies.
        principals: ARNs, accounts, services or `*`; None in a policy of a role.
        actions: patterns.
        all_but_actions: whether it concerns all actions but these (`NotAction`).
        resources: patterns; in a trust policy any, as the role itself is meant.
        all_but_resources: whether it concerns all resources but these (`NotResource`).
        conditions: all must hold.
    """

    sid: str
    allows: bool
    principals: tuple[str, ...] | None
    actions: tuple[str, ...]
    all_but_actions: bool
    resources: tuple[str, ...]
    all_but_resources: bool
    conditions: tuple[Condition, ...]


def read_policy(
    document: Mapping[str, Any], *, of_resource: bool = False, of_trust: bool = False
) -> tuple[Statement, ...]:
    """Return the statements of a policy document.

    Args:
        document: as JSON, without intrinsic functions.
        of_resource: whether it is put on a resource and so must name principals.
        of_trust: whether it is a role's trust policy: names principals, and no resource.

    Raises:
        UnreadablePolicyError: it says what is not understood here.
    """
    if set(document) - {"Id", "Version"} != {"Statement"}:
        raise UnreadablePolicyError(f"a document with statements, not {document}")
    # Without its version a document is of 2008, which knows no variables.
    if document.get("Version") != VERSION and ("Version" in document or "${" in str(document)):
        raise UnreadablePolicyError(f"a document of {VERSION}, not {document}")
    return tuple(
        _statement(each, of_resource=of_resource or of_trust, of_trust=of_trust)
        for each in _listed(document["Statement"])
    )


def _statement(given: Mapping[str, Any], *, of_resource: bool, of_trust: bool) -> Statement:
    unknown = set(given) - _ELEMENTS
    if unknown or given.get("Effect") not in {"Allow", "Deny"}:
        raise UnreadablePolicyError(f"unknown {sorted(unknown)} or effect in {given}")
    if ("Principal" in given) is not of_resource:
        raise UnreadablePolicyError(f"a principal goes with policies of resources only: {given}")
    actions, all_but_actions = _either(given, "Action", "NotAction", check_action)
    if of_trust and {"Resource", "NotResource"} & set(given):
        raise UnreadablePolicyError(f"a trust policy has no resource: {given}")
    named = {"Resource": "*"} if of_trust else given
    resources, all_but_resources = _either(named, "Resource", "NotResource", check_resource)
    return Statement(
        sid=str(given.get("Sid", "")),
        allows=given["Effect"] == "Allow",
        principals=_principals(given["Principal"]) if of_resource else None,
        actions=actions,
        all_but_actions=all_but_actions,
        resources=resources,
        all_but_resources=all_but_resources,
        conditions=tuple(
            read_condition(name, key, _texts(values))
            for name, keys in given.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def _either(
    given: Mapping[str, Any], name: str, negated: str, check: Callable[[str], None]
) -> tuple[tuple[str, ...], bool]:
    """Return the patterns under one of two names, and whether it was the second."""
    if (name in given) is (negated in given):
        raise UnreadablePolicyError(f"one of {name} and {negated}: {given}")
    texts = _texts(given.get(name, given.get(negated)))
    for text in texts:
        check(text)
    return texts, negated in given


def _principals(given: object) -> tuple[str, ...]:
    if given == "*":
        return ("*",)
    if not isinstance(given, dict) or not given or set(given) - _KINDS_OF_PRINCIPAL:
        raise UnreadablePolicyError(f"principal {given}")
    named = tuple(text for texts in given.values() for text in _texts(texts))
    if any(text != "*" and ("*" in text or "?" in text) for text in named):
        raise UnreadablePolicyError(f"a wildcard within a principal: {given}")
    return named


def _texts(given: object) -> tuple[str, ...]:
    """Return one value or several as texts, true and false as JSON writes them."""
    texts = [str(each).lower() if isinstance(each, bool) else each for each in _listed(given)]
    texts = [str(each) if isinstance(each, int | float) else each for each in texts]
    if not texts or not all(isinstance(each, str) for each in texts):
        raise UnreadablePolicyError(f"texts, not {given!r}")
    return tuple(texts)


def _listed(given: object) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]
