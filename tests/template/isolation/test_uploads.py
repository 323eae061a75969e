"""How an upload may be made, and that the check sees each way that is left open."""

from __future__ import annotations

import pytest

from tests.template.isolation.plants import changed, without
from tests.template.isolation.uploads import objects_can_be_read_once_they_are_there
from tests.template.reading import Plant
from tools.sam_template import Json

POLICIES = (
    "InboundBucketPolicy",
    "OutboundBucketPolicy",
    "DataBucketPolicy",
    "EvidenceBucketPolicy",
)
RULES = (
    "NoOtherKey",
    "NoOtherEncryption",
    "NoEncryptionWithoutItsKey",
    "NoKeyOfTheSenders",
    "NoOtherStorageClass",
)


def test_what_is_put_can_be_read(template: Json) -> None:
    assert objects_can_be_read_once_they_are_there(template) == []


_PLANTS = [
    *(without(policy, sid) for policy in POLICIES for sid in RULES),
    changed(
        "InboundBucketPolicy",
        "NoOtherKey",
        lambda found: found["Condition"]["StringNotEquals"].update(
            {
                "s3:x-amz-server-side-encryption-aws-kms-key-id": {
                    "Fn::Sub": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/another"
                }
            }
        ),
        "another_is_the_own",
    ),
    changed(
        "InboundBucketPolicy",
        "NoOtherKey",
        lambda found: found["Condition"].pop("Null"),
        "must_be_named",
    ),
    changed(
        "InboundBucketPolicy",
        "NoOtherStorageClass",
        lambda found: found["Condition"]["StringNotEquals"].update(
            {"s3:x-amz-storage-class": ["STANDARD", "STANDARD_IA"]}
        ),
        "or_the_cheap_one",
    ),
    changed(
        "InboundBucketPolicy",
        "NoKeyOfTheSenders",
        lambda found: found.update(Resource={"Fn::GetAtt": ["InboundBucket", "Arn"]}),
        "for_the_bucket_itself",
    ),
]


@pytest.mark.parametrize("plant", _PLANTS, ids=lambda each: each.__name__)
def test_the_check_sees(plant: Plant, template: Json) -> None:
    plant(template)
    assert objects_can_be_read_once_they_are_there(template) != []
