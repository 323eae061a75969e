"""What S3 asks the policies for on each of its operations, the key's policy included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tools.policies.decisions import Decision, Principal
from tools.policies.stack import Stack

_DECRYPT, _MAKE_KEY = "kms:Decrypt", "kms:GenerateDataKey"


class Operation(NamedTuple):
    """One operation of S3.

    Attributes:
        name: as the API calls it; several where they ask for the same.
        actions: all of them must be allowed, on the object or the bucket.
        on_bucket: whether they are asked of the bucket.
        of_key: what S3 asks the bucket's key for in the caller's name.
    """

    name: str
    actions: tuple[str, ...]
    on_bucket: bool = False
    of_key: tuple[str, ...] = ()


def _object(name: str, *actions: str, of_key: tuple[str, ...] = ()) -> Operation:
    return Operation(name, tuple(f"s3:{each}" for each in actions or (name,)), of_key=of_key)


def _bucket(name: str, action: str = "") -> Operation:
    return Operation(name, (f"s3:{action or name}",), on_bucket=True)


LIST = _bucket("ListObjectsV2", "ListBucket")

OPERATIONS = (
    _object("PutObject", of_key=(_MAKE_KEY,)),
    _object("CreateMultipartUpload", "PutObject", of_key=(_MAKE_KEY,)),
    _object("UploadPart", "PutObject", of_key=(_DECRYPT, _MAKE_KEY)),
    _object("CompleteMultipartUpload", "PutObject", of_key=(_DECRYPT,)),
    _object("AbortMultipartUpload"),
    _object("ListParts", "ListMultipartUploadParts"),
    _object("PutObject with tags", "PutObject", "PutObjectTagging", of_key=(_MAKE_KEY,)),
    _object("PutObject with an ACL", "PutObject", "PutObjectAcl", of_key=(_MAKE_KEY,)),
    _object("PutObject with a lock", "PutObject", "PutObjectRetention", of_key=(_MAKE_KEY,)),
    _object("GetObject, HeadObject", "GetObject", of_key=(_DECRYPT,)),
    _object("GetObject of a version", "GetObjectVersion", of_key=(_DECRYPT,)),
    _object("GetObjectAttributes", "GetObject", "GetObjectAttributes", of_key=(_DECRYPT,)),
    _object("GetObjectAcl"),
    _object("GetObjectVersionAcl"),
    _object("GetObjectTagging"),
    _object("GetObjectVersionTagging"),
    _object("GetObjectRetention"),
    _object("GetObjectLegalHold"),
    _object("GetObjectTorrent"),
    _object("PutObjectAcl"),
    _object("PutObjectVersionAcl"),
    _object("PutObjectTagging"),
    _object("PutObjectVersionTagging"),
    _object("DeleteObjectTagging"),
    _object("DeleteObjectVersionTagging"),
    _object("PutObjectRetention"),
    _object("PutObjectLegalHold"),
    _object("BypassGovernanceRetention"),
    _object("DeleteObject"),
    _object("DeleteObject of a version", "DeleteObjectVersion"),
    _object("RestoreObject"),
    _object("ReplicateObject"),
    _object("ReplicateDelete"),
    _object("ObjectOwnerOverrideToBucketOwner"),
    _bucket("ListObjectVersions", "ListBucketVersions"),
    _bucket("ListMultipartUploads", "ListBucketMultipartUploads"),
    _bucket("GetBucketLocation"),
    _bucket("GetBucketVersioning"),
    _bucket("GetBucketPolicy"),
    _bucket("GetBucketAcl"),
    _bucket("GetBucketNotification"),
    _bucket("GetBucketLogging"),
    _bucket("GetEncryptionConfiguration"),
    _bucket("GetLifecycleConfiguration"),
    _bucket("PutBucketPolicy"),
    _bucket("DeleteBucketPolicy"),
    _bucket("PutBucketAcl"),
    _bucket("PutBucketVersioning"),
    _bucket("PutBucketNotification"),
    _bucket("PutBucketOwnershipControls"),
    _bucket("PutBucketPublicAccessBlock"),
    _bucket("PutEncryptionConfiguration"),
    _bucket("PutLifecycleConfiguration"),
    _bucket("PutReplicationConfiguration"),
    _bucket("PutBucketObjectLockConfiguration"),
    _bucket("DeleteBucket"),
)
OPERATIONS_BY_NAME: Mapping[str, Operation] = {each.name: each for each in OPERATIONS}


class Asked:
    """One operation of one principal on one bucket, asked of any number of keys."""

    def __init__(
        self,
        stack: Stack,
        principal: Principal,
        operation: Operation,
        bucket: str,
        *,
        context: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare for requests on a bucket, by its logical id; `context` is added to each."""
        arn = stack.resolver.arn(bucket)
        self._begins = arn if operation.on_bucket else f"{arn}/"
        self._reaches = [
            stack.reach(principal, action, arn, context) for action in operation.actions
        ]
        self._key_allows = all(
            _asks_key(stack, principal, action, bucket) for action in operation.of_key
        )

    @property
    def nowhere(self) -> bool:
        """Whether there is no key that it could be allowed for."""
        return not self._key_allows or any(reach.nowhere for reach in self._reaches)

    def allowed(self, key: str = "") -> bool:
        """Return whether it is allowed for a key; one on a bucket takes none."""
        return self._key_allows and all(
            reach.decide(self._begins + key) is Decision.ALLOWED for reach in self._reaches
        )


def listing(
    stack: Stack, principal: Principal, bucket: str, prefix: str | None, **context: str
) -> Asked:
    """Return the listing of a bucket by a prefix, None for without."""
    told = context if prefix is None else {**context, "s3:prefix": prefix}
    return Asked(stack, principal, LIST, bucket, context=told)


def _asks_key(stack: Stack, principal: Principal, action: str, bucket: str) -> bool:
    """Return whether the bucket's key may be used by S3 in the principal's name."""
    key = stack.key_of(bucket)
    context = stack.by_s3(bucket, principal.account)
    return stack.decide(principal, action, key, context) is Decision.ALLOWED
