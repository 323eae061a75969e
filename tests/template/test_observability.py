"""Alarms, dashboards, queries and traces, and that each check sees the fault it is there for."""

from __future__ import annotations

from tests.template import observability
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.sam_template import Json

CHECKS: list[Check] = [
    observability.alarms_lead_to_their_runbook,
    observability.alarms_are_told_to_the_operator,
    observability.topics_are_encrypted,
    observability.alarms_watch_what_there_is,
    observability.silence_is_decided,
    observability.every_function_that_dies_wakes_somebody,
    observability.dashboards_show_what_there_is,
    observability.every_own_metric_is_shown,
    observability.queries_ask_for_what_is_logged,
    observability.everything_is_traced,
]


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def _in_body(template: Json, dashboard: str, old: str, new: str) -> None:
    found = properties(template, dashboard)["DashboardBody"]
    assert old in found["Fn::Sub"]
    found["Fn::Sub"] = found["Fn::Sub"].replace(old, new)


def an_alarm_without_a_runbook(template: Json) -> None:
    properties(template, "DeadQueueAlarm")["AlarmDescription"] = "A message ended in the dead queue"


def an_alarm_that_leads_to_another_page(template: Json) -> None:
    other = properties(template, "IntakeLateAlarm")["AlarmDescription"]
    properties(template, "PublishLateAlarm")["AlarmDescription"] = other


def an_alarm_whose_page_is_missing(template: Json) -> None:
    alarm = properties(template, "PublishLateAlarm")
    alarm["AlarmName"] = {"Fn::Sub": "mdmr-${Environment}-publish-early"}
    alarm["AlarmDescription"] = {"Fn::Sub": "It is early. ${Runbooks}/publish-early"}


def an_alarm_that_nobody_hears(template: Json) -> None:
    del properties(template, "WorkOverdueAlarm")["AlarmActions"]


def an_alarm_whose_end_nobody_hears(template: Json) -> None:
    del properties(template, "WorkOverdueAlarm")["OKActions"]


def alarms_in_the_clear(template: Json) -> None:
    del properties(template, "AlarmTopic")["KmsMasterKeyId"]


def alarms_that_the_key_keeps_back(template: Json) -> None:
    statements = properties(template, "HubKey")["KeyPolicy"]["Statement"]
    statements[:] = [each for each in statements if each["Sid"] != "AlarmsArePublishedToTheTopic"]


def _of_key(template: Json, sid: str) -> Json:
    statements = properties(template, "HubKey")["KeyPolicy"]["Statement"]
    found: Json = next(each for each in statements if each["Sid"] == sid)
    return found


def a_key_for_the_topics_of_others(template: Json) -> None:
    del _of_key(template, "EventBridgePublishesToTheTopic")["Condition"]


def a_key_for_another_topic(template: Json) -> None:
    condition = _of_key(template, "AlarmsArePublishedToTheTopic")["Condition"]["StringEquals"]
    condition["kms:EncryptionContext:aws:sns:topicArn"] = {"Ref": "NotificationTopic"}


def an_alarm_on_a_metric_that_nobody_emits(template: Json) -> None:
    properties(template, "IncidentOpenedAlarm")["MetricName"] = "Incidents"


def an_alarm_on_all_hubs_of_the_account(template: Json) -> None:
    del properties(template, "IncidentOpenedAlarm")["Dimensions"]


def an_alarm_on_another_queue(template: Json) -> None:
    dimension = properties(template, "IntakeLateAlarm")["Dimensions"][0]
    dimension["Value"] = {"Fn::Sub": "mdmr-${Environment}-intake"}


def an_alarm_on_a_metric_that_aws_does_not_have(template: Json) -> None:
    properties(template, "TablesThrottledAlarm")["MetricName"] = "ThrottledWrites"


def silence_of_the_sweep_is_no_fault(template: Json) -> None:
    properties(template, "SweepMissingAlarm")["TreatMissingData"] = "notBreaching"


def silence_of_a_queue_is_left_open(template: Json) -> None:
    del properties(template, "DeadQueueAlarm")["TreatMissingData"]


def a_sweep_that_stops_unheard(template: Json) -> None:
    del template["Resources"]["SweepMissingAlarm"]


def a_machine_that_fails_unheard(template: Json) -> None:
    del template["Resources"]["FailedGatewayAlarm"]


def a_machine_that_times_out_unheard(template: Json) -> None:
    properties(template, "GatewayMachine")["Definition"]["TimeoutSeconds"] = 60


