"""Checks of who may do what; each returns one line for each fault."""

from __future__ import annotations

from tests.template.reading import (
    actions,
    grants,
    held_by,
    listed,
    mentions,
    of_type,
    policies_on,
    possible,
    properties,
    statements,
)
from tools.sam_template import Json

TAG = "${aws:PrincipalTag/org}"
CARRIES_TAG = {"Null": {"aws:PrincipalTag/org": "false"}}

# AWS takes these on "*" only: the delivery of a state machine's logs has no resource of its own.
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}

# Likewise: what is traced belongs to no resource.
TRACES = {
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}

WRITES = ("s3:Put", "s3:Delete", "s3:Restore", "s3:Replicate")


def every_function_has_its_own_role(template: Json) -> list[str]:
    """No two functions share a role, and each role is one of the template's."""
    seen: dict[str, str] = {}
    faults = []
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        role = function["Properties"]["Role"].get("Fn::GetAtt", ["none"])[0]
        if role not in template["Resources"]:
            faults.append(f"{name}: its role is not of this template")
        if role in seen:
            faults.append(f"{name}: shares its role with {seen[role]}")
        seen[role] = name
    return faults


def no_role_uses_policies_of_aws(template: Json) -> list[str]:
    """AWS's own managed policies name no resources; a role takes only those of this template."""
    return [
        f"{name}: {arn}"
        for name, role in of_type(template, "AWS::IAM::Role").items()
        for arn in possible(role["Properties"].get("ManagedPolicyArns", []))
        if not isinstance(arn, dict)
        or arn.get("Ref") not in of_type(template, "AWS::IAM::ManagedPolicy")
    ]


def actions_and_resources_are_named(template: Json) -> list[str]:
    """What is allowed is named: no wildcard in an action, no resource that means every resource."""
    faults = []
    for holder, statement in grants(template):
        if statement["Effect"] != "Allow":
            continue
        if "NotAction" in statement or "NotResource" in statement:
            faults.append(f"{holder}: allows by exception")
        faults += [f"{holder}: {action}" for action in sorted(actions(statement)) if "*" in action]
        if actions(statement) <= LOG_DELIVERY or actions(statement) <= TRACES:
            continue
        faults += [
            f"{holder}: {resource}"
            for resource in listed(statement.get("Resource", "*"))
            if _is_any(resource)
        ]
    return faults


def _is_any(resource: object) -> bool:
    """Return whether a resource names no account's or bucket's own thing."""
    text = resource.get("Fn::Sub", "") if isinstance(resource, dict) else str(resource)
    return text == "*" or str(text).endswith((":*", ":::*", ":table/*", ":function:*", ":secret:*"))


def the_key_is_administered_by_the_account_only(template: Json) -> list[str]:
    """Only the account itself may do everything with the key; services use it for data."""
    return [
        f"{name}: {statement.get('Sid')}"
        for name, key in of_type(template, "AWS::KMS::Key").items()
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if not mentions(statement["Principal"], ":iam::${AWS::AccountId}:root")
        and not (
            "Service" in statement["Principal"]
            and actions(statement) <= {"kms:Decrypt", "kms:GenerateDataKey"}
        )
    ]


