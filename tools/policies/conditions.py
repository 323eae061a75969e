"""Conditions of a statement, by IAM's rules for keys that are missing and for several values."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from typing import NamedTuple

from tools.policies.patterns import (
    Context,
    UnreadablePolicyError,
    arn_matches,
    arn_parts,
    pieces,
    text_pattern,
)

# Compares the value of a request with one of the policy.
Compare = Callable[[str, str, Context], bool]
Holds = Callable[[Decimal, Decimal], bool]


class Condition(NamedTuple):
    """One operator on one key.

    Attributes:
        each: the set operator, `ForAllValues` or `ForAnyValue`, or empty.
        name: the operator without it and without `IfExists`.
        if_exists: whether a key that is missing is taken to match.
        key: in lower case.
        values: of the policy.
    """

    each: str
    name: str
    if_exists: bool
    key: str
    values: tuple[str, ...]

    @property
    def has_variables(self) -> bool:
        """Whether what it asks for hangs on the request."""
        return any("$" in value for value in self.values)


class Operator(NamedTuple):
    """How values are compared, how those of a policy are checked, and whether it asks for none."""

    compare: Compare
    check: Callable[[str], object]
    negated: bool = False


def _text(value: str, text: str, context: Context, *, wildcards: bool, fold: bool = False) -> bool:
    pattern = text_pattern(text, context, wildcards=wildcards, fold=fold)
    return pattern.fullmatch(value) is not None


def _same(value: str, text: str, _: Context) -> bool:
    return value.lower() == text.lower()


def _number(value: str, text: str, _: Context, *, compare: Holds) -> bool:
    return compare(_read_number(value), _read_number(text))


def _read_number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as fault:
        raise UnreadablePolicyError(f"{text!r} is no number") from fault


def _check_truth(text: str) -> None:
    if text.lower() not in {"true", "false"}:
        raise UnreadablePolicyError(f"{text!r} is neither true nor false")


def _numeric(compare: Holds, *, negated: bool = False) -> Operator:
    return Operator(partial(_number, compare=compare), _read_number, negated)


_equals = partial(_text, wildcards=False)
_folded = partial(_text, wildcards=False, fold=True)
_like = partial(_text, wildcards=True)

OPERATORS = {
    "StringEquals": Operator(_equals, pieces),
    "StringNotEquals": Operator(_equals, pieces, negated=True),
    "StringEqualsIgnoreCase": Operator(_folded, pieces),
    "StringNotEqualsIgnoreCase": Operator(_folded, pieces, negated=True),
    "StringLike": Operator(_like, pieces),
    "StringNotLike": Operator(_like, pieces, negated=True),
    "ArnEquals": Operator(arn_matches, arn_parts),
    "ArnLike": Operator(arn_matches, arn_parts),
    "ArnNotEquals": Operator(arn_matches, arn_parts, negated=True),
    "ArnNotLike": Operator(arn_matches, arn_parts, negated=True),
    "Bool": Operator(_same, _check_truth),
    "NumericEquals": _numeric(operator.eq),
    "NumericNotEquals": _numeric(operator.eq, negated=True),
    "NumericLessThan": _numeric(operator.lt),
    "NumericLessThanEquals": _numeric(operator.le),
    "NumericGreaterThan": _numeric(operator.gt),
    "NumericGreaterThanEquals": _numeric(operator.ge),
}

ALL, ANY, NULL = "ForAllValues", "ForAnyValue", "Null"

# The keys that requests are described by here; of any other it is not known whether it is missing.
ONE_VALUE = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:securetransport",
    "aws:sourceaccount",
    "aws:sourcearn",
    "kms:calleraccount",
    "kms:grantisforawsresource",
    "kms:viaservice",
    "s3:object-lock-mode",
    "s3:object-lock-remaining-retention-days",
    "s3:prefix",
    "s3:tlsversion",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm",
    "s3:x-amz-storage-class",
}
ONE_VALUE_BEGINS = (
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "kms:encryptioncontext:",
)
SEVERAL_VALUES = {"aws:tagkeys", "dynamodb:leadingkeys", "kms:encryptioncontextkeys"}

_NAME = re.compile(rf"(?:({ALL}|{ANY}):)?([A-Za-z]+?)(IfExists)?")


def read_condition(name: str, key: str, values: tuple[str, ...]) -> Condition:
    """Return one condition. Raises UnreadablePolicyError for what is not known here."""
    found = _NAME.fullmatch(name)
    each, base, if_exists = found.groups("") if found else ("", "", "")
    folded = key.lower()
    several = folded in SEVERAL_VALUES
    if not several and folded not in ONE_VALUE and not folded.startswith(ONE_VALUE_BEGINS):
        raise UnreadablePolicyError(f"{key!r} is no key known here")
    if base == NULL and not each and not if_exists:
        for value in values:
            _check_truth(value)
    elif base not in OPERATORS or (each and if_exists):
        raise UnreadablePolicyError(f"{name!r} is no operator known here")
    elif several != bool(each):
        raise UnreadablePolicyError(f"{name} does not go with {key}")
    else:
        for value in values:
            OPERATORS[base].check(value)
    return Condition(each, base, bool(if_exists), folded, values)


def holds(condition: Condition, context: Context) -> bool:
    """Return whether a condition holds for a request. Raises UnresolvedError."""
    given = context.get(condition.key)
    if condition.name == NULL:
        missing = given is None or given == ()
        return any(value.lower() == str(missing).lower() for value in condition.values)
    kind = OPERATORS[condition.name]
    if condition.each:
        outcomes = (_meets(kind, each, condition.values, context) for each in given or ())
        return all(outcomes) if condition.each == ALL else any(outcomes)
    if given is None:
        return condition.if_exists or kind.negated
    if not condition.has_variables:
        return _always(condition.name, str(given), condition.values)
    return _meets(kind, str(given), condition.values, context)


@cache
def _always(name: str, value: str, texts: tuple[str, ...]) -> bool:
    """Compare with values that hang on nothing else of a request; many are asked for the same."""
    return _meets(OPERATORS[name], value, texts, {})


def _meets(kind: Operator, value: str, texts: tuple[str, ...], context: Context) -> bool:
    """Compare with the values of the policy: one must match, or of a negated operator none."""
    return any(kind.compare(value, text, context) for text in texts) is not kind.negated
