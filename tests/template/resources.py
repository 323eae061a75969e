"""Checks of what is deployed; each returns one line for each fault."""

from __future__ import annotations

import json

from mdmr.stores.dynamodb import schema

from tests.template.reading import actions, listed, of_type, policies_on, properties
from tools.policies.resolving import Resolver
from tools.sam_template import REGION, ROOT, Json

BLOCKED = {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
KEPT = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::GlobalTable",
    "AWS::SecretsManager::Secret",
    "AWS::KMS::Key",
)
# All that a topic's policy can be about.
OF_A_TOPIC = {
    f"sns:{name}"
    for name in (
        "AddPermission",
        "DeleteTopic",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "Publish",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    )
}
EASTERN_STANDARD = "Etc/GMT+5"
_BY_THE_KEY = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["HubKey", "Arn"]}}
_RETENTION = {
    "Mode": {"Fn::FindInMap": ["ByEnvironment", {"Ref": "Environment"}, "EvidenceLock"]},
    "Days": {"Fn::FindInMap": ["ByEnvironment", {"Ref": "Environment"}, "EvidenceDays"]},
}


def buckets_are_private(template: Json) -> list[str]:
    """No bucket can be public, has owners but the account, or is stored in the clear."""
    faults = []
    for name, bucket in of_type(template, "AWS::S3::Bucket").items():
        own = bucket["Properties"]
        if any(
            own.get("PublicAccessBlockConfiguration", {}).get(each) is not True for each in BLOCKED
        ):
            faults.append(f"{name}: may be public")
        if own.get("OwnershipControls") != {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}:
            faults.append(f"{name}: others may own objects")
        rules = own.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [{}])
        if rules[0].get("ServerSideEncryptionByDefault") != _BY_THE_KEY:
            faults.append(f"{name}: not encrypted with the key of the hub")
    return faults


def evidence_is_locked(template: Json) -> list[str]:
    """Evidence cannot be deleted for its time: in prod by nobody and for seven years."""
    lock = properties(template, "EvidenceBucket").get("ObjectLockConfiguration", {})
    faults = (
        []
        if properties(template, "EvidenceBucket").get("ObjectLockEnabled") is True
        and lock == {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": _RETENTION}}
        else ["EvidenceBucket: is not locked as its environment is told to"]
    )
    for name, environment in template["Mappings"]["ByEnvironment"].items():
        wanted, least = ("COMPLIANCE", 2557) if name == "prod" else ("GOVERNANCE", 1)
        if environment.get("EvidenceLock") != wanted or environment.get("EvidenceDays", 0) < least:
            faults.append(f"{name}: evidence is not locked in {wanted} for {least} days or more")
    return faults


def keys_are_renewed(template: Json) -> list[str]:
    """AWS gives every key new material each year; it stays able to open what the old one closed."""
    return [
        name
        for name, key in of_type(template, "AWS::KMS::Key").items()
        if key["Properties"].get("EnableKeyRotation") is not True
    ]


def buckets_keep_versions(template: Json) -> list[str]:
    """A second upload of a name makes a new version and loses nothing."""
    return [
        name
        for name, bucket in of_type(template, "AWS::S3::Bucket").items()
        if bucket["Properties"].get("VersioningConfiguration") != {"Status": "Enabled"}
    ]


def buckets_speak_tls_only(template: Json) -> list[str]:
    """Every bucket refuses what comes in the clear."""
    return [
        name
        for name in of_type(template, "AWS::S3::Bucket")
        if not any(
            statement["Effect"] == "Deny"
            and statement["Principal"] == "*"
            and actions(statement) == {"s3:*"}
            and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            and statement["Resource"]
            == [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}]
            for statement in policies_on(template, "AWS::S3::BucketPolicy", "Bucket", name)
        )
    ]


def queues_and_topics_speak_tls_only(template: Json) -> list[str]:
    """Every queue and topic refuses what comes in the clear, whatever is asked of it."""
    wanted = {name: {"sqs:*"} for name in of_type(template, "AWS::SQS::Queue")}
    wanted |= dict.fromkeys(of_type(template, "AWS::SNS::Topic"), OF_A_TOPIC)
    put_on = {"AWS::SQS::QueuePolicy": "Queues", "AWS::SNS::TopicPolicy": "Topics"}
    return [
        name
        for name, all_of_it in wanted.items()
        if not any(
            statement["Effect"] == "Deny"
            and statement["Principal"] == "*"
            and actions(statement) >= all_of_it
            and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            and any(
                each in ({"Fn::GetAtt": [name, "Arn"]}, {"Ref": name})
                for each in listed(statement["Resource"])
            )
            for kind, property_name in put_on.items()
            for statement in policies_on(template, kind, property_name, name)
        )
    ]