def only_publish_writes_the_outbound_bucket(template: Json) -> list[str]:
    """One role is allowed to, and the bucket itself turns everyone else away."""
    faults = [
        f"{role}: may write the outbound bucket"
        for role in of_type(template, "AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
        if role != "PublishRole"
        for holder, statement in grants(template)
        if holder == role
        and statement["Effect"] == "Allow"
        and mentions(statement["Resource"], "OutboundBucket")
        and any(action.startswith(WRITES) for action in actions(statement))
    ]
    publisher = {"ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["PublishRole", "Arn"]}}}
    denied = [
        statement
        for statement in policies_on(template, "AWS::S3::BucketPolicy", "Bucket", "OutboundBucket")
        if statement["Effect"] == "Deny"
        and statement.get("Condition") == publisher
        and statement["Principal"] == "*"
    ]
    if not any(
        {"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"} <= actions(each)
        for each in denied
    ):
        faults.append("OutboundBucket: does not turn other writers away")
    return faults


def nobody_deletes(template: Json) -> list[str]:
    """No role deletes an object or an item: what was received, decided and delivered stays."""
    return [
        f"{holder}: {action}"
        for holder, statement in grants(template)
        if statement["Effect"] == "Allow"
        for action in actions(statement)
        if action.startswith(("s3:Delete", "dynamodb:Delete", "dynamodb:PartiQLDelete"))
    ]


def nobody_scans(template: Json) -> list[str]:
    """No access pattern needs a scan, so no role may."""
    return [
        f"{holder}: {action}"
        for holder, statement in grants(template)
        for action in actions(statement)
        if action in {"dynamodb:Scan", "dynamodb:PartiQLSelect"}
    ]


def the_secret_is_read_by_those_who_derive_ids(template: Json) -> list[str]:
    """The functions that answer requests and that take over numbers from before; no other."""
    allowed = {"AssignIdentifiersRole", "OperateRole"}
    return [
        f"{role}: reads the identifier secret"
        for role in of_type(template, "AWS::IAM::Role")
        if role not in allowed
        and any(
            "secretsmanager:GetSecretValue" in actions(statement)
            for statement in held_by(template, role)
        )
    ]


def organizations_are_granted_their_own_prefix(template: Json) -> list[str]:
    """Organizations are allowed by the principal's tag, and this account's principals only."""
    faults = []
    for statement in properties(template, "OrganizationAccess")["PolicyDocument"]["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        sid, condition = statement["Sid"], statement.get("Condition", {})
        if condition.get("StringEquals", {}).get("aws:PrincipalAccount") != {
            "Ref": "AWS::AccountId"
        }:
            faults.append(f"{sid}: the account is not pinned")
        if actions(statement) <= {"kms:Decrypt", "kms:GenerateDataKey"}:
            if not mentions(condition, "kms:ViaService"):
                faults.append(f"{sid}: the key is not bound to S3")
        elif "s3:ListBucket" in actions(statement):
            if condition.get("StringLike", {}).get("s3:prefix") != f"{TAG}/*":
                faults.append(f"{sid}: lists beyond the own prefix")
        # In a Sub the exclamation mark leaves the variable for IAM to fill in.
        elif not mentions(statement["Resource"], ".Arn}/${!aws:PrincipalTag/org}/*"):
            faults.append(f"{sid}: not bound to the own prefix")
    return faults


def organizations_do_not_tag(template: Json) -> list[str]:
    """Whoever could change its tag could become another organization."""
    denied = {
        action
        for statement in properties(template, "OrganizationAccess")["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Resource"] == "*"
        for action in actions(statement)
    }
    return sorted({"iam:TagRole", "iam:UntagRole", "sts:TagSession"} - denied)


def buckets_turn_tagged_principals_away(template: Json) -> list[str]:
    """Whatever else a role is granted, with the tag it stays in its organization's prefixes."""
    faults = []
    for bucket in of_type(template, "AWS::S3::Bucket"):
        denials = [
            statement
            for statement in policies_on(template, "AWS::S3::BucketPolicy", "Bucket", bucket)
            if statement["Effect"] == "Deny"
            and statement["Principal"] == "*"
            # A further condition would narrow it to some of them.
            and statement.get("Condition") == CARRIES_TAG
        ]
        everything = any(actions(each) == {"s3:*"} for each in denials)
        others = any("NotAction" in each for each in denials)
        elsewhere = any(
            mentions(each.get("NotResource"), "${!aws:PrincipalTag/org}/*") for each in denials
        )
        if not everything and not (others and elsewhere):
            faults.append(f"{bucket}: a tagged principal may leave its prefix")
    listing = {
        "Null": {"aws:PrincipalTag/org": "false"},
        "StringNotLike": {"s3:prefix": f"{TAG}/*"},
    }
    outbound = policies_on(template, "AWS::S3::BucketPolicy", "Bucket", "OutboundBucket")
    if not any(
        each.get("Condition") == listing and "s3:ListBucket" in actions(each) for each in outbound
    ):
        faults.append("OutboundBucket: a tagged principal may list other prefixes")
    return faults


ALARMS = (
    {"Service": "cloudwatch.amazonaws.com"},
    {
        "ArnLike": {
            "aws:SourceArn": {
                "Fn::Sub": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}"
                ":alarm:mdmr-${Environment}-*"
            }
        }
    },
)


def services_are_let_in_by_source(template: Json) -> list[str]:
    """A queue or topic takes from a service only what this template's own rules or alarms send."""
    rules = of_type(template, "AWS::Events::Rule")
    faults = []
    for name, policy in of_type(template, "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy").items():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            condition = statement.get("Condition", {})
            if statement["Effect"] == "Deny":
                continue
            if name == "AlarmTopicPolicy" and (statement["Principal"], condition) == ALARMS:
                continue
            sources = listed(condition.get("ArnEquals", {}).get("aws:SourceArn", "any"))
            known = [
                each
                for each in sources
                if isinstance(each, dict) and each.get("Fn::GetAtt", [""])[0] in rules
            ]
            if (
                known != sources
                or "Service" not in statement["Principal"]
                or mentions(statement["Action"], "*")
            ):
                faults.append(f"{name}: lets in more than the hub's own")
    return faults


def roles_are_taken_for_this_account_only(template: Json) -> list[str]:
    """A service takes a role only for what this account asked of it."""
    own = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    return [
        f"{name}: {statement['Principal']} for any account"
        for name, role in of_type(template, "AWS::IAM::Role").items()
        for statement in statements(role["Properties"]["AssumeRolePolicyDocument"])
        if statement["Effect"] == "Allow" and statement.get("Condition") != own
    ]


def the_machine_invokes_only_its_functions(template: Json) -> list[str]:
    """The role of a state machine may invoke what its definition names, all of it and no more."""
    faults = []
    for name, machine in of_type(template, "AWS::StepFunctions::StateMachine").items():
        role = machine["Properties"]["RoleArn"]["Fn::GetAtt"][0]
        invoked = {
            str(resource)
            for statement in held_by(template, role)
            if "lambda:InvokeFunction" in actions(statement)
            for resource in listed(statement["Resource"])
        }
        named = {str(each) for each in machine["Properties"]["DefinitionSubstitutions"].values()}
        faults += [f"{name}: may not invoke {each}" for each in named - invoked]
        faults += [f"{name}: may invoke {each} for nothing" for each in invoked - named]
        text = machine["Properties"]["Definition"]
        substitutions = machine["Properties"]["DefinitionSubstitutions"]
        faults += [
            f"{name}: does not use {each}"
            for each in substitutions
            if not mentions(text, "${" + each + "}")
        ]
    return faults
