"""The actions that are asked for, by service: all that touch data, and how it is guarded."""

from __future__ import annotations

from collections.abc import Mapping

from tools.policies.operations import OPERATIONS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ACTIONS: Mapping[str, tuple[str, ...]] = {
    "s3": tuple(
        sorted(
            {action.removeprefix("s3:") for each in OPERATIONS for action in each.actions}
            | {"ListBucket"}
        )
    ),
    "kms": _words(
        "CancelKeyDeletion CreateGrant Decrypt DescribeKey DisableKey DisableKeyRotation Encrypt "
        "GenerateDataKey GenerateDataKeyWithoutPlaintext PutKeyPolicy ReEncryptFrom ReEncryptTo "
        "ReplicateKey ScheduleKeyDeletion UpdateKeyDescription"
    ),
    "dynamodb": _words(
        "BatchGetItem BatchWriteItem ConditionCheckItem CreateBackup DeleteItem DeleteTable "
        "DescribeTable ExportTableToPointInTime GetItem GetRecords PartiQLDelete PartiQLInsert "
        "PartiQLSelect PartiQLUpdate PutItem PutResourcePolicy Query RestoreTableToPointInTime "
        "Scan UpdateContinuousBackups UpdateItem UpdateTable UpdateTimeToLive"
    ),
    "secretsmanager": _words(
        "DeleteSecret DescribeSecret GetSecretValue PutResourcePolicy PutSecretValue RotateSecret "
        "UpdateSecret UpdateSecretVersionStage"
    ),
    "sqs": _words(
        "AddPermission ChangeMessageVisibility DeleteMessage DeleteQueue GetQueueAttributes "
        "PurgeQueue ReceiveMessage SendMessage SetQueueAttributes"
    ),
    "sns": _words(
        "AddPermission DeleteTopic GetSubscriptionAttributes ListSubscriptionsByTopic Publish "
        "SetSubscriptionAttributes SetTopicAttributes Subscribe Unsubscribe"
    ),
    "events": _words("DeleteRule PutEvents PutPermission PutRule PutTargets RemoveTargets"),
    "states": _words(
        "DeleteStateMachine DescribeExecution ListExecutions RedriveExecution SendTaskFailure "
        "SendTaskSuccess StartExecution StartSyncExecution StopExecution UpdateStateMachine"
    ),
    "lambda": _words(
        "AddPermission DeleteFunction GetFunction InvokeFunction PublishVersion UpdateFunctionCode "
        "UpdateFunctionConfiguration"
    ),
    "logs": _words(
        "CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream FilterLogEvents "
        "GetLogEvents PutLogEvents PutRetentionPolicy PutSubscriptionFilter StartQuery"
    ),
    "iam": _words(
        "AttachRolePolicy CreateAccessKey CreatePolicyVersion CreateRole CreateUser "
        "DeleteRolePolicy DetachRolePolicy PassRole PutRolePolicy TagRole TagUser UntagRole "
        "UntagUser UpdateAssumeRolePolicy"
    ),
    "sts": _words("AssumeRole TagSession"),
}
# AWS takes these two without a resource.
TRACES = _words("GetSamplingRules GetSamplingTargets PutTelemetryRecords PutTraceSegments")
LOG_DELIVERY = _words(
    "CreateLogDelivery DeleteLogDelivery DescribeLogGroups DescribeResourcePolicies GetLogDelivery "
    "ListLogDeliveries PutResourcePolicy UpdateLogDelivery"
)
