"""Who gets in where beside the matrix, and that each check sees the faults it is there for."""

from __future__ import annotations

import pytest

from tests.template.isolation import checks, rights
from tests.template.isolation.plants import changed, statements, without
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.policies.access import page
from tools.policies.decisions import NoSuchTagError
from tools.policies.stack import Stack
from tools.sam_template import Json

POLICY = "OrganizationAccess"
DIGITS = ("First", "Second", "Third", "Fourth", "Fifth")
CHECKS: list[Check] = [
    checks.odd_tags_open_nothing,
    checks.strangers_get_nothing,
    checks.nothing_goes_in_the_clear,
    checks.organizations_use_the_key_by_s3_only,
    checks.strangers_do_not_use_the_key,
    checks.organizations_keep_their_tag,
    rights.the_outbound_bucket_turns_writers_away,
    rights.rights_do_not_spread,
    rights.services_take_their_roles_only,
]


@pytest.mark.parametrize("value", checks.NO_TAGS)
def test_a_value_that_is_no_tag_is_none_for_the_evaluator_either(
    value: str, template: Json
) -> None:
    with pytest.raises(NoSuchTagError):
        Stack(template).organization(value)


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def _key(template: Json) -> list[Json]:
    found: list[Json] = properties(template, "HubKey")["KeyPolicy"]["Statement"]
    return found


def _own(template: Json, role: str) -> list[Json]:
    found: list[Json] = properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def _allow(action: str, resource: object) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def any_text_of_the_right_length_is_an_id(template: Json) -> None:
    for policy in ("InboundBucketPolicy", "OutboundBucketPolicy"):
        for each in statements(template, policy):
            if "Digit" in each["Sid"]:
                each["Condition"]["StringNotLike"] = {"aws:PrincipalTag/org": "ORG?????"}


def the_bucket_is_open_to_everyone(template: Json) -> None:
    statements(template, "OutboundBucketPolicy").append(
        _allow("s3:ListBucket", {"Fn::GetAtt": ["OutboundBucket", "Arn"]}) | {"Principal": "*"}
    )


def uploads_need_no_tag(template: Json) -> None:
    allowed = next(e for e in statements(template, POLICY) if e["Sid"] == "Upload")
    allowed["Resource"] = {"Fn::Sub": "${InboundBucket.Arn}/*"}
    without(POLICY, *(f"Has{which}Digit" for which in DIGITS))(template)


def plain_http_is_told_by_name_only(template: Json) -> None:
    for policy in ("InboundBucketPolicy", "OutboundBucketPolicy", "DataBucketPolicy"):
        found = next(e for e in statements(template, policy) if e["Sid"] == "TlsOnly")
        found["Resource"] = found["Resource"][0]


def plain_http_is_refused_to_organizations_only(template: Json) -> None:
    found = next(e for e in statements(template, "DataBucketPolicy") if e["Sid"] == "TlsOnly")
    found["Condition"]["Null"] = {"aws:PrincipalTag/org": "false"}


def _through(key: str, name: str) -> Plant:
    return changed(
        POLICY, "EncryptThroughS3", lambda found: found["Condition"]["StringEquals"].pop(key), name
    )


def everyone_uses_the_key(template: Json) -> None:
    _key(template).append(_allow("kms:*", "*") | {"Principal": "*"})


def another_account_uses_the_key(template: Json) -> None:
    who = {"AWS": "arn:aws:iam::999988887777:root"}
    _key(template).append(_allow("kms:Decrypt", "*") | {"Principal": who})


def sessions_bring_tags(template: Json) -> None:
    found = next(e for e in statements(template, POLICY) if e["Sid"] == "NoTagging")
    found["Action"].remove("sts:TagSession")


def only_the_own_tag_is_kept(template: Json) -> None:
    found = next(e for e in statements(template, POLICY) if e["Sid"] == "NoTagging")
    found["Condition"] = {"ForAnyValue:StringEquals": {"aws:TagKeys": "org"}}


def the_account_takes_publishs_role(template: Json) -> None:
    trust = properties(template, "PublishRole")["AssumeRolePolicyDocument"]["Statement"]
    trust[0]["Principal"] = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}


def _trust(template: Json, role: str) -> Json:
    trust: Json = properties(template, role)["AssumeRolePolicyDocument"]["Statement"][0]
    return trust


def lambda_takes_a_role_for_any_account(template: Json) -> None:
    del _trust(template, "IntakeRole")["Condition"]


def states_takes_a_role_for_whom_it_does_not_tell(template: Json) -> None:
    condition = _trust(template, "GatewayMachineRole")["Condition"]
    condition["StringEqualsIfExists"] = condition.pop("StringEquals")


