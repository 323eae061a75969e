"""Faults in the template's policies, each put in by one function, by the layer that must see it."""

from __future__ import annotations

from collections.abc import Callable

from tests.template.isolation import matrix
from tests.template.reading import Plant, properties
from tools.sam_template import Json

TAG = "${!aws:PrincipalTag/org}"
_POLICY = "OrganizationAccess"


def statements(template: Json, policy: str) -> list[Json]:
    found: list[Json] = properties(template, policy)["PolicyDocument"]["Statement"]
    return found


def statement(template: Json, policy: str, sid: str) -> Json:
    return next(each for each in statements(template, policy) if each.get("Sid") == sid)


def without(policy: str, *sids: str) -> Plant:
    """Return a plant that takes statements out of a policy."""

    def plant(template: Json) -> None:
        found = statements(template, policy)
        left = [each for each in found if each.get("Sid") not in sids]
        assert len(left) == len(found) - len(sids)
        found[:] = left

    return _named(plant, f"{policy}_without_{'_and_'.join(sids)}")


def changed(policy: str, sid: str, change: Callable[[Json], object], name: str) -> Plant:
    """Return a plant that changes one statement of a policy."""

    def plant(template: Json) -> None:
        found = statement(template, policy, sid)
        before = repr(found)
        change(found)
        assert repr(found) != before

    return _named(plant, f"{policy}_{sid}_{name}")


def _named(plant: Plant, name: str) -> Plant:
    plant.__name__ = name
    return plant


def _resource(text: str) -> Callable[[Json], object]:
    return lambda found: found.update(Resource={"Fn::Sub": text})


def _not_resource(text: str) -> Callable[[Json], object]:
    return lambda found: found.update(NotResource={"Fn::Sub": text})


def _prefix(text: str, operator: str = "StringLike") -> Callable[[Json], object]:
    return lambda found: found["Condition"].update({operator: {"s3:prefix": text}})


def _and(*plants: Plant) -> Plant:
    """Return a plant that puts several faults in."""

    def plant(template: Json) -> None:
        for each in plants:
            each(template)

    return _named(plant, "_and_".join(each.__name__ for each in plants))


UPLOAD_WITHOUT_SLASH = changed(
    _POLICY, "Upload", _resource(f"${{InboundBucket.Arn}}/{TAG}*"), "without_slash"
)
FETCH_WITHOUT_SLASH = changed(
    _POLICY, "Fetch", _resource(f"${{OutboundBucket.Arn}}/{TAG}*"), "without_slash"
)
INBOUND_WITHOUT_SLASH = changed(
    "InboundBucketPolicy",
    "OrganizationsStayInTheirPrefix",
    _not_resource(f"${{InboundBucket.Arn}}/{TAG}*"),
    "without_slash",
)

OF_OWN_POLICY: list[Plant] = [
    UPLOAD_WITHOUT_SLASH,
    FETCH_WITHOUT_SLASH,
    changed(_POLICY, "Upload", _resource("${InboundBucket.Arn}/*"), "anywhere"),
    changed(
        _POLICY, "Upload", _resource("${InboundBucket.Arn}/?${!aws:PrincipalTag/org}/*"), "off"
    ),
    changed(_POLICY, "Upload", lambda found: found["Action"].append("s3:DeleteObject"), "deletes"),
    changed(_POLICY, "Upload", lambda found: found["Action"].remove("s3:PutObject"), "not_at_all"),
    changed(_POLICY, "Fetch", _resource("${OutboundBucket.Arn}/*"), "anywhere"),
    changed(_POLICY, "Fetch", lambda found: found.update(Action="s3:Get*"), "of_any_kind"),
    changed(_POLICY, "Fetch", lambda found: found.update(Resource="*"), "from_all_buckets"),
    changed(_POLICY, "List", _prefix("${aws:PrincipalTag/org}*"), "without_slash"),
    changed(_POLICY, "List", _prefix("*"), "everything"),
    changed(_POLICY, "List", lambda found: found["Condition"].pop("StringLike"), "without_prefix"),
    changed(
        _POLICY,
        "EncryptThroughS3",
        lambda found: found.update(Action="kms:GenerateDataKey"),
        "cannot_read",
    ),
]
OF_BUCKETS: list[Plant] = [
    INBOUND_WITHOUT_SLASH,
    without("InboundBucketPolicy", "OrganizationsOnlyUpload"),
    without("InboundBucketPolicy", "OrganizationsStayInTheirPrefix"),
    without("OutboundBucketPolicy", "OrganizationsOnlyFetch", "OnlyPublishWrites"),
    without("OutboundBucketPolicy", "OrganizationsStayInTheirPrefix"),
    without("OutboundBucketPolicy", "OrganizationsListTheirPrefix"),
    without("DataBucketPolicy", "NoOrganization"),
    changed(
        "InboundBucketPolicy",
        "OrganizationsOnlyUpload",
        lambda found: found["NotAction"].append("s3:GetObject"),
        "and_fetch",
    ),
    changed(
        "InboundBucketPolicy",
        "OrganizationsOnlyUpload",
        lambda found: found.update(Condition={"Null": {"aws:PrincipalTag/org": "true"}}),
        "for_the_others",
    ),
    changed(
        "InboundBucketPolicy",
        "OrganizationsStayInTheirPrefix",
        lambda found: found["Action"].remove("s3:AbortMultipartUpload"),
        "but_abort",
    ),
    changed(
        "OutboundBucketPolicy",
        "OrganizationsStayInTheirPrefix",
        lambda found: found.update(Effect="Allow"),
        "allowed",
    ),
    changed(
        "OutboundBucketPolicy",
        "OrganizationsOnlyFetch",
        lambda found: found["NotAction"].append("s3:GetObjectVersion"),
        "and_versions",
    ),
    changed(
        "OutboundBucketPolicy",
        "OrganizationsListTheirPrefix",
        _prefix("${aws:PrincipalTag/org}*", "StringNotLike"),
        "without_slash",
    ),
    changed(
        "OutboundBucketPolicy",
        "OrganizationsListTheirPrefix",
        _prefix("*/", "StringLike"),
        "only_folders",
    ),
    changed(
        "DataBucketPolicy",
        "NoOrganization",
        lambda found: found.update(Resource={"Fn::GetAtt": ["DataBucket", "Arn"]}),
        "but_objects",
    ),
]
OF_ALL: list[Plant] = [
    _and(UPLOAD_WITHOUT_SLASH, INBOUND_WITHOUT_SLASH),
    _and(FETCH_WITHOUT_SLASH, without("OutboundBucketPolicy", "OrganizationsStayInTheirPrefix")),
    changed(
        "InboundBucketPolicy",
        "TlsOnly",
        lambda found: found.update(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        "turned_round",
    ),
    changed(
        "InboundBucketPolicy",
        "OrganizationsHaveAFifthDigit",
        lambda found: found["Condition"]["StringNotLike"].update(
            {"aws:PrincipalTag/org": "ORG????"}
        ),
        "too_short",
    ),
]

PLANTS_BY_LAYER: dict[str, list[Plant]] = {
    matrix.DEPLOYED.name: OF_ALL,
    matrix.OWN_POLICY.name: OF_OWN_POLICY,
    matrix.BUCKETS.name: OF_BUCKETS,
}
