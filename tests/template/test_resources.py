"""What is deployed, and that each check sees the fault it is there for."""

from __future__ import annotations

from tests.template import resources
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.sam_template import Json, read_template

CHECKS: list[Check] = [
    resources.buckets_are_private,
    resources.keys_are_renewed,
    resources.evidence_is_locked,
    resources.buckets_keep_versions,
    resources.buckets_speak_tls_only,
    resources.queues_and_topics_speak_tls_only,
    resources.policies_are_not_too_long,
    resources.bucket_names_carry_account_and_region,
    resources.uploads_raise_events,
    resources.data_outlives_the_stack,
    resources.tables_can_be_restored,
    resources.tables_are_those_of_the_schema,
    resources.shared_state_belongs_to_the_primary,
    resources.every_function_logs_for_a_limited_time,
    resources.functions_run_on_lambda_as_pinned,
    resources.schedules_know_no_daylight_time,
    resources.notifications_pass_on_unread_text_as_data,
]


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def test_every_function_has_its_handler() -> None:
    assert resources.missing_handlers(read_template()) == []


def test_a_function_without_its_handler_is_seen() -> None:
    template = read_template()
    properties(template, "SweepFunction")["CodeUri"] = "functions/nowhere/"
    assert resources.missing_handlers(template) == ["SweepFunction: functions/nowhere/app.py"]


def a_public_bucket(template: Json) -> None:
    properties(template, "InboundBucket")["PublicAccessBlockConfiguration"].pop("BlockPublicAcls")


def a_bucket_with_other_owners(template: Json) -> None:
    del properties(template, "InboundBucket")["OwnershipControls"]


def a_bucket_in_the_clear(template: Json) -> None:
    del properties(template, "DataBucket")["BucketEncryption"]


