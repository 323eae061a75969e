"""What AWS's documentation says of single policies, as a table.

The words are those of the IAM and KMS guides: the pages on the policy elements, on condition
operators, on variables and on evaluation logic.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.template.policies.asking import BUCKET, OTHER, OWN, ROLE, ROOT, allow, decide, deny
from tools.policies.decisions import Decision


class Said(NamedTuple):
    """One sentence: policies, a request, and whether it is allowed."""

    sentence: str
    own: list[dict[str, Any]]
    asked: dict[str, Any]
    allowed: bool


YES, NO = True, False


def _on(condition: dict[str, Any]) -> list[dict[str, Any]]:
    return [allow(Condition=condition)]


HOME = f"{BUCKET}/${{aws:PrincipalTag/home}}/*"
TLS = {"Bool": {"aws:SecureTransport": "false"}}
ORG = "aws:PrincipalTag/org"
STAR = f"{BUCKET}/a*b"

ELEMENTS = [
    Said("what nothing allows is denied", [], {}, NO),
    Said("an allowance suffices", [allow()], {}, YES),
    Said("an explicit denial wins", [allow(), deny()], {}, NO),
    Said("actions know no case", [allow(Action="s3:getOBJECT")], {}, YES),
    Said(
        "a wildcard stands within an action",
        [allow(Action="s3:Get*")],
        {"action": "s3:GetObjectVersion"},
        YES,
    ),
    Said(
        "NotAction is every other action",
        [allow(NotAction="s3:Delete*", Action=None)],
        {"action": "s3:DeleteObject"},
        NO,
    ),
    Said(
        "NotAction with Allow reaches other services",
        [allow(NotAction="s3:Delete*", Action=None)],
        {"action": "sqs:SendMessage", "resource": f"arn:aws:sqs:x:{OWN}:q"},
        YES,
    ),
    Said(
        "NotResource is every other resource",
        [allow(), deny(NotResource=f"{BUCKET}/David/*", Resource=None)],
        {"resource": f"{BUCKET}/Adele/file"},
        NO,
    ),
    Said("resources know case", [allow(Resource=f"{BUCKET}/david/*")], {}, NO),
    Said(
        "a wildcard passes slashes",
        [allow(Resource=f"{BUCKET}/*/test/*")],
        {"resource": f"{BUCKET}/1/2/test/3/object.jpg"},
        YES,
    ),
    Said(
        "and stands for nothing too",
        [allow(Resource=f"{BUCKET}/*/test/*")],
        {"resource": f"{BUCKET}//test/object.jpg"},
        YES,
    ),
    Said(
        "but not for the slash itself",
        [allow(Resource=f"{BUCKET}/*/test/*")],
        {"resource": f"{BUCKET}/1-test/object.jpg"},
        NO,
    ),
    Said(
        "the question mark is one character",
        [allow(Resource=f"{BUCKET}/?")],
        {"resource": f"{BUCKET}/ab"},
        NO,
    ),
    Said(
        "a bucket is none of its objects",
        [allow(Resource=f"{BUCKET}/*")],
        {"resource": BUCKET},
        NO,
    ),
    Said(
        "a wildcard at the end of a part passes colons",
        [allow(Action="sqs:*", Resource=f"arn:aws:sqs:*:{OWN}:q")],
        {"action": "sqs:SendMessage", "resource": f"arn:aws:sqs:ca-central-1:{OWN}:q"},
        YES,
    ),
    Said(
        "one within a part does not",
        [allow(Action="sqs:*", Resource=f"arn:aws:sqs:c*a:{OWN}:q")],
        {"action": "sqs:SendMessage", "resource": f"arn:aws:sqs:c:a:{OWN}:q"},
        NO,
    ),
]

VARIABLES = [
    Said("a variable is filled in", [allow(Resource=HOME)], {"tags": {"home": "David"}}, YES),
    Said("for each its own", [allow(Resource=HOME)], {"tags": {"home": "Adele"}}, NO),
    Said("a statement whose variable has no value is invalid", [allow(Resource=HOME)], {}, NO),
    Said(
        "a denial too",
        [allow(), deny(NotResource=HOME, Resource=None)],
        {},
        YES,
    ),
    Said("keys of tags know no case", [allow(Resource=HOME)], {"tags": {"Home": "David"}}, YES),
    Said(
        "${*} is an asterisk",
        [allow(Resource=f"{BUCKET}/a${{*}}b")],
        {"resource": STAR},
        YES,
    ),
    Said(
        "${*} is nothing else",
        [allow(Resource=f"{BUCKET}/a${{*}}b")],
        {"resource": f"{BUCKET}/axb"},
        NO,
    ),
    Said(
        "a variable in a condition is filled in",
        _on({"StringLike": {"s3:prefix": f"home/${{{ORG}}}/*"}}),
        {"tags": {"org": "David"}, "context": {"s3:prefix": "home/David/x"}},
        YES,
    ),
]

CONDITIONS = [
    Said("a key that is missing does not match", _on({"StringEquals": {ORG: "a"}}), {}, NO),
    Said("and so a negated one does", _on({"StringNotEquals": {ORG: "a"}}), {}, YES),
    Said("likewise ArnNotEquals", _on({"ArnNotEquals": {"aws:SourceArn": ROLE}}), {}, YES),
    Said("IfExists lets it pass", _on({"StringEqualsIfExists": {ORG: "a"}}), {}, YES),
    Said(
        "IfExists on a negated one still denies",
        [allow(), deny(Condition={"StringNotEqualsIfExists": {ORG: "a"}})],
        {},
        NO,
    ),
    Said("Null true: it is missing", _on({"Null": {ORG: "true"}}), {}, YES),
    Said("Null false: it is there", _on({"Null": {ORG: "false"}}), {"tags": {"org": "a"}}, YES),
    Said("and not missing", _on({"Null": {ORG: "false"}}), {}, NO),
    Said(
        "one of several values suffices",
        _on({"StringEquals": {ORG: ["a", "b"]}}),
        {"tags": {"org": "b"}},
        YES,
    ),
    Said(
        "negated, none of them may match",
        _on({"StringNotEquals": {ORG: ["a", "b"]}}),
        {"tags": {"org": "b"}},
        NO,
    ),
    Said(
        "all keys and operators must hold",
        _on({"StringEquals": {ORG: "a"}, "Bool": {"aws:SecureTransport": "false"}}),
        {"tags": {"org": "a"}},
        NO,
    ),
    Said("StringEquals knows case", _on({"StringEquals": {ORG: "A"}}), {"tags": {"org": "a"}}, NO),
    Said(
        "StringEqualsIgnoreCase does not",
        _on({"StringEqualsIgnoreCase": {ORG: "A"}}),
        {"tags": {"org": "a"}},
        YES,
    ),
    Said(
        "StringEquals takes a wildcard as it is",
        _on({"StringEquals": {ORG: "a*"}}),
        {"tags": {"org": "ab"}},
        NO,
    ),
    Said("StringLike does not", _on({"StringLike": {ORG: "a*"}}), {"tags": {"org": "ab"}}, YES),
    Said(
        "StringLike passes colons",
        _on({"StringLike": {"aws:SourceArn": "arn:aws:someservice:*:111122223333:finance/*"}}),
        {
            "context": {
                "aws:sourcearn": "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333"
                ":finance/document.txt"
            }
        },
        YES,
    ),
    Said(
        "ArnLike does not",
        _on({"ArnLike": {"aws:SourceArn": "arn:aws:someservice:*:111122223333:finance/*"}}),
        {
            "context": {
                "aws:sourcearn": "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333"
                ":finance/document.txt"
            }
        },
        NO,
    ),
    Said(
        "ForAllValues holds of none",
        _on({"ForAllValues:StringLike": {"aws:TagKeys": "a"}}),
        {},
        YES,
    ),
    Said(
        "ForAnyValue does not",
        _on({"ForAnyValue:StringLike": {"aws:TagKeys": "a"}}),
        {},
        NO,
    ),
    Said(
        "ForAllValues: every value matches one",
        _on({"ForAllValues:StringLike": {"aws:TagKeys": ["a", "b"]}}),
        {"context": {"aws:tagkeys": ("a", "c")}},
        NO,
    ),
    Said(
        "ForAnyValue: one value matches one",
        _on({"ForAnyValue:StringLike": {"aws:TagKeys": ["a", "b"]}}),
        {"context": {"aws:tagkeys": ("a", "c")}},
        YES,
    ),
    Said(
        "requests in the clear are denied",
        [allow(), deny(Condition=TLS)],
        {"context": {"aws:securetransport": "false"}},
        NO,
    ),
    Said("and over TLS are not", [allow(), deny(Condition=TLS)], {}, YES),
    Said(
        "numbers are compared as numbers",
        _on({"NumericLessThan": {"s3:TlsVersion": 1.2}}),
        {"context": {"s3:tlsversion": "1.10"}},
        YES,
    ),
]

_HE, _ACCOUNT, _ALL = {"AWS": ROLE}, {"AWS": ROOT}, "*"
_THERE = {"owner": OTHER}
_KEY = {"alone": True}

WITH_RESOURCE = [
    Said("a bucket's policy suffices", [], {"on_resource": [allow(Principal=_HE)]}, YES),
    Said("for everyone too", [], {"on_resource": [allow(Principal=_ALL)]}, YES),
    Said(
        "that names the account leaves it to the account's policies",
        [],
        {"on_resource": [allow(Principal=_ACCOUNT)]},
        NO,
    ),
    Said("its denial wins", [allow()], {"on_resource": [deny(Principal=_ALL)]}, NO),
    Said(
        "a denial to the account reaches its roles",
        [allow()],
        {"on_resource": [deny(Principal={"AWS": OWN})]},
        NO,
    ),
    Said(
        "a denial to a service does not",
        [allow()],
        {"on_resource": [deny(Principal={"Service": "events.amazonaws.com"})]},
        YES,
    ),
    Said("another account's needs both: own alone", [allow()], _THERE, NO),
    Said(
        "theirs alone",
        [],
        {"on_resource": [allow(Principal=_HE)], **_THERE},
        NO,
    ),
    Said(
        "both together",
        [allow()],
        {"on_resource": [allow(Principal=_HE)], **_THERE},
        YES,
    ),
    Said(
        "to the account, and own",
        [allow()],
        {"on_resource": [allow(Principal=_ACCOUNT)], **_THERE},
        YES,
    ),
    Said("no role uses a key whose policy is silent", [allow()], _KEY, NO),
    Said(
        "but where it lets the account in, by its own policy",
        [allow()],
        {"on_resource": [allow(Principal=_ACCOUNT)], **_KEY},
        YES,
    ),
    Said(
        "and not without one",
        [],
        {"on_resource": [allow(Principal=_ACCOUNT)], **_KEY},
        NO,
    ),
    Said(
        "or where it names the role",
        [],
        {"on_resource": [allow(Principal=_HE)], **_KEY},
        YES,
    ),
]


@pytest.mark.parametrize(
    "said",
    [*ELEMENTS, *VARIABLES, *CONDITIONS, *WITH_RESOURCE],
    ids=lambda said: said.sentence.replace(" ", "-"),
)
def test_it_is_as_documented(said: Said) -> None:
    own = [{key: each for key, each in it.items() if each is not None} for it in said.own]
    assert (decide(own, **said.asked) is Decision.ALLOWED) is said.allowed
