"""Who may write lease, gateway and evidence, and that each check sees the fault it is there for."""

from __future__ import annotations

from mdmr.continuity.gateway import GATE_KEY
from mdmr.continuity.records import LEASE_SHARDS, lease_key
from mdmr.evidence import chain
from mdmr.evidence.records import record_key

from tests.template import writers
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.sam_template import Json

CHECKS: list[Check] = [
    writers.only_the_operator_writes_lease_and_gate,
    writers.lease_and_gate_can_be_checked,
    writers.only_the_operator_writes_the_evidence_bucket,
]


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def test_the_keys_are_those_of_the_code() -> None:
    lease = {lease_key(shard).partition for shard in range(LEASE_SHARDS)}
    record = record_key(1, epoch=1).partition
    assert set(writers.GOVERNED) <= lease | {GATE_KEY.partition, chain.PARTITION, record}


def _denial(template: Json) -> Json:
    found: Json = properties(template, "LeaveLeaseAndGate")["PolicyDocument"]["Statement"][0]
    return found


def _keys(template: Json) -> list[str]:
    found: list[str] = _denial(template)["Condition"]["ForAnyValue:StringLike"][
        "dynamodb:LeadingKeys"
    ]
    return found


def a_function_without_the_denial(template: Json) -> None:
    properties(template, "SweepRole")["ManagedPolicyArns"].pop()


def a_new_function_without_the_denial(template: Json) -> None:
    template["Resources"]["NewRole"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {"ManagedPolicyArns": [{"Ref": "DecideInHubState"}]},
    }


def the_gate_is_left_out(template: Json) -> None:
    _keys(template).remove("GATE")


def some_shards_are_left_out(template: Json) -> None:
    _keys(template)[:] = ["GATE", "LEASE#?"]


def one_way_to_write_is_left_out(template: Json) -> None:
    _denial(template)["Action"].remove("dynamodb:UpdateItem")


def the_denial_asks_for_more(template: Json) -> None:
    _denial(template)["Condition"]["Bool"] = {"aws:MultiFactorAuthPresent": "false"}


def every_key_must_match(template: Json) -> None:
    condition = _denial(template)["Condition"]
    condition["ForAllValues:StringLike"] = condition.pop("ForAnyValue:StringLike")


def another_table_is_denied(template: Json) -> None:
    _denial(template)["Resource"] = {"Fn::GetAtt": ["MasterDirectoryTable", "Arn"]}


def tending_writes_the_lease(template: Json) -> None:
    statements = properties(template, "TendGatewayRole")["Policies"][0]["PolicyDocument"]
    statements["Statement"] = [e for e in statements["Statement"] if e.get("Sid") != "Lease"]


def the_operator_is_locked_out(template: Json) -> None:
    properties(template, "OperateRole")["ManagedPolicyArns"].append({"Ref": "LeaveLeaseAndGate"})


def the_chain_is_left_out(template: Json) -> None:
    _keys(template).remove("EVIDENCE*")


def the_head_of_the_chain_is_left_out(template: Json) -> None:
    _keys(template)[:] = ["EVIDENCE#*", "GATE", "LEASE#*"]


def _allow_evidence(template: Json, role: str, action: str) -> None:
    properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"].append(
        {
            "Effect": "Allow",
            "Action": [action],
            "Resource": {"Fn::Sub": "${EvidenceBucket.Arn}/operations/*"},
        }
    )


def intake_writes_evidence(template: Json) -> None:
    _allow_evidence(template, "IntakeRole", "s3:PutObject")


def the_operator_shortens_the_lock(template: Json) -> None:
    _allow_evidence(template, "OperateRole", "s3:PutObjectRetention")


def the_operator_passes_the_lock(template: Json) -> None:
    _allow_evidence(template, "OperateRole", "s3:BypassGovernanceRetention")


def the_bucket_takes_evidence_of_everyone(template: Json) -> None:
    document = properties(template, "EvidenceBucketPolicy")["PolicyDocument"]
    document["Statement"] = [e for e in document["Statement"] if "ArnNotEquals" not in str(e)]


def the_bucket_takes_evidence_of_publish(template: Json) -> None:
    statement = properties(template, "EvidenceBucketPolicy")["PolicyDocument"]["Statement"][-1]
    roles = statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    roles.append({"Fn::GetAtt": ["PublishRole", "Arn"]})


def nobody_can_check_the_lease(template: Json) -> None:
    _denial(template)["Action"].append("dynamodb:ConditionCheckItem")


def renewing_writes_anything(template: Json) -> None:
    role = properties(template, "RenewLeaseRole")["Policies"][0]["PolicyDocument"]["Statement"]
    del next(each for each in role if each.get("Sid") == "Lease")["Condition"]


PLANTS: dict[Check, list[Plant]] = {
    writers.only_the_operator_writes_lease_and_gate: [
        a_function_without_the_denial,
        a_new_function_without_the_denial,
        the_gate_is_left_out,
        some_shards_are_left_out,
        one_way_to_write_is_left_out,
        the_denial_asks_for_more,
        every_key_must_match,
        another_table_is_denied,
        tending_writes_the_lease,
        the_operator_is_locked_out,
        renewing_writes_anything,
        the_chain_is_left_out,
        the_head_of_the_chain_is_left_out,
    ],
    writers.lease_and_gate_can_be_checked: [nobody_can_check_the_lease],
    writers.only_the_operator_writes_the_evidence_bucket: [
        intake_writes_evidence,
        the_operator_shortens_the_lock,
        the_operator_passes_the_lock,
        the_bucket_takes_evidence_of_everyone,
        the_bucket_takes_evidence_of_publish,
    ],
}


@each_plant(PLANTS)
def test_the_check_sees(check: Check, plant: Plant, template: Json) -> None:
    plant(template)
    assert check(template) != []


def test_every_check_is_tried_on_a_fault() -> None:
    assert set(PLANTS) == set(CHECKS)