# What a policy takes up at most, in bytes without spaces, by the type of what it is put on.
_MOST_BYTES = {
    "AWS::IAM::ManagedPolicy": 6144,
    "AWS::KMS::Key": 32768,
    "AWS::S3::BucketPolicy": 20480,
    "AWS::SNS::TopicPolicy": 30720,
    "AWS::SQS::QueuePolicy": 8192,
}
_MOST_OF_A_ROLE, _MOST_OF_TRUST = 10240, 2048


def policies_are_not_too_long(template: Json) -> list[str]:
    """AWS takes policies up to a size, which a deployment finds out after a quarter of an hour."""
    resolver = Resolver(template, {"StandbyRegion": "ca-west-1", "Replicate": "true"}, REGION)
    faults = []
    for kind, most in _MOST_BYTES.items():
        for name, each in resolver.resources(kind).items():
            own = each["Properties"]
            size = _size(resolver, own.get("PolicyDocument", own.get("KeyPolicy")))
            faults += [f"{name}: {size} of {most} bytes"] if size > most else []
    for name, role in resolver.resources("AWS::IAM::Role").items():
        own = role["Properties"]
        policies = [each["PolicyDocument"] for each in own.get("Policies", [])]
        size = sum(_size(resolver, each) for each in policies)
        trust = _size(resolver, own["AssumeRolePolicyDocument"])
        faults += [f"{name}: {size} bytes"] if size > _MOST_OF_A_ROLE else []
        faults += [f"{name}: a trust of {trust} bytes"] if trust > _MOST_OF_TRUST else []
    return faults


def _size(resolver: Resolver, document: Json) -> int:
    return len(json.dumps(resolver.value(document), separators=(",", ":")).encode())


def bucket_names_carry_account_and_region(template: Json) -> list[str]:
    """Names of buckets are global: two accounts or regions must not fight for one."""
    return [
        name
        for name, bucket in of_type(template, "AWS::S3::Bucket").items()
        if not bucket["Properties"]["BucketName"]["Fn::Sub"].endswith(
            "-${AWS::AccountId}-${AWS::Region}"
        )
    ]


def uploads_raise_events(template: Json) -> list[str]:
    """The inbound bucket tells EventBridge, and the rule for it feeds the queue of arrivals."""
    told = properties(template, "InboundBucket").get("NotificationConfiguration", {})
    faults = (
        []
        if told == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
        else ["InboundBucket: is silent"]
    )
    rule = properties(template, "UploadedRule")
    if rule["EventPattern"]["detail"]["bucket"]["name"] != [{"Ref": "InboundBucket"}]:
        faults.append("UploadedRule: listens to another bucket")
    if [target["Arn"] for target in rule["Targets"]] != [{"Fn::GetAtt": ["ArrivalsQueue", "Arn"]}]:
        faults.append("UploadedRule: feeds another queue")
    return faults


def data_outlives_the_stack(template: Json) -> list[str]:
    """What cannot be made again is retained when the stack is deleted or a resource replaced."""
    return [
        f"{name}: {policy}"
        for name, resource in of_type(template, *KEPT).items()
        for policy in ("DeletionPolicy", "UpdateReplacePolicy")
        if resource.get(policy) != "Retain"
    ]


def tables_can_be_restored(template: Json) -> list[str]:
    """Every replica has point-in-time recovery and, in prod, protection from deletion."""
    faults = []
    for name, table in of_type(template, "AWS::DynamoDB::GlobalTable").items():
        for replica in table["Properties"]["Replicas"]:
            own = replica["Fn::If"][1] if "Fn::If" in replica else replica
            if own.get("PointInTimeRecoverySpecification") != {"PointInTimeRecoveryEnabled": True}:
                faults.append(f"{name}: {own['Region']} has no point-in-time recovery")
            if "DeletionProtectionEnabled" not in own:
                faults.append(f"{name}: {own['Region']} is not protected from deletion")
        if not table["Properties"].get("SSESpecification", {}).get("SSEEnabled"):
            faults.append(f"{name}: not encrypted")
    if template["Mappings"]["ByEnvironment"]["prod"]["DeletionProtection"] is not True:
        faults.append("prod: tables are not protected from deletion")
    return faults


