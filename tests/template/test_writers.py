"""Who may write which items, and that each check sees the fault it is there for."""

from __future__ import annotations

from mdmr.continuity.gateway import GATE_KEY
from mdmr.continuity.records import LEASE_SHARDS, lease_key
from mdmr.evidence.records import record_key
from mdmr.exchange.ledger.receipts import receipt_key
from mdmr.identifiers.numbers import number_key, pair_key
from mdmr.identifiers.universal_id import Pair
from mdmr.organizations.parameters import timeline_key
from mdmr.organizations.registry import organization_key

from tests.template import writers
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.policies.kinds import DIRECTORY, HUB_STATE, kind_of, kinds
from tools.sam_template import Json

CHECKS: list[Check] = [
    writers.items_are_written_by_those_they_belong_to,
    writers.what_is_governed_is_denied,
    writers.no_write_concerns_items_of_two_kinds,
    writers.indexes_are_read_only,
    writers.governed_items_can_be_checked,
    writers.only_the_operator_writes_the_evidence_bucket,
]


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def test_what_is_governed_is_a_kind_of_item() -> None:
    words = {kind.word for kind in kinds() if kind.table == HUB_STATE}
    assert set(writers.GOVERNED) <= words


def test_all_of_the_directory_is_somebodys() -> None:
    assert set(writers.OF_DIRECTORY) == {each.word for each in kinds() if each.table == DIRECTORY}


def test_the_kinds_are_those_of_the_code() -> None:
    state = [
        *(lease_key(shard) for shard in range(LEASE_SHARDS)),
        GATE_KEY,
        record_key(1, epoch=1),
        organization_key("ORG11111"),
        timeline_key("usdp.run_min", "*"),
        receipt_key("1"),
    ]
    assert [key for key in state if kind_of(HUB_STATE, key.partition) is None] == []
    directory = [number_key("12345678"), pair_key(Pair("ORG11111", "SP-1"))]
    assert [key for key in directory if kind_of(DIRECTORY, key.partition) is None] == []


def _denial(template: Json, role: str = "") -> Json:
    """Return the denial that all share, or that of a role of its own."""
    policy = properties(template, role)["Policies"][0] if role else None
    document = (policy or properties(template, "LeaveGovernedItems"))["PolicyDocument"]
    found: Json = next(e for e in document["Statement"] if e.get("Sid") == "GovernedItems")
    return found


def _keys(template: Json, role: str = "") -> list[str]:
    condition = _denial(template, role)["Condition"]["ForAnyValue:StringLike"]
    found: list[str] = condition["dynamodb:LeadingKeys"]
    return found


def _left_out(word: str, role: str = "") -> Plant:
    """Return a plant that takes a kind of items out of a denial."""

    def plant(template: Json) -> None:
        keys = _keys(template, role)
        before = len(keys)
        keys[:] = [each for each in keys if each.rstrip("#*") != word]
        assert len(keys) == before - 1

    plant.__name__ = f"{word}_is_left_out_of_{role or 'all'}"
    return plant


def a_function_without_the_denial(template: Json) -> None:
    properties(template, "PublishRole")["ManagedPolicyArns"].remove({"Ref": "LeaveGovernedItems"})


def a_new_function_without_the_denial(template: Json) -> None:
    template["Resources"]["NewRole"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": properties(template, "SweepRole")[
                "AssumeRolePolicyDocument"
            ],
            "ManagedPolicyArns": [{"Ref": "DecideInHubState"}],
        },
    }


def a_function_that_writes_the_registry_alone(template: Json) -> None:
    found = properties(template, "StageSetRole")["Policies"][0]["PolicyDocument"]["Statement"]
    found.append(
        {
            "Effect": "Allow",
            "Action": "dynamodb:PartiQLUpdate",
            "Resource": {"Fn::GetAtt": ["HubStateTable", "Arn"]},
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["REGISTRY"]}},
        }
    )
    properties(template, "StageSetRole")["ManagedPolicyArns"].remove({"Ref": "LeaveGovernedItems"})


def some_shards_are_left_out(template: Json) -> None:
    keys = _keys(template)
    keys[keys.index("LEASE#*")] = "LEASE#?"


