"""Who may do what, and that each check sees the fault it is there for."""

from __future__ import annotations

from tests.template import permissions
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.sam_template import Json

CHECKS: list[Check] = [
    permissions.every_function_has_its_own_role,
    permissions.no_role_uses_policies_of_aws,
    permissions.actions_and_resources_are_named,
    permissions.the_key_is_administered_by_the_account_only,
    permissions.only_publish_writes_the_outbound_bucket,
    permissions.nobody_deletes,
    permissions.nobody_scans,
    permissions.the_secret_is_read_by_those_who_derive_ids,
    permissions.organizations_are_granted_their_own_prefix,
    permissions.organizations_do_not_tag,
    permissions.buckets_turn_tagged_principals_away,
    permissions.services_are_let_in_by_source,
    permissions.roles_are_taken_for_this_account_only,
    permissions.the_machine_invokes_only_its_functions,
]


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def _own(template: Json, role: str) -> list[Json]:
    found: list[Json] = properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def _on(template: Json, policy: str) -> list[Json]:
    found: list[Json] = properties(template, policy)["PolicyDocument"]["Statement"]
    return found


def _allow(action: str, resource: object) -> Json:
    return {"Effect": "Allow", "Action": [action], "Resource": resource}


def _without(statements: list[Json], sid: str) -> None:
    before = len(statements)
    statements[:] = [each for each in statements if each.get("Sid") != sid]
    assert len(statements) == before - 1


def _condition(statements: list[Json], sid: str) -> Json:
    found: Json = next(each for each in statements if each.get("Sid") == sid)["Condition"]
    return found


OUTBOUND = {"Fn::Sub": "${OutboundBucket.Arn}/*"}
SECRET = {"Fn::Sub": "arn:aws:secretsmanager:x:1:secret:mdmr-dev-identifier-secret-??????"}


def two_functions_share_a_role(template: Json) -> None:
    properties(template, "SweepFunction")["Role"] = {"Fn::GetAtt": ["IntakeRole", "Arn"]}


def a_role_from_elsewhere(template: Json) -> None:
    properties(template, "SweepFunction")["Role"] = {"Fn::GetAtt": ["Elsewhere", "Arn"]}


def a_managed_policy_of_aws(template: Json) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    properties(template, "IntakeRole")["ManagedPolicyArns"].append(arn)


def a_wildcard_action(template: Json) -> None:
    _own(template, "IntakeRole").append(_allow("sqs:*", {"Fn::GetAtt": ["IntakeQueue", "Arn"]}))


def a_wildcard_within_an_action(template: Json) -> None:
    _own(template, "IntakeRole").append(_allow("s3:Get*", OUTBOUND))


def any_resource(template: Json) -> None:
    _own(template, "IntakeRole").append(_allow("sqs:SendMessage", "*"))


def any_table(template: Json) -> None:
    tables = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"}
    _own(template, "IntakeRole").append(_allow("dynamodb:GetItem", tables))


def a_wildcard_beside_log_delivery(template: Json) -> None:
    found = next(
        each
        for each in _own(template, "IdentifiersMachineRole")
        if each.get("Sid") == "LogDelivery"
    )
    found["Action"].append("lambda:InvokeFunction")


def allowed_by_exception(template: Json) -> None:
    _own(template, "IntakeRole").append(
        {"Effect": "Allow", "NotAction": "iam:CreateUser", "Resource": OUTBOUND}
    )


def a_wildcard_in_a_shared_policy(template: Json) -> None:
    _on(template, "DecideInHubState")[0]["Action"].append("dynamodb:*")


def a_service_administers_the_key(template: Json) -> None:
    properties(template, "HubKey")["KeyPolicy"]["Statement"][1]["Action"] = "kms:*"


def another_account_uses_the_key(template: Json) -> None:
    properties(template, "HubKey")["KeyPolicy"]["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}
    )


def intake_writes_outbound(template: Json) -> None:
    _own(template, "IntakeRole").append(_allow("s3:PutObject", OUTBOUND))


def organizations_write_outbound(template: Json) -> None:
    _on(template, "OrganizationAccess").append(_allow("s3:DeleteObject", OUTBOUND))


