"""Nothing is switched on that would write data to a log, and each check sees its faults."""

from __future__ import annotations

from tests.template import quiet
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.sam_template import Json

CHECKS: list[Check] = [quiet.functions_are_quiet, quiet.machines_log_no_data]


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def _variables(template: Json) -> Json:
    found: Json = properties(template, "IntakeFunction")["Environment"]["Variables"]
    return found


def events_are_logged(template: Json) -> None:
    _variables(template)["POWERTOOLS_LOGGER_LOG_EVENT"] = "true"


def powertools_debugs(template: Json) -> None:
    _variables(template)["POWERTOOLS_DEBUG"] = "true"


def every_detail_is_logged(template: Json) -> None:
    _variables(template)["POWERTOOLS_LOG_LEVEL"] = "DEBUG"


def the_runtime_writes_as_it_likes(template: Json) -> None:
    properties(template, "IntakeFunction")["LoggingConfig"]["LogFormat"] = "JSON"


def a_machine_logs_what_it_is_given(template: Json) -> None:
    logging = properties(template, "IdentifiersMachine")["LoggingConfiguration"]
    logging["IncludeExecutionData"] = True


def a_machine_logs_as_aws_likes(template: Json) -> None:
    del properties(template, "GatewayMachine")["LoggingConfiguration"]["IncludeExecutionData"]


PLANTS: dict[Check, list[Plant]] = {
    quiet.functions_are_quiet: [
        events_are_logged,
        powertools_debugs,
        every_detail_is_logged,
        the_runtime_writes_as_it_likes,
    ],
    quiet.machines_log_no_data: [a_machine_logs_what_it_is_given, a_machine_logs_as_aws_likes],
}


@each_plant(PLANTS)
def test_the_check_sees(check: Check, plant: Plant, template: Json) -> None:
    plant(template)
    assert check(template) != []


def test_every_check_is_tried_on_a_fault() -> None:
    assert set(PLANTS) == set(CHECKS)