def a_function_that_nobody_watches(template: Json) -> None:
    template["Resources"]["NewFunction"] = template["Resources"]["OperateFunction"]


def a_metric_that_is_shown_and_not_emitted(template: Json) -> None:
    _in_body(template, "ManagerDashboard", '"FilesHeld"', '"FilesKept"')


def a_queue_that_is_shown_and_not_there(template: Json) -> None:
    _in_body(template, "EngineerDashboard", "intake-failed.fifo", "intake-failed")


def a_function_that_is_shown_and_not_there(template: Json) -> None:
    _in_body(template, "EngineerDashboard", "-set-aside", "-put-aside")


def an_alarm_that_is_not_shown(template: Json) -> None:
    alarm = template["Resources"]["IntakeLateAlarm"]
    template["Resources"]["NewAlarm"] = {**alarm, "Properties": {**alarm["Properties"]}}
    properties(template, "NewAlarm")["AlarmName"] = {"Fn::Sub": "mdmr-${Environment}-new"}


def a_metric_that_nobody_looks_at(template: Json) -> None:
    _in_body(template, "EngineerDashboard", '"LeftToActiveRegion"', '"LeaseRenewals"')


def a_query_for_what_no_line_has(template: Json) -> None:
    properties(template, "FileQuery")["QueryString"] += '| filter sender = "ORG_ID"'


def a_query_that_passes_a_log_by(template: Json) -> None:
    properties(template, "FileQuery")["LogGroupNames"].pop()


def a_function_without_traces(template: Json) -> None:
    del properties(template, "SweepFunction")["TracingConfig"]


def a_machine_without_traces(template: Json) -> None:
    del properties(template, "GatewayMachine")["TracingConfiguration"]


def a_role_that_may_not_trace(template: Json) -> None:
    properties(template, "RouteRole")["ManagedPolicyArns"].remove({"Ref": "WriteTraces"})


def a_machine_that_may_not_ask_what_to_trace(template: Json) -> None:
    policy = properties(template, "GatewayMachineRole")["Policies"][0]["PolicyDocument"]
    policy["Statement"] = [e for e in policy["Statement"] if e.get("Sid") != "TraceSampling"]


PLANTS: dict[Check, list[Plant]] = {
    observability.alarms_lead_to_their_runbook: [
        an_alarm_without_a_runbook,
        an_alarm_that_leads_to_another_page,
        an_alarm_whose_page_is_missing,
    ],
    observability.alarms_are_told_to_the_operator: [
        an_alarm_that_nobody_hears,
        an_alarm_whose_end_nobody_hears,
    ],
    observability.topics_are_encrypted: [
        alarms_in_the_clear,
        alarms_that_the_key_keeps_back,
        a_key_for_the_topics_of_others,
        a_key_for_another_topic,
    ],
    observability.alarms_watch_what_there_is: [
        an_alarm_on_a_metric_that_nobody_emits,
        an_alarm_on_all_hubs_of_the_account,
        an_alarm_on_another_queue,
        an_alarm_on_a_metric_that_aws_does_not_have,
    ],
    observability.silence_is_decided: [
        silence_of_the_sweep_is_no_fault,
        silence_of_a_queue_is_left_open,
    ],
    observability.every_function_that_dies_wakes_somebody: [
        a_sweep_that_stops_unheard,
        a_machine_that_fails_unheard,
        a_machine_that_times_out_unheard,
        a_function_that_nobody_watches,
    ],
    observability.dashboards_show_what_there_is: [
        a_metric_that_is_shown_and_not_emitted,
        a_queue_that_is_shown_and_not_there,
        a_function_that_is_shown_and_not_there,
        an_alarm_that_is_not_shown,
    ],
    observability.every_own_metric_is_shown: [a_metric_that_nobody_looks_at],
    observability.queries_ask_for_what_is_logged: [
        a_query_for_what_no_line_has,
        a_query_that_passes_a_log_by,
    ],
    observability.everything_is_traced: [
        a_function_without_traces,
        a_machine_without_traces,
        a_role_that_may_not_trace,
        a_machine_that_may_not_ask_what_to_trace,
    ],
}


@each_plant(PLANTS)
def test_the_check_sees(check: Check, plant: Plant, template: Json) -> None:
    plant(template)
    assert check(template) != []


def test_every_check_is_tried_on_a_fault() -> None:
    assert set(PLANTS) == set(CHECKS)
