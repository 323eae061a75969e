"""Checks of alarms, dashboards, saved queries and traces; each returns one line for each fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from mdmr.runtime.log_keys import KEYS
from mdmr.runtime.metrics import FUNCTION, METRICS, NAMESPACE, SERVICE

from tests.template.reading import held_by, listed, mentions, of_type, properties
from tests.template.regions import Region, both
from tools.policies.decisions import Decision, Principal
from tools.policies.resolving import Resolver
from tools.policies.stack import Stack
from tools.sam_template import ROOT, Json

RUNBOOKS = ROOT / "docs" / "operators" / "runbooks"
# Metrics of AWS that are watched or shown: what each is of, by the dimension that names it.
OF_AWS = {
    "AWS/SQS": (
        "QueueName",
        {
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
        },
    ),
    "AWS/Lambda": (
        "FunctionName",
        {"ConcurrentExecutions", "Duration", "Errors", "Invocations", "Throttles"},
    ),
    "AWS/States": (
        "StateMachineArn",
        {"ExecutionsAborted", "ExecutionsFailed", "ExecutionsStarted", "ExecutionsTimedOut"},
    ),
    "AWS/DynamoDB": (
        "TableName",
        {
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "WriteThrottleEvents",
        },
    ),
}
_NAMES = {
    "QueueName": "AWS::SQS::Queue",
    "FunctionName": "AWS::Lambda::Function",
    "StateMachineArn": "AWS::StepFunctions::StateMachine",
    "TableName": "AWS::DynamoDB::GlobalTable",
}
# Lambda's own sum over all functions of the account: what runs out is the account's.
_WITHOUT_DIMENSIONS = {("AWS/Lambda", "Throttles")}
# What tells that a scheduled function came to its end.
_TELLING = {"SweepFunction": "Sweeps", "RenewLeaseFunction": "LeaseRenewals"}
# Called by a person's command, which shows the fault.
_BY_PEOPLE = {"OperateFunction"}
_TRACED = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
_SAMPLED = {"xray:GetSamplingRules", "xray:GetSamplingTargets"}


def alarms_lead_to_their_runbook(template: Json) -> list[str]:
    """The text of an alarm ends with the address of the page that has its name."""
    faults = []
    for name, alarm in _alarms(template).items():
        page = name.partition("-")[2].partition("-")[2]
        text = alarm.get("AlarmDescription", {})
        sub = text.get("Fn::Sub", "") if isinstance(text, dict) else ""
        if not sub.endswith(f". ${{Runbooks}}/{page}") or not (RUNBOOKS / f"{page}.md").is_file():
            faults.append(f"{name}: {text}")
    return faults


def alarms_are_told_to_the_operator(template: Json) -> list[str]:
    """That it begins, and that it is over."""
    told = [{"Ref": "AlarmTopic"}]
    return [
        name
        for name, alarm in _alarms(template).items()
        if alarm.get("AlarmActions") != told or alarm.get("OKActions") != told
    ]


def topics_are_encrypted(template: Json) -> list[str]:
    """Under the hub's key, which lets in the services that publish to them, for that alone."""
    stack = Stack(template)
    own = {"Ref": "HubKey"}
    topics = of_type(template, "AWS::SNS::Topic")
    faults = [
        name for name, topic in topics.items() if topic["Properties"].get("KmsMasterKeyId") != own
    ]
    key = stack.resolver.arn("HubKey")
    publishing = {
        (str(statement["Principal"]["Service"]), str(statement["Resource"]["Ref"]))
        for policy in of_type(template, "AWS::SNS::TopicPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    }
    for service in sorted({each for each, _ in publishing} | {"sns.amazonaws.com"}):
        for topic in [*topics, ""]:
            arn = stack.resolver.arn(topic) if topic else "arn:aws:sns:ca-central-1:1:another"
            asked = {"kms:encryptioncontext:aws:sns:topicarn": arn}
            may = [
                stack.decide(Principal(service, service), action, key, asked) is Decision.ALLOWED
                for action in ("kms:Decrypt", "kms:GenerateDataKey")
            ]
            wanted = (service, topic) in publishing
            faults += [] if may == [wanted] * 2 else [f"HubKey: {service} for {topic or 'others'}"]
    return faults


def alarms_watch_what_there_is(template: Json) -> list[str]:
    """Each metric is known, and each resource that it is of is one of the template's."""
    faults = []
    for name, alarm in _alarms(template).items():
        namespace, metric = alarm["Namespace"], alarm["MetricName"]
        dimensions = {
            each["Name"]: _resolver(template).value(each["Value"])
            for each in alarm.get("Dimensions", [])
        }
        if dimensions or (namespace, metric) not in _WITHOUT_DIMENSIONS:
            found = _fault_of_metric(template, namespace, metric, dimensions)
            faults += [f"{name}: {each}" for each in found]
    return faults


def silence_is_decided(template: Json) -> list[str]:
    """Where too little is the fault, silence is one as well; elsewhere it is none."""
    return [
        name
        for name, alarm in _alarms(template).items()
        if (alarm["ComparisonOperator"], alarm.get("TreatMissingData"))
        not in {
            ("LessThanThreshold", "breaching"),
            ("GreaterThanOrEqualToThreshold", "notBreaching"),
        }
    ]


def every_function_that_dies_wakes_somebody(template: Json) -> list[str]:
    """By the dead queue behind its queue, by its machine, or as it does not tell of its end."""
    machines = of_type(template, "AWS::StepFunctions::StateMachine")
    alarms = list(_alarms(template).values())
    woken = set(_BY_PEOPLE)
    for mapping in of_type(template, "AWS::Lambda::EventSourceMapping").values():
        # That a queue ends in one that wakes a person is a rule of the queues.
        woken.add(mapping["Properties"]["FunctionName"]["Ref"])
    for name, machine in machines.items():
        watched = any(
            mentions(alarm.get("Dimensions"), f'"{name}"')
            and alarm["MetricName"] == "ExecutionsFailed"
            for alarm in alarms
        )
        if watched and "TimeoutSeconds" not in machine["Properties"]["Definition"]:
            given = machine["Properties"]["DefinitionSubstitutions"].values()
            woken |= {each["Fn::GetAtt"][0] for each in given}
    for name, metric in _TELLING.items():
        if any(
            (alarm["MetricName"], alarm["TreatMissingData"]) == (metric, "breaching")
            for alarm in alarms
        ):
            woken.add(name)
    return sorted(set(of_type(template, "AWS::Lambda::Function")) - woken)


def dashboards_show_what_there_is(template: Json) -> list[str]:
    """Each body is JSON whose metrics and alarms are known, in every region."""
    faults = []
    for region in both(template):
        own = {
            region.arn(name)
            for name, each in of_type(template, "AWS::CloudWatch::Alarm").items()
            if "Condition" not in each
        }
        for name, body in dashboards(region):
            shown: set[str] = set()
            for widget in body["widgets"]:
                shown.update(widget["properties"].get("alarms", []))
                for row in widget["properties"].get("metrics", []):
                    namespace, metric, *rest = (each for each in row if isinstance(each, str))
                    dimensions = dict(zip(rest[::2], rest[1::2], strict=True))
                    found = _fault_of_metric(template, namespace, metric, dimensions)
                    faults += [f"{name}: {each}" for each in found]
            faults += [f"{name}: {each}" for each in sorted(shown ^ own)]
    return faults


def every_own_metric_is_shown(template: Json) -> list[str]:
    """What nobody looks at need not be measured."""
    text = json.dumps([body for _, body in dashboards(Region(template, "primary"))])
    return [name for name in METRICS if f'"{name}"' not in text]


def queries_ask_for_what_is_logged(template: Json) -> list[str]:
    """Every field is one that a line may have; every function's log is searched."""
    logs = {
        name
        for name, each in of_type(template, "AWS::Logs::LogGroup").items()
        if "Condition" not in each and mentions(each, "/aws/lambda/")
    }
    faults = []
    for name, query in of_type(template, "AWS::Logs::QueryDefinition").items():
        fields = set(_fields(query["Properties"]["QueryString"]))
        faults += [
            f"{name}: {each}"
            for each in sorted(fields)
            if each not in {"@timestamp", "times", "latest"} and each.split(".")[0] not in KEYS
        ]
        searched = {each["Ref"] for each in query["Properties"]["LogGroupNames"]}
        faults += [f"{name}: {each}" for each in sorted(searched ^ logs)]
    return faults


def everything_is_traced(template: Json) -> list[str]:
    """Functions and machines, whose roles may hand their traces over."""
    faults = []
    for name, each in of_type(template, "AWS::Lambda::Function").items():
        if each["Properties"].get("TracingConfig") != {"Mode": "Active"}:
            faults.append(name)
        faults += _not_allowed(template, each["Properties"]["Role"], _TRACED)
    for name, each in of_type(template, "AWS::StepFunctions::StateMachine").items():
        if each["Properties"].get("TracingConfiguration") != {"Enabled": True}:
            faults.append(name)
        faults += _not_allowed(template, each["Properties"]["RoleArn"], _TRACED | _SAMPLED)
    return faults


def dashboards(region: Region) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the logical id and the body of each dashboard as a region has it."""
    for name in of_type(region.template, "AWS::CloudWatch::Dashboard"):
        body = region.resolver.value(properties(region.template, name)["DashboardBody"])
        yield name, json.loads(body)


def _alarms(template: Json) -> dict[str, Json]:
    """Return the properties of every alarm by its name, the environment being prod."""
    found = of_type(template, "AWS::CloudWatch::Alarm").values()
    resolver = _resolver(template)
    return {
        str(resolver.value(each["Properties"]["AlarmName"])): each["Properties"] for each in found
    }


def _resolver(template: Json) -> Resolver:
    return Region(template, "primary").resolver


def _fault_of_metric(
    template: Json, namespace: str, metric: str, dimensions: dict[str, Any]
) -> Iterator[str]:
    """Yield what is wrong with a metric of prod."""
    resolver = _resolver(template)
    if namespace == NAMESPACE:
        known = METRICS.get(metric)
        wanted = {SERVICE: "mdmr-prod"}
        function = dimensions.get(FUNCTION)
        if (
            known
            and known.by == FUNCTION
            and function in _called(template, resolver, "FunctionName")
        ):
            wanted[FUNCTION] = function
        if known is None or dimensions != wanted:
            yield f"{metric} of {dimensions}"
        return
    dimension, metrics = OF_AWS.get(namespace, ("", set()))
    named = dimensions.get(dimension)
    if metric not in metrics or len(dimensions) != 1:
        yield f"{namespace} {metric} of {dimensions}"
    elif named not in _called(template, resolver, dimension):
        yield f"{named} is none of the template's"


def _called(template: Json, resolver: Resolver, dimension: str) -> set[str]:
    """Return how the resources are called that a dimension of AWS names."""
    found = of_type(template, _NAMES[dimension])
    if dimension == "StateMachineArn":
        # In the region of the dashboard that is read.
        return {region.arn(name) for region in both(template) for name in found}
    return {str(resolver.value(each["Properties"][dimension])) for each in found.values()}


def _fields(query: str) -> Iterator[str]:
    """Yield the fields that a query names; texts and functions are left out."""
    words = {"fields", "filter", "stats", "sort", "limit", "by", "as", "asc", "desc"}
    without = re.sub(r'"[^"]*"|\w+\(|\b\d+\b', " ", query)
    for word in re.findall(r"[@\w.]+", without):
        if word not in words:
            yield word


def _not_allowed(template: Json, role: Json, wanted: set[str]) -> list[str]:
    name = role["Fn::GetAtt"][0]
    allowed = {
        str(action)
        for statement in held_by(template, name)
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
    }
    return [f"{name}: {each}" for each in sorted(wanted - allowed)]
