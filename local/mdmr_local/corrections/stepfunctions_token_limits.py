"""Tasks that wait for a token: limits that are expressions, and which machine a token is of."""

from typing import Any

import ministack.services.stepfunctions as states

from mdmr_local.corrections.registry import Correction, rewrite

# By token: the ARN of its machine, on which AWS asks whether somebody may come with it.
machines: dict[str, str] = {}
_LIMITS = ("TimeoutSeconds", "HeartbeatSeconds")


def _apply() -> None:
    rewrite(
        states,
        "_execute_task",
        (
            'resource, effective, ctx["Task"]["Token"], state_def)',
            'resource, effective, ctx["Task"]["Token"], _mdmr_limited(state_def, raw_input, ctx))',
        ),
        _mdmr_limited=_limited,
    )


def _limited(state: dict[str, Any], given: Any, context: Any) -> dict[str, Any]:
    """Return a state with its limits as numbers, its token noted."""
    machines[context["Task"]["Token"]] = context["StateMachine"]["Id"]
    if states._state_query_language(state, context) != "JSONata":
        return state
    limits = {
        name: states._jsonata_state_field(state, name, "number", given, context)
        for name in _LIMITS
        if name in state
    }
    return {**state, **limits}


CORRECTION = Correction(
    name="stepfunctions_token_limits",
    wrong="a time limit that is an expression is taken for a number where a task has a token",
    apply=_apply,
)
