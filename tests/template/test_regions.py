"""Two regions from one template, and that each check sees the fault it is there for."""

from __future__ import annotations

from tests.template import regions
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.sam_template import Json

CHECKS: list[Check] = [
    regions.every_bucket_is_copied_into_its_like,
    regions.copies_are_encrypted_with_the_other_regions_key,
    regions.copies_come_in_time_and_stay,
    regions.only_the_other_regions_replication_copies_reports,
    regions.the_replication_role_copies_and_no_more,
    regions.one_region_has_nothing_of_two,
    regions.functions_know_the_other_region,
]


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def _rule(template: Json, bucket: str) -> Json:
    found: Json = properties(template, bucket)["ReplicationConfiguration"]["Fn::If"][1]["Rules"][0]
    return found


def _statement(template: Json, sid: str) -> Json:
    policy = properties(template, "ReplicationRole")["Policies"][0]["PolicyDocument"]
    found: Json = next(each for each in policy["Statement"] if each["Sid"] == sid)
    return found


def a_bucket_that_is_not_copied(template: Json) -> None:
    properties(template, "DataBucket")["ReplicationConfiguration"] = {"Ref": "AWS::NoValue"}


def a_bucket_that_is_copied_into_another(template: Json) -> None:
    _rule(template, "InboundBucket")["Destination"] = _rule(template, "DataBucket")["Destination"]


def a_part_that_is_copied(template: Json) -> None:
    _rule(template, "InboundBucket")["Filter"] = {"Prefix": "ORG1"}


def encrypted_objects_stay_behind(template: Json) -> None:
    del _rule(template, "InboundBucket")["SourceSelectionCriteria"]


def copies_under_this_regions_key(template: Json) -> None:
    destination = _rule(template, "OutboundBucket")["Destination"]
    destination["EncryptionConfiguration"] = {"ReplicaKmsKeyID": {"Fn::GetAtt": ["HubKey", "Arn"]}}


def an_alias_of_another_key(template: Json) -> None:
    properties(template, "HubKeyAlias")["TargetKeyId"] = "another"


def copies_that_take_their_time(template: Json) -> None:
    del _rule(template, "InboundBucket")["Destination"]["ReplicationTime"]


def copies_that_nobody_measures(template: Json) -> None:
    del _rule(template, "DataBucket")["Destination"]["Metrics"]


def deletions_that_are_passed_on(template: Json) -> None:
    _rule(template, "OutboundBucket")["DeleteMarkerReplication"] = {"Status": "Enabled"}


def everybody_replicates_reports(template: Json) -> None:
    policy = properties(template, "OutboundBucketPolicy")["PolicyDocument"]
    policy["Statement"] = [
        each for each in policy["Statement"] if each["Sid"] != "OnlyTheOtherRegionReplicates"
    ]


def this_region_replicates_into_itself(template: Json) -> None:
    policy = properties(template, "OutboundBucketPolicy")["PolicyDocument"]
    (denial,) = (e for e in policy["Statement"] if e["Sid"] == "OnlyTheOtherRegionReplicates")
    own = {"Fn::GetAtt": ["ReplicationRole", "Arn"]}
    denial["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] = own


def replication_deletes(template: Json) -> None:
    _statement(template, "WriteReplicas")["Action"].append("s3:ReplicateDelete")


def replication_writes_here(template: Json) -> None:
    bucket = {"Fn::Sub": "${OutboundBucket.Arn}/*"}
    _statement(template, "WriteReplicas")["Resource"].append(bucket)


def replication_uses_any_key(template: Json) -> None:
    del _statement(template, "WriteEncrypted")["Condition"]["ForAnyValue:StringEquals"]


def replication_uses_the_key_without_s3(template: Json) -> None:
    del _statement(template, "ReadEncrypted")["Condition"]


def functions_take_the_replication_role(template: Json) -> None:
    trust = properties(template, "ReplicationRole")["AssumeRolePolicyDocument"]["Statement"][0]
    trust["Principal"] = {"Service": ["s3.amazonaws.com", "lambda.amazonaws.com"]}


def one_region_renews_its_lease(template: Json) -> None:
    del template["Resources"]["RenewLeaseFunctionEveryMinute"]["Condition"]


def the_first_deployment_replicates(template: Json) -> None:
    template["Conditions"]["Replicates"] = {"Condition": "HasStandby"}


def one_region_looks_for_another(template: Json) -> None:
    given = properties(template, "OperateFunction")["Environment"]["Variables"]
    given["PEER_REGION"] = {"Ref": "StandbyRegion"}


def the_standby_looks_into_itself(template: Json) -> None:
    given = properties(template, "RenewLeaseFunction")["Environment"]["Variables"]
    given["PEER_REGION"] = {"Ref": "StandbyRegion"}


def publish_looks_into_its_own_bucket(template: Json) -> None:
    given = properties(template, "PublishFunction")["Environment"]["Variables"]
    given["PEER_DATA_BUCKET"] = {"Ref": "DataBucket"}


PLANTS: dict[Check, list[Plant]] = {
    regions.every_bucket_is_copied_into_its_like: [
        a_bucket_that_is_not_copied,
        a_bucket_that_is_copied_into_another,
        a_part_that_is_copied,
    ],
    regions.copies_are_encrypted_with_the_other_regions_key: [
        encrypted_objects_stay_behind,
        copies_under_this_regions_key,
        an_alias_of_another_key,
    ],
    regions.copies_come_in_time_and_stay: [
        copies_that_take_their_time,
        copies_that_nobody_measures,
        deletions_that_are_passed_on,
    ],
    regions.only_the_other_regions_replication_copies_reports: [
        everybody_replicates_reports,
        this_region_replicates_into_itself,
    ],
    regions.the_replication_role_copies_and_no_more: [
        replication_deletes,
        replication_writes_here,
        replication_uses_any_key,
        replication_uses_the_key_without_s3,
        functions_take_the_replication_role,
    ],
    regions.one_region_has_nothing_of_two: [
        one_region_renews_its_lease,
        the_first_deployment_replicates,
        one_region_looks_for_another,
    ],
    regions.functions_know_the_other_region: [
        the_standby_looks_into_itself,
        publish_looks_into_its_own_bucket,
    ],
}


@each_plant(PLANTS)
def test_the_check_sees(check: Check, plant: Plant, template: Json) -> None:
    plant(template)
    assert check(template) != []


def test_every_check_is_tried_on_a_fault() -> None:
    assert set(PLANTS) == set(CHECKS)
