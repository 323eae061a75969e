"""What is not understood is an error, never passed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.template.policies.asking import allow, document
from tools.policies.decisions import NoSuchTagError, Principal
from tools.policies.documents import read_policy
from tools.policies.patterns import UnreadablePolicyError
from tools.policies.resolving import Resolver, UnresolvableError
from tools.policies.stack import Stack
from tools.sam_template import Json

ORG = "aws:PrincipalTag/org"


def _condition(name: str, key: str, value: object) -> dict[str, Any]:
    return document(allow(Condition={name: {key: value}}))


UNREADABLE = {
    "an operator": _condition("IpAddress", "aws:PrincipalArn", "10.0.0.0/8"),
    "an operator in another case": _condition("stringequals", ORG, "a"),
    "a set operator": _condition("ForSomeValues:StringEquals", "aws:TagKeys", "a"),
    "a set operator that may miss": _condition(
        "ForAllValues:StringEqualsIfExists", "aws:TagKeys", "a"
    ),
    "Null that may miss": _condition("NullIfExists", ORG, "true"),
    "a key": _condition("StringEquals", "aws:SourceVpce", "vpce-1"),
    "several values without a set operator": _condition("StringEquals", "aws:TagKeys", "a"),
    "one value with one": _condition("ForAnyValue:StringEquals", ORG, "a"),
    "neither true nor false": _condition("Bool", "aws:SecureTransport", "no"),
    "Null of something else": _condition("Null", ORG, "never"),
    "no number": _condition("NumericLessThan", "s3:TlsVersion", "new"),
    "no ARN": _condition("ArnEquals", "aws:SourceArn", "somewhere"),
    "no value": _condition("StringEquals", ORG, []),
    "a default of a variable": _condition("StringEquals", ORG, "${aws:userid, 'nobody'}"),
    "an unfinished variable": _condition("StringEquals", ORG, "${aws:userid"),
    "an element": document(allow(Conditions={})),
    "a principal in a role's policy": document(allow(Principal="*")),
    "an effect": document(allow(Effect="Permit")),
    "action and its opposite": document(allow(NotAction="s3:GetObject")),
    "resource and its opposite": document(allow(NotResource="*")),
    "an action of no service": document(allow(Action="GetObject")),
    "a resource of no form": document(allow(Resource="bucket/*")),
    "a resource of any service": document(allow(Resource="arn:aws:*:::x")),
    "a variable for an account": document(allow(Resource="arn:aws:sqs:x:${aws:userid}:q")),
    "another version": {"Version": "2008-10-17", "Statement": [allow()]},
    "a variable without a version": {"Statement": [allow(Resource="arn:aws:s3:::${aws:userid}")]},
    "no statement": {"Version": "2012-10-17"},
    "something else beside": document(allow()) | {"Comment": "x"},
}
UNREADABLE_ON_A_RESOURCE = {
    "nobody named": document(allow()),
    "all but some": document(allow(NotPrincipal={"AWS": "*"})),
    "a kind of principal": document(allow(Principal={"Federated": "idp"})),
    "a wildcard within a principal": document(allow(Principal={"AWS": "arn:aws:iam::1:role/*"})),
}


@pytest.mark.parametrize("given", UNREADABLE.values(), ids=UNREADABLE)
def test_a_roles_policy_is_not_read(given: dict[str, Any]) -> None:
    with pytest.raises(UnreadablePolicyError):
        read_policy(given)


@pytest.mark.parametrize("given", UNREADABLE_ON_A_RESOURCE.values(), ids=UNREADABLE_ON_A_RESOURCE)
def test_a_resources_policy_is_not_read(given: dict[str, Any]) -> None:
    with pytest.raises(UnreadablePolicyError):
        read_policy(given, of_resource=True)


def test_a_trust_policy_names_no_resource() -> None:
    with pytest.raises(UnreadablePolicyError, match="no resource"):
        read_policy(document(allow(Principal="*")), of_trust=True)


@pytest.mark.parametrize("value", ["*", "ORG1*", "ORG1111?", "${org}", "a;b", "x" * 257])
def test_a_tag_that_iam_takes_not_is_no_tag(value: str) -> None:
    with pytest.raises(NoSuchTagError):
        Principal("x", "arn:aws:iam::1:role/x", "1", tags={"org": value})


def _unknown_type(template: Json) -> None:
    template["Resources"]["Odd"] = {"Type": "AWS::Lambda::Permission", "Properties": {}}


def _boundary(template: Json) -> None:
    template["Resources"]["SweepRole"]["Properties"]["PermissionsBoundary"] = "arn:aws:iam::1:x"


def _policy_in_a_table(template: Json) -> None:
    template["Resources"]["HubStateTable"]["Properties"]["ResourcePolicy"] = {}


def _policy_of_aws(template: Json) -> None:
    role = template["Resources"]["SweepRole"]["Properties"]
    role["ManagedPolicyArns"].append("arn:aws:iam::aws:policy/AdministratorAccess")


def _bucket_by_name(template: Json) -> None:
    template["Resources"]["DataBucketPolicy"]["Properties"]["Bucket"] = "some-bucket"


@pytest.mark.parametrize(
    "plant", [_unknown_type, _boundary, _policy_in_a_table, _policy_of_aws, _bucket_by_name]
)
def test_a_template_with_a_policy_that_is_not_read_is_not_taken(
    plant: Callable[[Json], None], template: Json
) -> None:
    plant(template)
    with pytest.raises(UnreadablePolicyError):
        Stack(template)


TEMPLATE: Json = {
    "Parameters": {"Name": {"Default": "dev"}, "Other": {"Default": ""}},
    "Mappings": {"Days": {"dev": {"Logs": 30}}},
    "Conditions": {
        "HasOther": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Other"}, ""]}]},
        "Both": {"Fn::And": [{"Condition": "HasOther"}, {"Fn::Equals": [1, 1]}]},
        "Either": {"Fn::Or": [{"Condition": "HasOther"}, {"Fn::Equals": [1, 1]}]},
    },
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "q-${Name}"}}},
        "Role": {"Type": "AWS::IAM::Role"},
        "Topic": {"Type": "AWS::SNS::Topic", "Condition": "HasOther"},
        "Odd": {"Type": "AWS::Odd::Thing"},
    },
}


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Queue"}, "q-dev"),
        ({"Ref": "AWS::Region"}, "here"),
        ({"Ref": "Topic"}, "arn:aws:sns:here:1:Topic"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:aws:sqs:here:1:q-dev"),
        ({"Fn::GetAtt": "Role.Arn"}, "arn:aws:iam::1:role/Role"),
        ({"Fn::Sub": "${Queue.Arn}/${!aws:x}/${Name}"}, "arn:aws:sqs:here:1:q-dev/${aws:x}/dev"),
        ({"Fn::Sub": ["${A}-${Name}", {"A": {"Ref": "Queue"}}]}, "q-dev-dev"),
        ({"Fn::If": ["HasOther", 1, {"a": [{"Ref": "AWS::NoValue"}, 2]}]}, {"a": [2]}),
        ({"a": {"Ref": "AWS::NoValue"}, "b": 1}, {"b": 1}),
        ({"Fn::FindInMap": ["Days", {"Ref": "Name"}, "Logs"]}, 30),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}]]}, "a-dev"),
        ({"Condition": {"Null": {"a": "b"}}}, {"Condition": {"Null": {"a": "b"}}}),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
    ],
    ids=str,
)
def test_a_part_of_a_template_has_the_value_that_cloudformation_gives_it(
    node: object, value: object
) -> None:
    assert Resolver(TEMPLATE, {}, "here", "1").value(node) == value


@pytest.mark.parametrize(
    "node",
    [
        {"Ref": "Nothing"},
        {"Ref": "Odd"},
        {"Fn::GetAtt": ["Queue", "QueueUrl"]},
        {"Fn::ImportValue": "x"},
    ],
    ids=str,
)
def test_a_part_whose_value_is_not_known_is_an_error(node: object) -> None:
    with pytest.raises(UnresolvableError):
        Resolver(TEMPLATE, {}, "here", "1").value(node)


def test_only_the_resources_of_the_deployment_count() -> None:
    assert set(Resolver(TEMPLATE, {}, "here", "1").resources("AWS::SNS::Topic")) == set()
    assert set(Resolver(TEMPLATE, {"Other": "x"}, "here", "1").resources("AWS::SNS::Topic"))
