"""Checks that nothing is switched on that would write data to a log; one line for each fault."""

from __future__ import annotations

from tests.template.reading import of_type
from tools.sam_template import Json

# Powertools and the runtime write events, results or more than that with any of these.
LOUD = ("DEBUG", "DEV", "LOG_EVENT", "CAPTURE_RESPONSE", "CAPTURE_ERROR", "PYTHONDEVMODE")
LEVELS = {"INFO", "WARNING", "ERROR"}


def functions_are_quiet(template: Json) -> list[str]:
    """No function debugs, or logs its events; each logs from a level that tells no detail."""
    faults = []
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        variables = function["Properties"].get("Environment", {}).get("Variables", {})
        faults += [f"{name}: {each}" for each in variables if each.endswith(LOUD)]
        if variables.get("POWERTOOLS_LOG_LEVEL") not in LEVELS:
            faults.append(f"{name}: logs from {variables.get('POWERTOOLS_LOG_LEVEL')}")
        if "LogFormat" in function["Properties"].get("LoggingConfig", {}):
            faults.append(f"{name}: the runtime writes lines of its own form")
    return faults


def machines_log_no_data(template: Json) -> list[str]:
    """The log of a state machine names states, not what they are given."""
    return [
        name
        for name, machine in of_type(template, "AWS::StepFunctions::StateMachine").items()
        if machine["Properties"].get("LoggingConfiguration", {}).get("IncludeExecutionData")
        is not False
    ]