def _encryption(template: Json, bucket: str) -> Json:
    rules = properties(template, bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    found: Json = rules[0]["ServerSideEncryptionByDefault"]
    return found


def a_bucket_under_the_key_of_s3(template: Json) -> None:
    del _encryption(template, "DataBucket")["KMSMasterKeyID"]


def a_bucket_under_another_key(template: Json) -> None:
    _encryption(template, "DataBucket")["KMSMasterKeyID"] = "alias/somebody"


def a_key_for_ever(template: Json) -> None:
    properties(template, "HubKey")["EnableKeyRotation"] = False


def evidence_without_a_lock(template: Json) -> None:
    del properties(template, "EvidenceBucket")["ObjectLockEnabled"]


def evidence_without_a_time(template: Json) -> None:
    del properties(template, "EvidenceBucket")["ObjectLockConfiguration"]["Rule"]


def evidence_of_prod_that_an_administrator_deletes(template: Json) -> None:
    template["Mappings"]["ByEnvironment"]["prod"]["EvidenceLock"] = "GOVERNANCE"


def evidence_of_prod_for_a_year(template: Json) -> None:
    template["Mappings"]["ByEnvironment"]["prod"]["EvidenceDays"] = 365


def evidence_of_dev_that_nobody_can_ever_clean_up(template: Json) -> None:
    template["Mappings"]["ByEnvironment"]["dev"]["EvidenceLock"] = "COMPLIANCE"


def a_bucket_without_versions(template: Json) -> None:
    properties(template, "InboundBucket")["VersioningConfiguration"] = {"Status": "Suspended"}


def a_bucket_that_takes_plain_http(template: Json) -> None:
    del properties(template, "OutboundBucketPolicy")["PolicyDocument"]["Statement"][0]


def a_bucket_whose_objects_take_plain_http(template: Json) -> None:
    denial = properties(template, "OutboundBucketPolicy")["PolicyDocument"]["Statement"][0]
    del denial["Resource"][1]


def _of_policy(template: Json, policy: str) -> list[Json]:
    found: list[Json] = properties(template, policy)["PolicyDocument"]["Statement"]
    return found


def a_queue_without_a_policy(template: Json) -> None:
    properties(template, "FunctionsQueuePolicy")["Queues"].remove({"Ref": "PublishQueue"})


def a_queue_that_its_policy_does_not_name(template: Json) -> None:
    _of_policy(template, "FunctionsQueuePolicy")[0]["Resource"].pop()


def a_queue_that_takes_plain_http(template: Json) -> None:
    del _of_policy(template, "DeadQueuePolicy")[0]


def a_queue_that_is_read_in_the_clear(template: Json) -> None:
    _of_policy(template, "ArrivalsQueuePolicy")[0]["Action"] = "sqs:SendMessage"


def a_topic_that_takes_plain_http(template: Json) -> None:
    del _of_policy(template, "AlarmTopicPolicy")[0]


def a_topic_that_is_subscribed_to_in_the_clear(template: Json) -> None:
    _of_policy(template, "NotificationTopicPolicy")[0]["Action"].remove("sns:Subscribe")


def an_organizations_policy_that_aws_does_not_take(template: Json) -> None:
    found = _of_policy(template, "OrganizationAccess")
    found.extend({**found[-1], "Sid": f"Again{number}"} for number in range(40))


def a_role_that_aws_does_not_take(template: Json) -> None:
    found = properties(template, "IntakeRole")["Policies"][0]["PolicyDocument"]["Statement"]
    found.extend(found * 8)


def a_bucket_name_for_one_account_only(template: Json) -> None:
    properties(template, "DataBucket")["BucketName"] = {"Fn::Sub": "mdmr-${Environment}-data"}


def a_silent_bucket(template: Json) -> None:
    del properties(template, "InboundBucket")["NotificationConfiguration"]


def a_rule_for_another_bucket(template: Json) -> None:
    pattern = properties(template, "UploadedRule")["EventPattern"]
    pattern["detail"]["bucket"]["name"] = [{"Ref": "OutboundBucket"}]


def a_rule_past_the_queue(template: Json) -> None:
    target = properties(template, "UploadedRule")["Targets"][0]
    target["Arn"] = {"Fn::GetAtt": ["PublishQueue", "Arn"]}


def a_table_that_goes_with_the_stack(template: Json) -> None:
    template["Resources"]["HubStateTable"]["DeletionPolicy"] = "Delete"


def a_secret_that_goes_when_replaced(template: Json) -> None:
    del template["Resources"]["IdentifierSecret"]["UpdateReplacePolicy"]


def a_table_without_recovery(template: Json) -> None:
    replica = properties(template, "HubStateTable")["Replicas"][0]
    replica["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": False}


def a_replica_without_recovery(template: Json) -> None:
    replica = properties(template, "HubStateTable")["Replicas"][1]["Fn::If"][1]
    del replica["PointInTimeRecoverySpecification"]


def a_table_in_prod_without_protection(template: Json) -> None:
    template["Mappings"]["ByEnvironment"]["prod"]["DeletionProtection"] = False


def an_index_of_keys_alone(template: Json) -> None:
    index = properties(template, "HubStateTable")["GlobalSecondaryIndexes"][0]
    index["Projection"] = {"ProjectionType": "KEYS_ONLY"}


def an_index_in_another_order(template: Json) -> None:
    index = properties(template, "HubStateTable")["GlobalSecondaryIndexes"][1]
    index["KeySchema"][1]["AttributeName"] = "due"


def an_index_of_the_directory(template: Json) -> None:
    indexes = properties(template, "HubStateTable")["GlobalSecondaryIndexes"]
    properties(template, "MasterDirectoryTable")["GlobalSecondaryIndexes"] = indexes[:1]


def items_that_go_by_another_attribute(template: Json) -> None:
    properties(template, "HubStateTable")["TimeToLiveSpecification"]["AttributeName"] = "due"


def a_table_by_another_name(template: Json) -> None:
    properties(template, "HubStateTable")["TableName"] = {"Fn::Sub": "mdmr-${Environment}-state"}


def a_table_of_each_region(template: Json) -> None:
    del template["Resources"]["HubStateTable"]["Condition"]


def logs_for_ever(template: Json) -> None:
    del properties(template, "IntakeLogs")["RetentionInDays"]


def two_functions_in_one_log(template: Json) -> None:
    properties(template, "SweepFunction")["LoggingConfig"] = {"LogGroup": {"Ref": "IntakeLogs"}}


def a_function_that_makes_its_own_log(template: Json) -> None:
    del properties(template, "SweepFunction")["LoggingConfig"]


def another_runtime(template: Json) -> None:
    properties(template, "SweepFunction")["Runtime"] = "python3.11"


def another_processor(template: Json) -> None:
    del properties(template, "SweepFunction")["Architectures"]


def no_timeout(template: Json) -> None:
    del properties(template, "SweepFunction")["Timeout"]


def a_daylight_zone(template: Json) -> None:
    zone = "America/Toronto"
    properties(template, "SweepFunctionEveryTwoHours")["ScheduleExpressionTimezone"] = zone


def a_run_without_its_time(template: Json) -> None:
    properties(template, "SweepFunctionEveryTwoHours")["Target"]["Input"] = "{}"


def a_late_run_for_ever(template: Json) -> None:
    del properties(template, "SweepFunctionEveryTwoHours")["Target"]["RetryPolicy"]


def a_rule_with_a_schedule(template: Json) -> None:
    properties(template, "UploadedRule")["ScheduleExpression"] = "rate(1 hour)"


def a_text_template(template: Json) -> None:
    target = properties(template, "NotificationRule")["Targets"][0]
    target["InputTransformer"] = {
        "InputPathsMap": {"file": "$.detail.file"},
        "InputTemplate": '{"file": "<file>"}',
    }


PLANTS: dict[Check, list[Plant]] = {
    resources.buckets_are_private: [
        a_public_bucket,
        a_bucket_with_other_owners,
        a_bucket_in_the_clear,
        a_bucket_under_the_key_of_s3,
        a_bucket_under_another_key,
    ],
    resources.keys_are_renewed: [a_key_for_ever],
    resources.evidence_is_locked: [
        evidence_without_a_lock,
        evidence_without_a_time,
        evidence_of_prod_that_an_administrator_deletes,
        evidence_of_prod_for_a_year,
        evidence_of_dev_that_nobody_can_ever_clean_up,
    ],
    resources.buckets_keep_versions: [a_bucket_without_versions],
    resources.buckets_speak_tls_only: [
        a_bucket_that_takes_plain_http,
        a_bucket_whose_objects_take_plain_http,
    ],
    resources.queues_and_topics_speak_tls_only: [
        a_queue_without_a_policy,
        a_queue_that_its_policy_does_not_name,
        a_queue_that_takes_plain_http,
        a_queue_that_is_read_in_the_clear,
        a_topic_that_takes_plain_http,
        a_topic_that_is_subscribed_to_in_the_clear,
    ],
    resources.policies_are_not_too_long: [
        an_organizations_policy_that_aws_does_not_take,
        a_role_that_aws_does_not_take,
    ],
    resources.bucket_names_carry_account_and_region: [a_bucket_name_for_one_account_only],
    resources.uploads_raise_events: [
        a_silent_bucket,
        a_rule_for_another_bucket,
        a_rule_past_the_queue,
    ],
    resources.data_outlives_the_stack: [
        a_table_that_goes_with_the_stack,
        a_secret_that_goes_when_replaced,
    ],
    resources.tables_can_be_restored: [
        a_table_without_recovery,
        a_replica_without_recovery,
        a_table_in_prod_without_protection,
    ],
    resources.tables_are_those_of_the_schema: [
        an_index_of_keys_alone,
        an_index_in_another_order,
        an_index_of_the_directory,
        items_that_go_by_another_attribute,
        a_table_by_another_name,
    ],
    resources.shared_state_belongs_to_the_primary: [a_table_of_each_region],
    resources.every_function_logs_for_a_limited_time: [
        logs_for_ever,
        two_functions_in_one_log,
        a_function_that_makes_its_own_log,
    ],
    resources.functions_run_on_lambda_as_pinned: [another_runtime, another_processor, no_timeout],
    resources.schedules_know_no_daylight_time: [
        a_daylight_zone,
        a_run_without_its_time,
        a_late_run_for_ever,
        a_rule_with_a_schedule,
    ],
    resources.notifications_pass_on_unread_text_as_data: [a_text_template],
}


@each_plant(PLANTS)
def test_the_check_sees(check: Check, plant: Plant, template: Json) -> None:
    plant(template)
    assert check(template) != []


def test_every_check_is_tried_on_a_fault() -> None:
    assert set(PLANTS) == set(CHECKS)