def outbound_takes_every_writer(template: Json) -> None:
    _without(_on(template, "OutboundBucketPolicy"), "OnlyPublishWrites")


def outbound_takes_another_writer(template: Json) -> None:
    condition = _condition(_on(template, "OutboundBucketPolicy"), "OnlyPublishWrites")
    condition["ArnNotEquals"]["aws:PrincipalArn"] = {"Fn::GetAtt": ["SweepRole", "Arn"]}


def publish_deletes(template: Json) -> None:
    _own(template, "PublishRole").append(_allow("s3:DeleteObject", OUTBOUND))


def items_are_deleted(template: Json) -> None:
    _on(template, "DecideInHubState")[0]["Action"].append("dynamodb:DeleteItem")


def the_table_is_scanned(template: Json) -> None:
    _on(template, "DecideInHubState")[0]["Action"].append("dynamodb:Scan")


def intake_reads_the_secret(template: Json) -> None:
    _own(template, "IntakeRole").append(_allow("secretsmanager:GetSecretValue", SECRET))


def everyone_reads_the_secret(template: Json) -> None:
    _on(template, "DecideInHubState").append(_allow("secretsmanager:GetSecretValue", SECRET))


def the_account_is_not_pinned(template: Json) -> None:
    del _condition(_on(template, "OrganizationAccess"), "Upload")["StringEquals"]


def uploads_go_anywhere(template: Json) -> None:
    _on(template, "OrganizationAccess")[0]["Resource"] = {"Fn::Sub": "${InboundBucket.Arn}/*"}


def listing_goes_anywhere(template: Json) -> None:
    del _condition(_on(template, "OrganizationAccess"), "List")["StringLike"]


def the_key_is_used_without_s3(template: Json) -> None:
    condition = _condition(_on(template, "OrganizationAccess"), "EncryptThroughS3")
    del condition["StringEquals"]["kms:ViaService"]


def organizations_tag_themselves(template: Json) -> None:
    _without(_on(template, "OrganizationAccess"), "NoTagging")


def organizations_fetch_inbound(template: Json) -> None:
    _without(_on(template, "InboundBucketPolicy"), "OrganizationsOnlyUpload")


def organizations_upload_anywhere(template: Json) -> None:
    _without(_on(template, "InboundBucketPolicy"), "OrganizationsStayInTheirPrefix")


def organizations_list_every_prefix(template: Json) -> None:
    _without(_on(template, "OutboundBucketPolicy"), "OrganizationsListTheirPrefix")


def organizations_see_the_data_bucket(template: Json) -> None:
    _without(_on(template, "DataBucketPolicy"), "NoOrganization")


def the_denial_asks_for_the_wrong_tag(template: Json) -> None:
    condition = _condition(_on(template, "OutboundBucketPolicy"), "OrganizationsOnlyFetch")
    condition["Null"] = {"aws:PrincipalTag/organization": "false"}


def _allowing(template: Json, policy: str) -> Json:
    return next(each for each in _on(template, policy) if each["Effect"] == "Allow")


def any_rule_feeds_the_queue(template: Json) -> None:
    del _allowing(template, "ArrivalsQueuePolicy")["Condition"]


def a_foreign_rule_publishes(template: Json) -> None:
    _allowing(template, "NotificationTopicPolicy")["Condition"] = {
        "ArnEquals": {"aws:SourceArn": "arn:aws:events:ca-central-1:123456789012:rule/other"}
    }


def any_alarm_is_told_to_the_operator(template: Json) -> None:
    del _allowing(template, "AlarmTopicPolicy")["Condition"]["ArnLike"]


def a_wildcard_beside_traces(template: Json) -> None:
    _on(template, "WriteTraces")[0]["Action"].append("sqs:SendMessage")


def anyone_feeds_the_queue(template: Json) -> None:
    _allowing(template, "ArrivalsQueuePolicy")["Principal"] = "*"


def _trust(template: Json, role: str) -> Json:
    found: Json = properties(template, role)["AssumeRolePolicyDocument"]["Statement"][0]
    return found


