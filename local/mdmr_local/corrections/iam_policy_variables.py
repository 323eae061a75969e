"""Variables of policies (`${aws:PrincipalTag/org}`) have their values, as on AWS."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ministack.core import iam_evaluator

from mdmr_local.corrections.registry import Correction, rewrite

_VARIABLE = re.compile(r"\$\{([^{}]+)\}")


class _UnresolvedError(LookupError):
    """A variable has no value in the request."""


def _apply() -> None:
    rewrite(
        iam_evaluator,
        "_first_match",
        ("for stmt in stmts:", "for stmt in _mdmr_filled(ctx, stmts):"),
        _mdmr_filled=_filled,
    )


def _filled(context: Any, statements: list[Any]) -> Iterator[Any]:
    """Give statements with their variables filled in; one that cannot be is left out."""
    for statement in statements:
        if "${" not in repr(statement):
            yield statement
            continue
        try:
            yield replace(
                statement,
                resources=_texts(statement.resources, context),
                not_resources=_texts(statement.not_resources, context),
                conditions={
                    operator: {
                        key: _texts([given] if isinstance(given, str) else given, context)
                        for key, given in keys.items()
                    }
                    for operator, keys in statement.conditions.items()
                },
            )
        except _UnresolvedError:
            continue


def _texts(texts: list[str], context: Any) -> list[str]:
    def value(found: re.Match[str]) -> str:
        known = iam_evaluator._resolve_condition_key(found[1], context)
        if known is None:
            raise _UnresolvedError(found[1])
        return str(known)

    return [_VARIABLE.sub(value, str(text)) for text in texts]


CORRECTION = Correction(
    name="iam_policy_variables",
    wrong="variables of policies are compared as they are written, so that no statement matches",
    apply=_apply,
)
