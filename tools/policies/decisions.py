"""Decisions: whether a principal may do this with that.

A denial wins over everything. In one account an allowance of the principal's own policies or of
the resource's suffices, but a key's policy must let the account in; between accounts it takes
both. What nothing allows is denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property

from tools.policies.conditions import holds
from tools.policies.documents import Statement
from tools.policies.patterns import Context, UnresolvedError, action_pattern, resource_pattern

# What IAM takes as the value of a tag; no wildcard among it.
_TAG_VALUE = re.compile(r"[\w .:/=+@-]{0,256}")


class NoSuchTagError(ValueError):
    """IAM takes no tag of this value."""


class Decision(Enum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NOT_ALLOWED = "not allowed by anything"


@dataclass(frozen=True)
class Principal:
    """Who asks: a role, a service of AWS, or nobody known.

    Attributes:
        name: for people.
        arn: of the role; of a service its name (`events.amazonaws.com`), of nobody empty.
        account: 12 digits; empty unless a role.
        statements: of its own policies.
        tags: of the role, by name in lower case.
    """

    name: str
    arn: str = ""
    account: str = ""
    statements: tuple[Statement, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value in self.tags.values():
            if not _TAG_VALUE.fullmatch(value):
                raise NoSuchTagError(value)

    @property
    def is_role(self) -> bool:
        """Whether it has an account and policies of its own."""
        return bool(self.account)

    @cached_property
    def context(self) -> Context:
        """What every request of it says of it."""
        if not self.is_role:
            known = {"aws:principalisawsservice": str(bool(self.arn)).lower()}
            return known | ({"aws:principalservicename": self.arn} if self.arn else {})
        return {
            "aws:principalarn": self.arn,
            "aws:principalaccount": self.account,
            "aws:principalisawsservice": "false",
            **{f"aws:principaltag/{name.lower()}": value for name, value in self.tags.items()},
        }


@dataclass(frozen=True)
class Guard:
    """What stands before a resource.

    Attributes:
        account: whose it is.
        statements: of the policy on it; none if it has none.
        alone: whether policies of roles count only where this one lets the account in, as with
            a key.
    """

    account: str
    statements: tuple[Statement, ...] = ()
    alone: bool = False


class Reach:
    """What a principal may do with one action, asked of any number of resources.

    Everything that does not hang on the resource is decided once, so that asking is cheap.
    """

    def __init__(self, principal: Principal, action: str, guard: Guard, context: Context) -> None:
        """Prepare for the requests of `principal` for `action` on resources behind `guard`.

        Raises:
            UnreadablePolicyError: a policy says what is not understood here.
        """
        told: dict[str, str | tuple[str, ...]] = {
            "aws:securetransport": "true",
            "aws:resourceaccount": guard.account,
            **context,
            **principal.context,
        }
        own = list(_applying(principal.statements, action, told))
        put = [
            (each, how)
            for each in _applying(guard.statements, action, told)
            if (how := _names(each, principal))
        ]
        self._same_account = principal.is_role and principal.account == guard.account
        self._alone = guard.alone
        self._denials = _covers([s for s in [*own, *(s for s, _ in put)] if not s.allows], told)
        self._own = _covers([s for s in own if s.allows], told)
        self._direct = _covers([s for s, how in put if s.allows and how == "itself"], told)
        self._account = _covers([s for s, how in put if s.allows and how == "account"], told)
        self._is_role = principal.is_role

    @property
    def nowhere(self) -> bool:
        """Whether there is no resource that it could be allowed on."""
        return not (self._own or self._direct)

    def decide(self, resource: str) -> Decision:
        """Return what becomes of the request for the resource of this ARN."""
        if _any(self._denials, resource):
            return Decision.DENIED
        return Decision.ALLOWED if self._allows(resource) else Decision.NOT_ALLOWED

    def _allows(self, resource: str) -> bool:
        direct = _any(self._direct, resource)
        if not self._is_role:
            return direct
        if self._same_account and direct:
            return True
        if not _any(self._own, resource):
            return False
        if self._same_account and not self._alone:
            return True
        return direct or _any(self._account, resource)


@dataclass(frozen=True)
class _Cover:
    """The resources of one statement."""

    patterns: tuple[re.Pattern[str], ...]
    all_but: bool

    def __contains__(self, resource: str) -> bool:
        return any(each.fullmatch(resource) for each in self.patterns) is not self.all_but


def _any(covers: Iterable[_Cover], resource: str) -> bool:
    return any(resource in cover for cover in covers)


def _covers(statements: Iterable[Statement], context: Context) -> list[_Cover]:
    """Return the resources of statements; one with a variable that has no value does not count."""
    covers = []
    for each in statements:
        try:
            patterns = tuple(resource_pattern(text, context) for text in each.resources)
        except UnresolvedError:
            continue
        covers.append(_Cover(patterns, each.all_but_resources))
    return covers


def _applying(
    statements: Iterable[Statement], action: str, context: Context
) -> Iterator[Statement]:
    """Yield the statements that concern an action and whose conditions hold."""
    for each in statements:
        try:
            if _concerns(each.actions, action) is not each.all_but_actions and all(
                holds(condition, context) for condition in each.conditions
            ):
                yield each
        except UnresolvedError:
            continue


@cache
def _concerns(patterns: tuple[str, ...], action: str) -> bool:
    return any(action_pattern(each).fullmatch(action) for each in patterns)


def _names(statement: Statement, principal: Principal) -> str:
    """Return how a policy of a resource names a principal: `itself`, its `account`, or not."""
    named = set(statement.principals or ())
    if "*" in named or (principal.arn and principal.arn in named):
        return "itself"
    root = principal.arn.split(":role/")[0] + ":root"
    if principal.is_role and named & {root, principal.account}:
        return "account"
    return ""