def one_way_to_write_is_left_out(template: Json) -> None:
    _denial(template)["Action"].remove("dynamodb:UpdateItem")


def the_denial_asks_for_more(template: Json) -> None:
    _denial(template)["Condition"]["Null"] = {"aws:PrincipalTag/org": "false"}


def every_key_must_match(template: Json) -> None:
    condition = _denial(template)["Condition"]
    condition["ForAllValues:StringLike"] = condition.pop("ForAnyValue:StringLike")


def another_table_is_denied(template: Json) -> None:
    _denial(template)["Resource"] = {"Fn::GetAtt": ["MasterDirectoryTable", "Arn"]}


def the_operator_is_locked_out(template: Json) -> None:
    properties(template, "OperateRole")["ManagedPolicyArns"].append({"Ref": "LeaveGovernedItems"})


def the_sweep_is_locked_out(template: Json) -> None:
    _keys(template, "SweepRole").append("FILED#*")


def the_head_of_the_chain_is_left_out(template: Json) -> None:
    keys = _keys(template)
    keys[keys.index("EVIDENCE*")] = "EVIDENCE#*"


def _own(template: Json, role: str, sid: str) -> Json:
    statements = properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"]
    found: Json = next(each for each in statements if each.get("Sid") == sid)
    return found


def assigning_writes_documents(template: Json) -> None:
    keys = _own(template, "AssignIdentifiersRole", "Numbers")["Condition"]
    keys["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].append("SDP#*")


def assigning_writes_any_item(template: Json) -> None:
    del _own(template, "AssignIdentifiersRole", "Numbers")["Condition"]


def sets_write_numbers(template: Json) -> None:
    del _own(template, "ProcessSetRole", "Documents")["Condition"]


def sets_write_no_meter(template: Json) -> None:
    keys = _own(template, "ProcessSetRole", "Documents")["Condition"]["ForAllValues:StringLike"]
    keys["dynamodb:LeadingKeys"].remove("METER#*")


def the_operator_writes_documents(template: Json) -> None:
    del _own(template, "OperateRole", "Numbers")["Condition"]


def one_number_lets_a_document_pass(template: Json) -> None:
    condition = _own(template, "AssignIdentifiersRole", "Numbers")["Condition"]
    condition["ForAnyValue:StringLike"] = condition.pop("ForAllValues:StringLike")


def the_index_is_written(template: Json) -> None:
    statements = properties(template, "DecideInHubState")["PolicyDocument"]["Statement"]
    statements[1]["Action"] = ["dynamodb:Query", "dynamodb:PutItem"]


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
    del _own(template, "RenewLeaseRole", "Lease")["Condition"]


PLANTS: dict[Check, list[Plant]] = {
    writers.items_are_written_by_those_they_belong_to: [
        a_function_without_the_denial,
        a_new_function_without_the_denial,
        a_function_that_writes_the_registry_alone,
        *(_left_out(each) for each in sorted(writers.GOVERNED)),
        *(_left_out(each, "SweepRole") for each in sorted(set(writers.GOVERNED) - {"FILED"})),
        *(
            _left_out(each, "TendGatewayRole")
            for each in sorted(set(writers.GOVERNED) - {"CLOSED", "EVIDENCE", "GATE"})
        ),
        the_operator_is_locked_out,
        the_sweep_is_locked_out,
        renewing_writes_anything,
        assigning_writes_documents,
        assigning_writes_any_item,
        sets_write_numbers,
        sets_write_no_meter,
        the_operator_writes_documents,
    ],
    writers.what_is_governed_is_denied: [
        a_new_function_without_the_denial,
        some_shards_are_left_out,
        one_way_to_write_is_left_out,
        the_denial_asks_for_more,
        every_key_must_match,
        another_table_is_denied,
        the_head_of_the_chain_is_left_out,
    ],
    writers.no_write_concerns_items_of_two_kinds: [one_number_lets_a_document_pass],
    writers.indexes_are_read_only: [the_index_is_written],
    writers.governed_items_can_be_checked: [nobody_can_check_the_lease],
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
