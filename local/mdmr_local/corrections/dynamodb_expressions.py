"""The text of an expression is read once, not four times for each item that it is asked of."""

from functools import lru_cache
from typing import Any

import ministack.services.dynamodb as tables

from mdmr_local.corrections.registry import Correction, expect

_REMEMBERED = 4096


def _apply() -> None:
    expect(hasattr(tables, "_tokenize"), "dynamodb._tokenize")
    expect(hasattr(tables, "_condition_syntax_error"), "dynamodb._condition_syntax_error")
    tokens: Any = lru_cache(_REMEMBERED)(tables._tokenize)
    # Who asks may change its list.
    tables._tokenize = lambda expression: list(tokens(expression))
    tables._condition_syntax_error = lru_cache(_REMEMBERED)(tables._condition_syntax_error)


CORRECTION = Correction(
    name="dynamodb_expressions",
    wrong="an expression is read anew for each item and each phase, though the same few recur",
    apply=_apply,
)