def tables_are_those_of_the_schema(template: Json) -> list[str]:
    """Each table has the key, indexes, projections and time to live of its model, no others."""
    made = {}
    for table in of_type(template, "AWS::DynamoDB::GlobalTable").values():
        name = table["Properties"]["TableName"]["Fn::Sub"]
        made[name] = {
            each: table["Properties"][each]
            for each in (
                "AttributeDefinitions",
                "BillingMode",
                "GlobalSecondaryIndexes",
                "KeySchema",
                "TimeToLiveSpecification",
            )
            if each in table["Properties"]
        }
    modelled = {f"mdmr-${{Environment}}-{model.Meta.table_name}": model for model in schema.TABLES}
    faults = [f"{name}: no model or no table" for name in made.keys() ^ modelled.keys()]
    for name in sorted(made.keys() & modelled.keys()):
        wanted = schema.definition(modelled[name])
        if (expires := schema.time_to_live(modelled[name])) is not None:
            wanted["TimeToLiveSpecification"] = {"AttributeName": expires, "Enabled": True}
        faults += [
            f"{name}: {each} is not that of its model"
            for each in sorted(wanted.keys() | made[name].keys())
            if wanted.get(each) != made[name].get(each)
        ]
    return faults


def shared_state_belongs_to_the_primary(template: Json) -> list[str]:
    """Tables and secret are made once and replicated, not made in each region."""
    shared = of_type(template, "AWS::DynamoDB::GlobalTable", "AWS::SecretsManager::Secret")
    return [name for name, resource in shared.items() if resource.get("Condition") != "IsPrimary"]


def every_function_logs_for_a_limited_time(template: Json) -> list[str]:
    """Each function and machine has a log group of its own, and every log group a retention."""
    groups = of_type(template, "AWS::Logs::LogGroup")
    faults = [
        f"{name}: keeps for ever"
        for name, each in groups.items()
        if "RetentionInDays" not in each["Properties"]
    ]
    used: list[object] = [
        function["Properties"].get("LoggingConfig", {}).get("LogGroup", {}).get("Ref")
        for function in of_type(template, "AWS::Lambda::Function").values()
    ]
    faults += [
        f"{name}: no function writes to it"
        for name in groups
        if name not in used and "Machine" not in name
    ]
    if len(set(used) & set(groups)) != len(used):
        faults.append("a function has no log group of its own")
    return faults


def functions_run_on_lambda_as_pinned(template: Json) -> list[str]:
    """Python 3.13 on arm64, memory and timeout given, the timeout one that Lambda allows."""
    faults = []
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        own = function["Properties"]
        if (own.get("Runtime"), own.get("Architectures")) != ("python3.13", ["arm64"]):
            faults.append(f"{name}: runs on {own.get('Runtime')} {own.get('Architectures')}")
        if "MemorySize" not in own or not 0 < own.get("Timeout", 0) <= 900:
            faults.append(f"{name}: memory or timeout not given")
    return faults


def schedules_know_no_daylight_time(template: Json) -> list[str]:
    """Schedules run by Eastern Standard Time, tell the run when it was due, and give up in time."""
    faults = []
    for name, schedule in of_type(template, "AWS::Scheduler::Schedule").items():
        own = schedule["Properties"]
        if own.get("ScheduleExpressionTimezone") != EASTERN_STANDARD:
            faults.append(f"{name}: {own.get('ScheduleExpressionTimezone')}")
        if "<aws.scheduler.scheduled-time>" not in own["Target"].get("Input", ""):
            faults.append(f"{name}: the run does not know when it was due")
        if "MaximumEventAgeInSeconds" not in own["Target"].get("RetryPolicy", {}):
            faults.append(f"{name}: a late run is tried for ever")
    faults += [
        f"{name}: a rule knows no time zone"
        for name, rule in of_type(template, "AWS::Events::Rule").items()
        if "ScheduleExpression" in rule["Properties"]
    ]
    return faults


def notifications_pass_on_unread_text_as_data(template: Json) -> list[str]:
    """No target is fed by a text template, where a name with a quotation mark forges a field."""
    return [
        f"{name}: {target['Id']}"
        for name, rule in of_type(template, "AWS::Events::Rule").items()
        for target in rule["Properties"]["Targets"]
        if "InputTransformer" in target
    ]


def missing_handlers(template: Json) -> list[str]:
    """Return the functions of the SAM template (not the transformed one) that have no code."""
    return [
        f"{name}: {uri}app.py"
        for name, function in of_type(template, "AWS::Serverless::Function").items()
        for uri in listed(function["Properties"]["CodeUri"])
        if not (ROOT / str(uri) / "app.py").is_file()
    ]
