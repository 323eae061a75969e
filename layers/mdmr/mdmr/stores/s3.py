"""A versioned bucket in S3."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from botocore import exceptions as sdk

from mdmr.ports.objects import (
    Content,
    ObjectMissingError,
    ObjectTakenError,
    ObjectUnreadableError,
    ObjectVersion,
    pieces_of,
)
from mdmr.stores.limits import check_object_key
from mdmr.stores.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PIECE_BYTES = 1024 * 1024
MOST_IN_MEMORY = 8 * PIECE_BYTES

_MISSING = frozenset({"404", "405", "MethodNotAllowed", "NoSuchKey", "NoSuchVersion"})
_ARCHIVED = "InvalidObjectState"
_NOTHING_LEFT = frozenset({"416", "InvalidRange"})
_TAKEN = frozenset({"412", "PreconditionFailed"})
_IN_CONFLICT = frozenset({"409", "ConditionalRequestConflict", "OperationAborted"})
_MARK = "again"
_BROKEN = (sdk.HTTPClientError, sdk.IncompleteReadError)


class ObjectBusyError(Exception):
    """Others write this key at this moment; trying again is right."""


class S3Objects:
    """The ObjectStore on a versioned S3 bucket.

    `client` gives the boto3 client, made on first use. A role that may not list the bucket is
    told AccessDenied instead of a missing object, so the functions' roles may list.
    """

    def __init__(
        self, client: Callable[[], S3Client], bucket: str, *, patience: Patience | None = None
    ) -> None:
        self._make_client = client
        self._bucket = bucket
        self._patience = patience or Patience()

    @property
    def name(self) -> str:
        """The name of the bucket."""
        return self._bucket

    @cached_property
    def _client(self) -> S3Client:
        return self._make_client()

    def describe(self, key: str, version_id: str | None = None) -> ObjectVersion:
        """Return what is known of a version (None: the newest). Raises ObjectMissingError."""
        which = {} if version_id is None else {"VersionId": version_id}
        head = self._asked(self._client.head_object, key, **which)
        return ObjectVersion(key, head["VersionId"], head["ContentLength"], _arrival(head))

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a version (None: the newest) from `start` in pieces of at most 1 MiB.

        A connection that breaks is made anew, at the offset reached and in the same version; it
        may break again as often as patience allows without a byte between.
        """
        at, breaks = start, 0
        while True:
            try:
                opened = self._opened(key, version_id, at)
                if opened is None:
                    return
                version_id = opened.get("VersionId", version_id)
                with closing(opened["Body"]) as body:
                    _skip(body, 0 if "ContentRange" in opened else at)
                    while piece := body.read(PIECE_BYTES):
                        at, breaks = at + len(piece), 0
                        yield piece
            except _BROKEN:
                breaks += 1
                if breaks >= self._patience.attempts:
                    raise
                self._patience.pause(self._patience.first)
            else:
                return

    def read(self, key: str) -> bytes:
        """Return all bytes of the newest version. Raises ObjectMissingError."""
        return b"".join(self.stream(key))

    def put_new(self, key: str, content: Content) -> None:
        """Write an object whose key is free; the same bytes again are no fault.

        Pieces are gathered in a file on disk, so that the object is written in one request, on its
        condition. Raises ObjectTakenError when the key has other bytes, ObjectBusyError when that
        could not be decided now.
        """
        check_object_key(key)
        with _gathered(content) as (body, digest):
            for _ in self._patience.tries():
                try:
                    self._put(key, body, digest, {}, IfNoneMatch="*")
                except sdk.ClientError as fault:
                    if _code_of(fault) in _TAKEN:
                        return self._compare(key, digest.hex())
                    if _code_of(fault) not in _IN_CONFLICT:
                        raise
                else:
                    return None
        raise ObjectBusyError(key)

    def put_again(self, key: str, content: Content, mark: str) -> None:
        """Write a new version with the bytes of the newest one, unless that carries the mark.

        Raises ObjectMissingError, ObjectTakenError, and ObjectBusyError when that could not be
        decided now. Two writers at once may leave two versions where the bucket gives equal bytes
        equal tags; the bytes are the same.
        """
        with _gathered(content) as (body, digest):
            for _ in self._patience.tries():
                newest = self._asked(self._client.head_object, key)
                if newest["Metadata"].get(_MARK) == mark:
                    return
                self._compare(key, digest.hex())
                try:
                    self._put(key, body, digest, {_MARK: mark}, IfMatch=newest["ETag"])
                except sdk.ClientError as fault:
                    if _code_of(fault) not in _TAKEN | _IN_CONFLICT:
                        raise
                else:
                    return
        raise ObjectBusyError(key)

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield every version of the keys that begin with `prefix`: by key, newest first."""
        pages = self._client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
            for version in page.get("Versions", ()):
                arrived = _arrival(version)
                yield ObjectVersion(version["Key"], version["VersionId"], version["Size"], arrived)

    def _put(
        self,
        key: str,
        body: IO[bytes],
        digest: bytes,
        marks: Mapping[str, str],
        **condition: Any,  # noqa: ANN401 - the SDK's own arguments
    ) -> None:
        body.seek(0)
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=body,
            ChecksumSHA256=b64encode(digest).decode(),
            Metadata={"sha256": digest.hex(), **marks},
            **condition,
        )

    def _compare(self, key: str, digest: str) -> None:
        head = self._asked(self._client.head_object, key)
        found = head["Metadata"].get("sha256")
        if found is None:
            summed = sha256()
            for piece in self.stream(key):
                summed.update(piece)
            found = summed.hexdigest()
        if found != digest:
            raise ObjectTakenError(key)

    def _opened(self, key: str, version_id: str | None, at: int) -> dict[str, Any] | None:
        """Return the answer whose body begins at the offset, or None when nothing lies there."""
        # An empty object has no range at all, not even the one from its first byte.
        which = {"Range": f"bytes={at}-"} if at else {}
        if version_id is not None:
            which["VersionId"] = version_id
        try:
            return self._asked(self._client.get_object, key, **which)
        except sdk.ClientError as fault:
            if _code_of(fault) in _NOTHING_LEFT:
                return None
            raise

    def _asked(self, operation: Callable[..., Any], key: str, **which: str) -> dict[str, Any]:
        try:
            answered: dict[str, Any] = operation(Bucket=self._bucket, Key=key, **which)
        except sdk.ClientError as fault:
            if _code_of(fault) in _MISSING:
                raise ObjectMissingError(key) from None
            if _code_of(fault) == _ARCHIVED:
                raise ObjectUnreadableError(key) from None
            raise
        return answered


@contextmanager
def _gathered(content: Content) -> Iterator[tuple[IO[bytes], bytes]]:
    """Give a content as a file, which is on disk when it is large, with its SHA-256."""
    digest = sha256()
    with SpooledTemporaryFile(max_size=MOST_IN_MEMORY) as file:
        for piece in pieces_of(content):
            digest.update(piece)
            file.write(piece)
        yield file, digest.digest()


def _skip(body: Any, count: int) -> None:  # noqa: ANN401 - the SDK's stream
    """Read over the bytes that a server sends before the offset when it knows no ranges."""
    while count > 0 and (piece := body.read(min(count, PIECE_BYTES))):
        count -= len(piece)


def _arrival(told: Mapping[str, Any]) -> datetime:
    """Return the time of arrival in whole seconds, as S3 tells it by header and by list."""
    arrived: datetime = told["LastModified"]
    return arrived.astimezone(UTC).replace(microsecond=0)


def _code_of(fault: sdk.ClientError) -> str:
    return str(fault.response.get("Error", {}).get("Code", ""))