def _grants(role: str, action: str, resource: object) -> Plant:
    def plant(template: Json) -> None:
        _own(template, role).append(_allow(action, resource))

    plant.__name__ = f"{role}_gets_{action.replace(':', '_')}"
    return plant


def _takes_from_all(name: str) -> Plant:
    def plant(template: Json) -> None:
        found = template["Resources"][name]["Properties"]
        found["ManagedPolicyArns"] = [
            each for each in found["ManagedPolicyArns"] if each != {"Ref": "LeaveGovernedItems"}
        ]

    plant.__name__ = f"{name}_may_write_everything"
    return plant


def sweep_writes_too(template: Json) -> None:
    statement = next(
        e for e in statements(template, "OutboundBucketPolicy") if e["Sid"] == "OnlyPublishWrites"
    )
    roles = [{"Fn::GetAtt": [name, "Arn"]} for name in ("PublishRole", "SweepRole")]
    statement["Condition"] = {"ArnNotEquals": {"aws:PrincipalArn": roles}}


def publish_may_not_publish(template: Json) -> None:
    statement = next(
        e for e in statements(template, "OutboundBucketPolicy") if e["Sid"] == "OnlyPublishWrites"
    )
    statement["Condition"] = {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/gone"}}


PLANTS: dict[Check, list[Plant]] = {
    checks.odd_tags_open_nothing: [
        *(
            without(f"{bucket}BucketPolicy", f"OrganizationsHaveA{which}Digit")
            for bucket in ("Inbound", "Outbound")
            for which in DIGITS
        ),
        *(without(POLICY, f"Has{which}Digit") for which in DIGITS),
        any_text_of_the_right_length_is_an_id,
    ],
    checks.strangers_get_nothing: [the_bucket_is_open_to_everyone, uploads_need_no_tag],
    checks.nothing_goes_in_the_clear: [
        without("DataBucketPolicy", "TlsOnly"),
        plain_http_is_told_by_name_only,
        plain_http_is_refused_to_organizations_only,
    ],
    checks.organizations_use_the_key_by_s3_only: [
        _through("kms:ViaService", "directly"),
        _through("kms:EncryptionContext:aws:s3:arn", "for_any_bucket"),
    ],
    checks.strangers_do_not_use_the_key: [everyone_uses_the_key, another_account_uses_the_key],
    checks.organizations_keep_their_tag: [
        without(POLICY, "NoTagging"),
        sessions_bring_tags,
        only_the_own_tag_is_kept,
        the_account_takes_publishs_role,
    ],
    rights.the_outbound_bucket_turns_writers_away: [
        without("OutboundBucketPolicy", "OnlyPublishWrites"),
        sweep_writes_too,
    ],
    rights.rights_do_not_spread: [
        publish_may_not_publish,
        _takes_from_all("PublishRole"),
        _grants("IntakeRole", "s3:DeleteObject", {"Fn::Sub": "${InboundBucket.Arn}/*"}),
        _grants("IntakeRole", "s3:PutObject", {"Fn::Sub": "${DataBucket.Arn}/*"}),
        _grants("SweepRole", "s3:Put*", {"Fn::GetAtt": ["DataBucket", "Arn"]}),
        _grants("SweepRole", "secretsmanager:GetSecretValue", {"Ref": "IdentifierSecret"}),
        _grants("OperateRole", "dynamodb:*", {"Fn::GetAtt": ["HubStateTable", "Arn"]}),
        _grants("PublishRole", "kms:Decrypt", {"Fn::GetAtt": ["HubKey", "Arn"]}),
        _grants("PublishRole", "logs:PutLogEvents", {"Fn::GetAtt": ["IntakeLogs", "Arn"]}),
    ],
    rights.services_take_their_roles_only: [
        the_account_takes_publishs_role,
        lambda_takes_a_role_for_any_account,
        states_takes_a_role_for_whom_it_does_not_tell,
    ],
}


@each_plant(PLANTS)
def test_the_check_sees(check: Check, plant: Plant, template: Json) -> None:
    plant(template)
    assert check(template) != []


def test_every_check_is_tried_on_a_fault() -> None:
    assert set(PLANTS) == set(CHECKS)


@pytest.mark.parametrize(
    "plant",
    [
        _takes_from_all("PublishRole"),
        _grants("SweepRole", "secretsmanager:Get*", {"Ref": "IdentifierSecret"}),
        everyone_uses_the_key,
        the_bucket_is_open_to_everyone,
        the_account_takes_publishs_role,
    ],
    ids=lambda each: each.__name__,
)
def test_the_page_of_who_may_do_what_shows_it(plant: Plant, template: Json) -> None:
    before = page(Stack(template))
    plant(template)
    assert page(Stack(template)) != before
