"""Checks of what roles are granted against what their functions' code reaches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tests.template.reaching import application
from tests.template.reading import actions, listed, of_type, properties, statements
from tools.sam_template import Json

_READS = {"s3:GetObject", "s3:ListBucket"}
# A put compares with what is there; a role that may not list is told of a denial where nothing is.
_PUTS = {"s3:PutObject", *_READS}

# The actions that a call of a port needs, and what of the template is named by their resource.
NEEDS: Mapping[str, tuple[set[str], str]] = {
    "inbound.describe": ({"s3:GetObjectVersion", "s3:ListBucket"}, "InboundBucket"),
    "inbound.stream": ({"s3:GetObjectVersion", "s3:ListBucket"}, "InboundBucket"),
    "inbound.versions": ({"s3:ListBucketVersions"}, "InboundBucket"),
    "outbound.put_again": (_PUTS, "OutboundBucket"),
    "outbound.put_new": (_PUTS, "OutboundBucket"),
    "outbound.read": (_READS, "OutboundBucket"),
    "outbound.stream": (_READS, "OutboundBucket"),
    "data.describe": (_READS, "DataBucket"),
    "data.put_new": (_PUTS, "DataBucket"),
    "data.read": (_READS, "DataBucket"),
    "data.stream": (_READS, "DataBucket"),
    "evidence.put_new": (_PUTS, "EvidenceBucket"),
    "evidence.read": (_READS, "EvidenceBucket"),
    "arrivals_queue.send": ({"sqs:SendMessage"}, "ArrivalsQueue"),
    "intake_queue.send_all": ({"sqs:SendMessage"}, "IntakeQueue"),
    "publish_queue.send": ({"sqs:SendMessage"}, "PublishQueue"),
    "notifications.send": ({"events:PutEvents"}, "NotificationBus"),
    "subscriptions.read": (
        {"sns:GetSubscriptionAttributes", "sns:ListSubscriptionsByTopic"},
        "NotificationTopic",
    ),
    "processes.start": ({"states:StartExecution"}, "stateMachine:"),
    "processes.wake": ({"states:SendTaskSuccess"}, "stateMachine:"),
    "identifier_secret.read": ({"secretsmanager:GetSecretValue"}, "identifier-secret"),
    # Which kinds of writes a commit has is told by its arguments, not by its name.
    "directory.commit": (
        {"dynamodb:ConditionCheckItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "master-directory",
    ),
    "directory.get": ({"dynamodb:GetItem"}, "master-directory"),
    "directory.get_many": ({"dynamodb:BatchGetItem"}, "master-directory"),
    "directory.query": ({"dynamodb:Query"}, "master-directory"),
    "directory.put_all": (
        {"dynamodb:BatchGetItem", "dynamodb:PartiQLInsert", "dynamodb:PutItem"},
        "master-directory",
    ),
    "directory.put_all_new": (
        {"dynamodb:BatchGetItem", "dynamodb:PartiQLInsert"},
        "master-directory",
    ),
}
# What functions may do in the hub-state table is one policy of them all; `writers` looks into it.
_OF_ALL = ("state", "views", "peer", "lease", "gate", "clock", "register", "backoff")
_TABLE_OF_ALL = "hub-state"
_OF_NO_ROLE = ("name", "region")
# The services call these for a function: its logs, its queue, and the key of its buckets.
_BY_SERVICES = ("logs:", "kms:")
_OF_ITS_QUEUE = {
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
}


def roles_are_granted_no_more_than_their_code_reaches(template: Json) -> list[str]:
    """No role of a function may do what its code never calls for.

    That it may do all that it does is seen where the hub runs with IAM enforced.
    """
    faults = []
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        role = function["Properties"]["Role"]["Fn::GetAtt"][0]
        folder = function["Properties"]["FunctionName"]["Fn::Sub"].partition("}-")[2]
        calls = application().calls(f"functions.{folder.replace('-', '_')}", "handler")
        granted = set(_granted(template, role, _queues_of(template, name)))
        faults += [f"{role}: {each} for nothing" for each in sorted(granted - _needed(calls))]
    return faults


def calls_without_a_need(calls: set[str]) -> set[str]:
    """Return those calls of ports whose needs are not written down here."""
    return {
        each
        for each in calls - set(NEEDS)
        if each.partition(".")[0] not in _OF_ALL and each.partition(".")[2] not in _OF_NO_ROLE
    }


def _needed(calls: set[str]) -> set[str]:
    known = (NEEDS[each] for each in calls & set(NEEDS))
    return {f"{target} {action}" for needed, target in known for action in needed}


def _granted(template: Json, role: str, queues: set[str]) -> Iterator[str]:
    """Yield what a role's own policies allow, as `PublishQueue sqs:SendMessage`."""
    targets = {target for _, target in NEEDS.values()}
    for policy in properties(template, role).get("Policies", []):
        for statement in statements(policy["PolicyDocument"]):
            if statement["Effect"] != "Allow":
                continue
            for resource in listed(statement["Resource"]):
                text = json.dumps(resource)
                if _TABLE_OF_ALL in text:
                    continue
                target = next((each for each in sorted(targets) if each in text), text)
                for action in actions(statement):
                    of_its_queue = action in _OF_ITS_QUEUE and any(f'"{q}"' in text for q in queues)
                    if not action.startswith(_BY_SERVICES) and not of_its_queue:
                        yield f"{target} {action}"


def _queues_of(template: Json, function: str) -> set[str]:
    return {
        mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        for mapping in of_type(template, "AWS::Lambda::EventSourceMapping").values()
        if mapping["Properties"]["FunctionName"] == {"Ref": function}
    }
