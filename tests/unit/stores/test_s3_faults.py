from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError, IncompleteReadError, ReadTimeoutError
from mdmr.ports.objects import ObjectMissingError, ObjectUnreadableError
from mdmr.stores.patience import Patience
from mdmr.stores.s3 import ObjectBusyError, S3Objects

CONTENT = bytes(range(200))


class BreakingBody(io.BytesIO):
    """A body that breaks after some bytes."""

    def __init__(self, content: bytes, breaks_after: int | None) -> None:
        super().__init__(content if breaks_after is None else content[:breaks_after])
        self._breaks = breaks_after is not None

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(min(size or 0, 50))
        if not piece and self._breaks:
            raise IncompleteReadError(actual_bytes=1, expected_bytes=2)
        return piece


class Client:
    """An S3 whose connections break after the numbers of bytes given, then hold."""

    def __init__(self, *breaks: int) -> None:
        self._breaks = list(breaks)
        self.asked: list[dict[str, Any]] = []

    def get_object(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - a request
        self.asked.append(request)
        start = int(request.get("Range", "bytes=0-")[6:-1])
        body = BreakingBody(CONTENT[start:], self._breaks.pop(0) if self._breaks else None)
        ranged = {"ContentRange": "as asked"} if "Range" in request else {}
        return {"Body": body, "VersionId": "newest", **ranged}


def objects(client: Any, attempts: int = 3) -> S3Objects:  # noqa: ANN401 - stands in for boto3's
    return S3Objects(lambda: client, "bucket", patience=Patience(attempts, pause=lambda _: None))


def test_a_stream_that_breaks_goes_on_where_it_was_in_the_same_version() -> None:
    client = Client(70, 0, 30)
    assert b"".join(objects(client).stream("a")) == CONTENT
    assert [(each.get("Range"), each.get("VersionId")) for each in client.asked] == [
        (None, None),
        ("bytes=70-", "newest"),
        ("bytes=70-", "newest"),
        ("bytes=100-", "newest"),
    ]


def test_a_stream_may_break_often_as_long_as_bytes_come() -> None:
    assert b"".join(objects(Client(*[20] * 9)).stream("a")) == CONTENT


def test_a_stream_that_breaks_without_a_byte_is_given_up() -> None:
    client = Client(70, 0, 0, 0)
    with pytest.raises(IncompleteReadError):
        list(objects(client).stream("a"))
    assert len(client.asked) == 3


def test_a_connection_that_is_not_made_counts_as_broken() -> None:
    class Unreachable:
        def get_object(self, **_: object) -> None:
            raise ReadTimeoutError(endpoint_url="x")

    with pytest.raises(ReadTimeoutError):
        list(objects(Unreachable()).stream("a"))


class Conflicted:
    """An S3 in which others write the key for a while."""

    def __init__(self, times: int) -> None:
        self.times = times

    def put_object(self, **_: object) -> None:
        self.times -= 1
        if self.times >= 0:
            raise _fault("ConditionalRequestConflict")


def test_a_put_in_conflict_is_tried_again_and_then_told_busy() -> None:
    objects(Conflicted(2)).put_new("a", b"one")
    with pytest.raises(ObjectBusyError):
        objects(Conflicted(3)).put_new("a", b"one")


@pytest.mark.parametrize("code", ["404", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed"])
def test_every_way_of_missing_is_one(code: str) -> None:
    with pytest.raises(ObjectMissingError):
        objects(Denied(code)).read("a")
    with pytest.raises(ObjectMissingError):
        objects(Denied(code)).describe("a", "v")


def test_what_is_denied_is_passed_on() -> None:
    denied = objects(Denied("AccessDenied"))
    for ask in (
        lambda: denied.read("a"),
        lambda: denied.describe("a", "v"),
        lambda: denied.put_new("a", b"one"),
    ):
        with pytest.raises(ClientError):
            ask()


class Denied:
    """An S3 that answers everything with one code."""

    def __init__(self, code: str) -> None:
        self._code = code

    def get_object(self, **_: object) -> None:
        raise _fault(self._code)

    head_object = put_object = get_object


def _fault(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "why"}}, "Some")


class Archive:
    """An S3 whose objects are archived."""

    def get_object(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": "InvalidObjectState"}}, "GetObject")


def test_what_is_archived_is_told_as_what_cannot_be_read() -> None:
    with pytest.raises(ObjectUnreadableError):
        list(objects(Archive()).stream("a"))
