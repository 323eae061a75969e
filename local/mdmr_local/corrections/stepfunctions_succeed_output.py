"""A Succeed state in JSONata gives its Output."""

from typing import Any

import ministack.services.stepfunctions as states

from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    expect(hasattr(states, "_apply_jsonata_output"), "stepfunctions._apply_jsonata_output")
    shipped = states._apply_input_path

    def apply_input_path(state: dict[str, Any], data: Any, ctx: Any = None) -> Any:
        jsonata = states._state_query_language(state, ctx) == "JSONata"
        if state.get("Type") == "Succeed" and "Output" in state and jsonata:
            return states._apply_jsonata_output(state, data, ctx, default=data)
        return shipped(state, data, ctx)

    states._apply_input_path = apply_input_path


CORRECTION = Correction(
    name="stepfunctions_succeed_output",
    wrong="the Output of a Succeed state in JSONata is ignored",
    apply=_apply,
)
