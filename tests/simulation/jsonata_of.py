"""JSONata in state machines: the paths that most are, quickly; the rest by its library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonata import Jsonata

_EXPRESSION = re.compile(r"\{% (.*) %\}", re.DOTALL)
_PATH = re.compile(r"\$states((?:\.\w+)+)(?: (!=|=) null)?")


def evaluated(template: Any, states: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Return a JSON value with each `{% ... %}` in it replaced by what it comes to."""
    if isinstance(template, Mapping):
        return {name: evaluated(each, states) for name, each in template.items()}
    if isinstance(template, list):
        return [evaluated(each, states) for each in template]
    if not isinstance(template, str):
        return template
    match = _EXPRESSION.fullmatch(template)
    return template if match is None else _value(match[1], states)


def _value(expression: str, states: Mapping[str, Any]) -> Any:  # noqa: ANN401
    path = _PATH.fullmatch(expression)
    if path is None:
        compiled = _compiled(expression)
        compiled.assign("states", states)
        return compiled.evaluate(None)
    found: Any = states
    for name in path[1].split(".")[1:]:
        found = found.get(name) if isinstance(found, Mapping) else None
    if path[2] is None:
        return found
    return (found is None) is (path[2] == "=")


@cache
def _compiled(expression: str) -> Jsonata:
    return Jsonata(expression)