def lambda_takes_a_role_for_anybody(template: Json) -> None:
    del _trust(template, "PublishRole")["Condition"]


def a_schedule_of_any_account_takes_the_role(template: Json) -> None:
    del _trust(template, "SweepScheduleRole")["Condition"]


def replication_for_another_account(template: Json) -> None:
    _trust(template, "ReplicationRole")["Condition"] = {
        "StringEquals": {"aws:SourceAccount": "999988887777"}
    }


def the_account_is_asked_for_only_where_it_is_told(template: Json) -> None:
    condition = _trust(template, "GatewayMachineRole")["Condition"]
    condition["StringEqualsIfExists"] = condition.pop("StringEquals")


def the_machine_invokes_publish(template: Json) -> None:
    publish = {"Fn::GetAtt": ["PublishFunction", "Arn"]}
    _own(template, "IdentifiersMachineRole")[0]["Resource"].append(publish)


def the_machine_lacks_a_right(template: Json) -> None:
    _own(template, "IdentifiersMachineRole")[0]["Resource"].pop()


def the_machine_is_told_of_a_function_in_vain(template: Json) -> None:
    machine = properties(template, "IdentifiersMachine")
    states = machine["Definition"]["States"]["RunSlot"]["Branches"][0]["States"]
    states["FinishSlot"] = {"Type": "Succeed", "Comment": "Done."}


PLANTS: dict[Check, list[Plant]] = {
    permissions.every_function_has_its_own_role: [
        two_functions_share_a_role,
        a_role_from_elsewhere,
    ],
    permissions.no_role_uses_policies_of_aws: [a_managed_policy_of_aws],
    permissions.actions_and_resources_are_named: [
        a_wildcard_action,
        a_wildcard_within_an_action,
        any_resource,
        any_table,
        a_wildcard_beside_log_delivery,
        a_wildcard_beside_traces,
        allowed_by_exception,
        a_wildcard_in_a_shared_policy,
    ],
    permissions.the_key_is_administered_by_the_account_only: [
        a_service_administers_the_key,
        another_account_uses_the_key,
    ],
    permissions.only_publish_writes_the_outbound_bucket: [
        intake_writes_outbound,
        organizations_write_outbound,
        outbound_takes_every_writer,
        outbound_takes_another_writer,
    ],
    permissions.nobody_deletes: [publish_deletes, items_are_deleted],
    permissions.nobody_scans: [the_table_is_scanned],
    permissions.the_secret_is_read_by_those_who_derive_ids: [
        intake_reads_the_secret,
        everyone_reads_the_secret,
    ],
    permissions.organizations_are_granted_their_own_prefix: [
        the_account_is_not_pinned,
        uploads_go_anywhere,
        listing_goes_anywhere,
        the_key_is_used_without_s3,
    ],
    permissions.organizations_do_not_tag: [organizations_tag_themselves],
    permissions.buckets_turn_tagged_principals_away: [
        organizations_fetch_inbound,
        organizations_upload_anywhere,
        organizations_list_every_prefix,
        organizations_see_the_data_bucket,
        the_denial_asks_for_the_wrong_tag,
    ],
    permissions.services_are_let_in_by_source: [
        any_rule_feeds_the_queue,
        a_foreign_rule_publishes,
        any_alarm_is_told_to_the_operator,
        anyone_feeds_the_queue,
    ],
    permissions.roles_are_taken_for_this_account_only: [
        lambda_takes_a_role_for_anybody,
        a_schedule_of_any_account_takes_the_role,
        replication_for_another_account,
        the_account_is_asked_for_only_where_it_is_told,
    ],
    permissions.the_machine_invokes_only_its_functions: [
        the_machine_invokes_publish,
        the_machine_lacks_a_right,
        the_machine_is_told_of_a_function_in_vain,
    ],
}


@each_plant(PLANTS)
def test_the_check_sees(check: Check, plant: Plant, template: Json) -> None:
    plant(template)
    assert check(template) != []


def test_every_check_is_tried_on_a_fault() -> None:
    assert set(PLANTS) == set(CHECKS)
