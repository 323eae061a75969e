"""Writes the alarms, dashboards and saved queries of template.yaml from tools/observability.yaml.

The table names what is watched and shown; functions, state machines, tables and log groups come
from the template, so that a new one appears on the dashboards and in the queries by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tools.sam_template import ROOT, Json, parsed

TABLE = ROOT / "tools" / "observability.yaml"
START = (
    "  # ---- Alarms, dashboards, queries: made from tools/observability.yaml by `make catalogues`"
)
END = "\nOutputs:\n"
_WIDTH, _HEIGHT, _HEADER = 12, 6, 3
_ARN = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s"
_HUB = "mdmr-${Environment}"
# Namespace of AWS -> dimension of its metrics, type of the resource, property of its name.
_NAMES = {
    "AWS/SQS": ("QueueName", "AWS::SQS::Queue", "QueueName"),
    "AWS/Lambda": ("FunctionName", "AWS::Serverless::Function", "FunctionName"),
    "AWS/States": ("StateMachineArn", "AWS::Serverless::StateMachine", "Name"),
    "AWS/DynamoDB": ("TableName", "AWS::DynamoDB::GlobalTable", "TableName"),
}
_ALL = {"functions": "AWS/Lambda", "machines": "AWS/States", "tables": "AWS/DynamoDB"}


def with_observability(text: str, table: Path = TABLE) -> str:
    """Return a SAM template's text with the section of the table in place of what stood there.

    Raises ValueError for a template without the section's head, KeyError for a name that the
    template does not have.
    """
    head, found, rest = text.partition(START)
    if not found:
        raise ValueError(f"no line begins with {START.strip()!r}")
    _, end, tail = rest.partition(END)
    known: Json = yaml.safe_load(table.read_text(encoding="utf-8"))
    section = "\n".join(_section(known, parsed(head + "\n" + end.lstrip("\n") + tail)["Resources"]))
    return f"{head}{START} {'-' * (120 - len(START))}\n\n{section}\n{END}{tail}"


def _section(table: Json, resources: Json) -> Iterator[str]:
    for name, alarm in table["alarms"].items():
        yield from _alarm(name, alarm)
    for name, board in table["dashboards"].items():
        yield from _dashboard(name, board, table["alarms"], resources)
    logs = [
        name
        for name, each in resources.items()
        if each["Type"] == "AWS::Logs::LogGroup"
        and "Condition" not in each
        and "/aws/lambda/" in json.dumps(each)
    ]
    groups = f"&FunctionLogs [{', '.join(f'!Ref {each}' for each in logs)}]"
    for name, query in table["queries"].items():
        yield f"  {query['resource']}:"
        yield "    Type: AWS::Logs::QueryDefinition"
        yield "    Properties:"
        yield f'      Name: !Sub "{_HUB}/{name}"'
        yield f"      LogGroupNames: {groups}"
        yield "      QueryString: |"
        yield from (f"        {line}" for line in query["query"].splitlines())
        groups = "*FunctionLogs"


def _alarm(name: str, alarm: Mapping[str, Any]) -> Iterator[str]:
    namespace, metric = alarm["metric"].split()
    silence = "less_than" in alarm
    dimension = {
        "AWS/SQS": f"QueueName, Value: !GetAtt {alarm.get('of')}.QueueName",
        "AWS/States": f"StateMachineArn, Value: !Ref {alarm.get('of')}",
        # By its name: the table is a resource of one region only.
        "AWS/DynamoDB": f'TableName, Value: !Sub "{_HUB}-hub-state"',
        "mdmr": f'service, Value: !Sub "{_HUB}"',
    }.get(namespace)
    yield f"  {alarm['resource']}:"
    yield "    Type: AWS::CloudWatch::Alarm"
    if "condition" in alarm:
        yield f"    Condition: {alarm['condition']}"
    yield "    Properties:"
    yield f'      AlarmName: !Sub "{_HUB}-{name}"'
    yield f'      AlarmDescription: !Sub "{alarm["text"]} ${{Runbooks}}/{name}"'
    yield "      AlarmActions: [!Ref AlarmTopic]"
    yield "      OKActions: [!Ref AlarmTopic]"
    yield f"      Namespace: {namespace}"
    yield f"      MetricName: {metric}"
    if dimension:
        yield f"      Dimensions: [{{Name: {dimension}}}]"
    yield f"      Statistic: {alarm['statistic']}"
    yield f"      Period: {alarm['seconds']}"
    yield f"      EvaluationPeriods: {alarm.get('times', 1)}"
    yield f"      Threshold: {alarm['less_than' if silence else 'at_least']}"
    operator = "LessThanThreshold" if silence else "GreaterThanOrEqualToThreshold"
    yield f"      ComparisonOperator: {operator}"
    yield f"      TreatMissingData: {'breaching' if silence else 'notBreaching'}"


def _dashboard(
    name: str, board: Mapping[str, Any], alarms: Mapping[str, Any], resources: Json
) -> Iterator[str]:
    # Names are written out: a reference to what one region does not have would not deploy.
    shown = [
        _ARN % ("cloudwatch", f"alarm:{_HUB}-{each}")
        for each, alarm in alarms.items()
        if "condition" not in alarm
    ]
    yield f"  {board['resource']}:"
    yield "    Type: AWS::CloudWatch::Dashboard"
    yield "    Properties:"
    # The name is one for all regions of an account.
    yield f'      DashboardName: !Sub "{_HUB}-{name}-${{AWS::Region}}"'
    yield "      DashboardBody: !Sub |"
    yield f'        {{"start": "{board["start"]}", "widgets": ['
    yield f"          {_widget('alarm', (0, 0, 24, _HEADER), {'title': 'Alarms', 'alarms': shown})}"
    for number, widget in enumerate(board["widgets"]):
        row, column = divmod(number, 2)
        place = (column * _WIDTH, _HEADER + row * _HEIGHT, _WIDTH, _HEIGHT)
        properties = {
            "title": widget["title"],
            "region": "${AWS::Region}",
            "stat": widget["statistic"],
            "period": widget["seconds"],
            "view": "bar" if widget.get("bars") else "timeSeries",
            "metrics": list(_metrics(widget, resources)),
        }
        yield f"          ,{_widget('metric', place, properties)}"
    yield "        ]}"


def _widget(kind: str, place: tuple[int, int, int, int], properties: Json) -> str:
    x, y, width, height = place
    return json.dumps(
        {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}
    )


def _metrics(widget: Mapping[str, Any], resources: Json) -> Iterator[list[Any]]:
    for metric, of in widget["metrics"].items():
        if metric == "mdmr":
            for one in of:
                row = ["mdmr", one, "service", _HUB]
                both = [widget["statistic"], widget["also"]] if "also" in widget else []
                named = [[*row, {"stat": each, "label": f"{one} {each}"}] for each in both]
                yield from named or [row]
            continue
        namespace, name = metric.split()
        for one in _named(namespace, of, resources):
            own = ["mdmr", name, "service", _HUB, "function", one]
            yield own if namespace == "mdmr" else [namespace, name, _NAMES[namespace][0], one]


def _named(namespace: str, of: str | Sequence[str], resources: Json) -> Iterator[str]:
    """Yield the names of what a metric is of: of logical ids, or of all of one kind."""
    kind = _ALL[of] if isinstance(of, str) else namespace
    _, type_, named_by = _NAMES[kind]
    chosen = [name for name, each in resources.items() if each["Type"] == type_]
    for one in chosen if isinstance(of, str) else of:
        name: str = resources[one]["Properties"][named_by]["Fn::Sub"]
        yield _ARN % ("states", f"stateMachine:{name}") if kind == "AWS/States" else name
