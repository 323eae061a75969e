"""Patterns of policies: `*`, `?` and variables such as `${aws:PrincipalTag/org}`.

What stands for a variable is taken as it is: a wildcard within it matches itself only. IAM takes
no wildcard in a tag, so that nothing hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

# What is known of a request, by condition key in lower case; a tuple for a key of several values.
Context = Mapping[str, str | tuple[str, ...]]

ARN_PARTS = 6

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_KEY = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9:/_.=+@ -]+")
_ACTION = re.compile(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+")
_THEMSELVES = {"*", "?", "$"}


class UnreadablePolicyError(ValueError):
    """A policy says something that is not understood here."""


class UnresolvedError(LookupError):
    """A variable has no value in the request: AWS takes the whole statement for invalid."""


class Piece(NamedTuple):
    """A piece of a text: a variable's name, or what stands there as it is."""

    text: str
    is_variable: bool


@cache
def pieces(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a text. Raises UnreadablePolicyError for what is no variable."""
    found: list[Piece] = []
    end = 0
    for variable in _VARIABLE.finditer(text):
        found.append(Piece(text[end : variable.start()], is_variable=False))
        found.append(Piece(variable[1], is_variable=True))
        end = variable.end()
    found.append(Piece(text[end:], is_variable=False))
    for piece in found:
        known = piece.text in _THEMSELVES or _KEY.fullmatch(piece.text)
        if (not known) if piece.is_variable else ("${" in piece.text):
            raise UnreadablePolicyError(f"{text!r} has a variable that is none")
    return tuple(found)


@cache
def arn_parts(text: str) -> tuple[tuple[str, ...], str]:
    """Return the first five parts of an ARN, without variables, and the last.

    Raises:
        UnreadablePolicyError: it is none, or has a variable before the last part.
    """
    *head, last = text.split(":", ARN_PARTS - 1)
    if len(head) != ARN_PARTS - 1 or head[0] != "arn":
        raise UnreadablePolicyError(f"{text!r} is no ARN")
    if any("$" in each for each in head):
        raise UnreadablePolicyError(f"{text!r} has a variable before its last part")
    pieces(last)
    return tuple(head), last


def check_resource(text: str) -> None:
    """Make sure that a text may stand as a resource of a policy. Raises UnreadablePolicyError."""
    if text == "*":
        return
    head, _ = arn_parts(text)
    if "*" in head[2] or "?" in head[2]:
        raise UnreadablePolicyError(f"{text!r} names no service")


def check_action(text: str) -> None:
    """Make sure that a text may stand as an action of a policy. Raises UnreadablePolicyError."""
    if not _ACTION.fullmatch(text):
        raise UnreadablePolicyError(f"{text!r} is no action")


def text_pattern(
    text: str, context: Context, *, wildcards: bool, fold: bool = False
) -> re.Pattern[str]:
    """Return what matches a text of a policy.

    Args:
        text: with variables.
        context: gives the variables their values.
        wildcards: whether `*` and `?` stand for other characters.
        fold: whether upper and lower case are the same.

    Raises:
        UnresolvedError: a variable has no value.
    """
    return _text_pattern(text, _values(text, context), wildcards=wildcards, fold=fold)


@cache
def action_pattern(text: str) -> re.Pattern[str]:
    """Return what matches an action, whose case does not matter."""
    return re.compile(_globbed(text, ".*", "."), re.IGNORECASE)


def resource_pattern(text: str, context: Context) -> re.Pattern[str]:
    """Return what matches a resource.

    In the last part of an ARN a wildcard stands for anything; before, for anything within its
    part, but at the part's end for what follows too.

    Raises:
        UnresolvedError: a variable has no value.
    """
    return _resource_pattern(text, _values(text, context))


def arn_matches(value: str, text: str, context: Context) -> bool:
    """Return whether an ARN matches one of a condition: part by part, wildcards within a part.

    Raises:
        UnresolvedError: a variable has no value.
    """
    given = value.split(":", ARN_PARTS - 1)
    head, last = arn_parts(text)
    patterns = [_text_pattern(each, (), wildcards=True, fold=False) for each in head]
    patterns.append(text_pattern(last, context, wildcards=True))
    return len(given) == ARN_PARTS and all(
        pattern.fullmatch(part) for pattern, part in zip(patterns, given, strict=True)
    )


@cache
def _text_pattern(
    text: str, values: tuple[str, ...], *, wildcards: bool, fold: bool
) -> re.Pattern[str]:
    source = _source(text, values, wildcards=wildcards)
    return re.compile(source, re.DOTALL | (re.IGNORECASE if fold else 0))


@cache
def _resource_pattern(text: str, values: tuple[str, ...]) -> re.Pattern[str]:
    if text == "*":
        return re.compile(".*", re.DOTALL)
    head, last = arn_parts(text)
    parts = [
        _globbed(each[:-1], "[^:]*", "[^:]") + ".*"
        if each.endswith("*")
        else _globbed(each, "[^:]*", "[^:]")
        for each in head
    ]
    return re.compile(":".join([*parts, _source(last, values, wildcards=True)]), re.DOTALL)


def _source(text: str, values: tuple[str, ...], *, wildcards: bool) -> str:
    """Return a regular expression for a text, its variables filled in in their order."""
    left = iter(values)
    return "".join(
        re.escape(next(left))
        if piece.is_variable
        else _globbed(piece.text, ".*", ".")
        if wildcards
        else re.escape(piece.text)
        for piece in pieces(text)
    )


@cache
def _variables(text: str) -> tuple[str, ...]:
    return tuple(piece.text for piece in pieces(text) if piece.is_variable)


def _values(text: str, context: Context) -> tuple[str, ...]:
    """Return the values of a text's variables in their order."""
    return tuple(_value(name, context) for name in _variables(text))


def _value(name: str, context: Context) -> str:
    if name in _THEMSELVES:
        return name
    value = context.get(name.lower())
    if value is None:
        raise UnresolvedError(name)
    if not isinstance(value, str):
        raise UnreadablePolicyError(f"{name!r} has several values")
    return value


def _globbed(text: str, many: str, one: str) -> str:
    signs = {"*": many, "?": one}
    return "".join(signs.get(each) or re.escape(each) for each in text)
