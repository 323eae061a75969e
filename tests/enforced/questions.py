"""Questions to services other than S3, each as a real request and as our evaluator is asked.

None changes what another asks about: where something could, it is given so that the service would
refuse it as wrong once the policies have let it in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mdmr_local.hub import LocalHub

from tools.policies.patterns import Context
from tools.policies.stack import Stack

_KEY = {"pk": {"S": "asked"}, "sk": {"S": "asked"}}
_PARTITIONS = {
    "HubStateTable": ("asked", "LEASE#0", "GATE", "REGISTRY", "PARAMETERS#x", "FILED#x"),
    "MasterDirectoryTable": ("asked", "SDP#1", "USDP#1"),
}
_NEVER = "attribute_exists(nothing)"


class Question(NamedTuple):
    """One question.

    Attributes:
        action: as IAM calls it.
        arn: what it is about, for our evaluator.
        method: of the boto3 client of the action's service.
        given: what the method is given.
        context: what the policies are told besides.
    """

    action: str
    arn: str
    method: str
    given: Mapping[str, Any]
    context: Context = {}  # noqa: RUF012 - a tuple's default, never changed

    @property
    def service(self) -> str:
        """The boto3 name of the service."""
        named = self.action.partition(":")[0]
        return {"states": "stepfunctions"}.get(named, named)


def questions(stack: Stack, hub: LocalHub) -> list[Question]:
    """Return all questions to a deployed hub."""
    return [
        *_tables(stack),
        *_queues(stack, hub),
        *_others(stack, hub),
        *_functions_and_logs(stack),
        *_key_and_roles(stack, hub),
    ]


def _tables(stack: Stack) -> Iterator[Question]:
    for name in ("HubStateTable", "MasterDirectoryTable"):
        arn, table = stack.resolver.arn(name), stack.resolver.ref(name)
        keys: Context = {"dynamodb:leadingkeys": ("asked",)}
        one = {"TableName": table, "Key": _KEY}
        yield Question("dynamodb:GetItem", arn, "get_item", one, keys)
        never = {"ConditionExpression": _NEVER}
        yield Question("dynamodb:UpdateItem", arn, "update_item", one | never, keys)
        yield Question("dynamodb:DeleteItem", arn, "delete_item", one | never, keys)
        yield Question("dynamodb:Scan", arn, "scan", {"TableName": table, "Limit": 1})
        query = {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "asked"}},
        }
        yield Question("dynamodb:Query", arn, "query", query, keys)
        for partition in _PARTITIONS[name]:
            item = {**_KEY, "pk": {"S": partition}}
            given = {"TableName": table, "Item": item, **never}
            context = {"dynamodb:leadingkeys": (partition,)}
            yield Question("dynamodb:PutItem", arn, "put_item", given, context)


def _queues(stack: Stack, hub: LocalHub) -> Iterator[Question]:
    for name in ("IntakeQueue", "PublishQueue", "DeadQueue"):
        arn, url = stack.resolver.arn(name), hub.outputs[f"{name}Url"]
        late = {"QueueUrl": url, "MessageBody": "{}", "DelaySeconds": 100_000}
        yield Question("sqs:SendMessage", arn, "send_message", late)
        attributes = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
        yield Question("sqs:GetQueueAttributes", arn, "get_queue_attributes", attributes)
        gone = {"QueueUrl": url, "ReceiptHandle": "none"}
        yield Question("sqs:DeleteMessage", arn, "delete_message", gone)
        many = {"QueueUrl": url, "MaxNumberOfMessages": 99}
        yield Question("sqs:ReceiveMessage", arn, "receive_message", many)


def _others(stack: Stack, hub: LocalHub) -> Iterator[Question]:
    arn = stack.resolver.arn
    topic = hub.outputs["NotificationTopicArn"]
    empty = {"TopicArn": topic, "Message": ""}
    yield Question("sns:Publish", arn("NotificationTopic"), "publish", empty)
    subscription = {"TopicArn": topic, "Protocol": "none", "Endpoint": "x"}
    yield Question("sns:Subscribe", arn("NotificationTopic"), "subscribe", subscription)
    yield Question(
        "sns:ListSubscriptionsByTopic",
        arn("NotificationTopic"),
        "list_subscriptions_by_topic",
        {"TopicArn": topic},
    )
    event = {
        "EventBusName": hub.outputs["NotificationBusName"],
        "Source": "asked",
        "DetailType": "asked",
        "Detail": "{}",
    }
    yield Question("events:PutEvents", arn("NotificationBus"), "put_events", {"Entries": [event]})
    secret = {"SecretId": hub.outputs["IdentifierSecretArn"]}
    yield Question(
        "secretsmanager:GetSecretValue", arn("IdentifierSecret"), "get_secret_value", secret
    )
    for name in (
        "IdentifiersMachine",
        "GatewayMachine",
        "SchedulesMachine",
        "SynchronizationMachine",
    ):
        start = {"stateMachineArn": hub.outputs[f"{name}Arn"], "input": "{"}
        yield Question("states:StartExecution", arn(name), "start_execution", start)


def _functions_and_logs(stack: Stack) -> Iterator[Question]:
    for name in ("PublishFunction", "SweepFunction", "TendGatewayFunction"):
        dry = {"FunctionName": stack.resolver.ref(name), "InvocationType": "DryRun"}
        yield Question("lambda:InvokeFunction", stack.resolver.arn(name), "invoke", dry)
    for name in ("IntakeLogs", "PublishLogs"):
        events = [{"timestamp": 1, "message": "asked"}]
        given = {
            "logGroupName": stack.resolver.ref(name),
            "logStreamName": "none",
            "logEvents": events,
        }
        yield Question("logs:PutLogEvents", stack.resolver.arn(name), "put_log_events", given)


def _key_and_roles(stack: Stack, hub: LocalHub) -> Iterator[Question]:
    key, own = stack.resolver.arn("HubKey"), hub.outputs["HubKeyArn"]
    data = {"KeyId": own, "KeySpec": "AES_256"}
    yield Question("kms:GenerateDataKey", key, "generate_data_key", data)
    yield Question("kms:Decrypt", key, "decrypt", {"KeyId": own, "CiphertextBlob": b"none"})
    yield Question("kms:ScheduleKeyDeletion", key, "schedule_key_deletion", {"KeyId": own})
    role = f"arn:aws:iam::{stack.resolver.account}:role/nobody"
    tags = {"RoleName": "nobody", "Tags": [{"Key": "org", "Value": "ORG22222"}]}
    yield Question("iam:TagRole", role, "tag_role", tags)
    yield Question("iam:UntagRole", role, "untag_role", {"RoleName": "nobody", "TagKeys": ["org"]})
