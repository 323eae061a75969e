"""Real requests for operations: each is made, and what comes back tells whether it was let in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

# Codes of a request that the policies refused; any other answer was let in by them.
REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"}

_NONE, _PART = "none", {"PartNumber": 1, "ETag": '"x"'}
_TAGS = {"TagSet": [{"Key": "a", "Value": "b"}]}

# The operations of S3 by the names that our own evaluator has for them.
OF_S3: Mapping[str, Callable[[Any, str, str], object]] = {
    "PutObject": lambda s3, b, k: s3.put_object(Bucket=b, Key=k, Body=b"x"),
    "PutObject with tags": lambda s3, b, k: s3.put_object(Bucket=b, Key=k, Tagging="a=b"),
    "PutObject with an ACL": lambda s3, b, k: s3.put_object(Bucket=b, Key=k, ACL="private"),
    "CreateMultipartUpload": lambda s3, b, k: s3.create_multipart_upload(Bucket=b, Key=k),
    "UploadPart": lambda s3, b, k: s3.upload_part(
        Bucket=b, Key=k, UploadId=_NONE, PartNumber=1, Body=b"x"
    ),
    "CompleteMultipartUpload": lambda s3, b, k: s3.complete_multipart_upload(
        Bucket=b, Key=k, UploadId=_NONE, MultipartUpload={"Parts": [_PART]}
    ),
    "AbortMultipartUpload": lambda s3, b, k: s3.abort_multipart_upload(
        Bucket=b, Key=k, UploadId=_NONE
    ),
    "ListParts": lambda s3, b, k: s3.list_parts(Bucket=b, Key=k, UploadId=_NONE),
    "GetObject, HeadObject": lambda s3, b, k: s3.get_object(Bucket=b, Key=k),
    "GetObject of a version": lambda s3, b, k: s3.get_object(Bucket=b, Key=k, VersionId="null"),
    "GetObjectAttributes": lambda s3, b, k: s3.get_object_attributes(
        Bucket=b, Key=k, ObjectAttributes=["ETag"]
    ),
    "GetObjectAcl": lambda s3, b, k: s3.get_object_acl(Bucket=b, Key=k),
    "GetObjectTagging": lambda s3, b, k: s3.get_object_tagging(Bucket=b, Key=k),
    "PutObjectAcl": lambda s3, b, k: s3.put_object_acl(Bucket=b, Key=k, ACL="private"),
    "PutObjectTagging": lambda s3, b, k: s3.put_object_tagging(Bucket=b, Key=k, Tagging=_TAGS),
    "DeleteObjectTagging": lambda s3, b, k: s3.delete_object_tagging(Bucket=b, Key=k),
    "PutObjectLegalHold": lambda s3, b, k: s3.put_object_legal_hold(
        Bucket=b, Key=k, LegalHold={"Status": "ON"}
    ),
    "DeleteObject": lambda s3, b, k: s3.delete_object(Bucket=b, Key=k),
    "DeleteObject of a version": lambda s3, b, k: s3.delete_object(
        Bucket=b, Key=k, VersionId="null"
    ),
    "ListObjectVersions": lambda s3, b, _: s3.list_object_versions(Bucket=b),
    "ListMultipartUploads": lambda s3, b, _: s3.list_multipart_uploads(Bucket=b),
    "GetBucketLocation": lambda s3, b, _: s3.get_bucket_location(Bucket=b),
    "GetBucketVersioning": lambda s3, b, _: s3.get_bucket_versioning(Bucket=b),
    "GetBucketPolicy": lambda s3, b, _: s3.get_bucket_policy(Bucket=b),
}


def list_by(prefix: str | None) -> Callable[[Any, str, str], object]:
    """Return the listing of a bucket by a prefix, None for without."""
    given = {} if prefix is None else {"Prefix": prefix}
    return lambda s3, bucket, _: s3.list_objects_v2(Bucket=bucket, **given)


def let_in(request: Callable[[], object]) -> bool:
    """Make a request and return whether the policies let it in."""
    try:
        request()
    except ClientError as refusal:
        return refusal.response["Error"]["Code"] not in REFUSED
    return True
