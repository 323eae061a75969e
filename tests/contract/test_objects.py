from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mdmr.ports.objects import ObjectMissingError, ObjectStore, ObjectTakenError, ObjectVersion
from mdmr.stores.limits import UnfitError
from mdmr.stores.memory.objects import PIECE_BYTES, MemoryObjects
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.s3 import S3Objects

from tests.contract.conftest import Aws


@dataclass(frozen=True)
class Bucket:
    """A bucket, and the way in which an organization uploads to it; returns the version id."""

    store: ObjectStore
    upload: Callable[[str, bytes], str]


@pytest.fixture(params=["memory", "embedded"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    if request.param == "memory":
        memory = MemoryObjects(FixedClock(datetime.now(UTC)))
        return Bucket(memory, lambda key, content: memory.upload(key, content).version_id)
    return _bucket_of(request.getfixturevalue("embedded"))


def _bucket_of(aws: Aws) -> Bucket:
    client, name = aws.client("s3"), aws.new_name("bucket")
    client.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ca-central-1"}
    )
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def upload(key: str, content: bytes) -> str:
        answered: dict[str, Any] = client.put_object(Bucket=name, Key=key, Body=content)
        return str(answered["VersionId"])

    return Bucket(S3Objects(lambda: client, name), upload)


LARGE = bytes(range(256)) * (PIECE_BYTES * 5 // 2 // 256) + b"end"


def test_what_was_put_is_read(bucket: Bucket) -> None:
    bucket.store.put_new("ORG1/a.dat", b"one")
    assert bucket.store.read("ORG1/a.dat") == b"one"
    assert list(bucket.store.stream("ORG1/a.dat")) == [b"one"]


def test_an_empty_object_is_read_as_nothing(bucket: Bucket) -> None:
    bucket.store.put_new("a", b"")
    assert bucket.store.read("a") == b""
    assert list(bucket.store.stream("a")) == []


def test_a_key_that_is_taken_by_other_bytes_is_refused(bucket: Bucket) -> None:
    bucket.store.put_new("a", b"one")
    with pytest.raises(ObjectTakenError):
        bucket.store.put_new("a", b"two")
    assert bucket.store.read("a") == b"one"


def test_the_same_bytes_again_are_no_fault_and_no_new_version(bucket: Bucket) -> None:
    bucket.store.put_new("a", b"one")
    bucket.store.put_new("a", b"one")
    assert len(list(bucket.store.versions(""))) == 1


def test_an_object_may_come_in_pieces(bucket: Bucket) -> None:
    halves = (LARGE[: len(LARGE) // 2], LARGE[len(LARGE) // 2 :])
    bucket.store.put_new("large", iter(halves))
    bucket.store.put_new("large", iter(halves))
    bucket.store.put_again("large", iter((*halves, b"")), "mark")
    assert bucket.store.read("large") == LARGE
    assert len(list(bucket.store.versions(""))) == 2
    with pytest.raises(ObjectTakenError):
        bucket.store.put_new("large", iter(halves[:1]))


def test_pieces_that_break_off_write_nothing(bucket: Bucket) -> None:
    def broken() -> Iterator[bytes]:
        yield b"one"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        bucket.store.put_new("a", broken())
    assert list(bucket.store.versions("")) == []


@pytest.mark.parametrize(("content", "taken"), [(b"one", False), (b"two", True)])
def test_bytes_that_another_wrote_are_compared_too(
    bucket: Bucket, content: bytes, *, taken: bool
) -> None:
    bucket.upload("a", b"one")
    if taken:
        with pytest.raises(ObjectTakenError):
            bucket.store.put_new("a", content)
    else:
        bucket.store.put_new("a", content)


def test_every_version_is_described_and_read_by_its_id(bucket: Bucket) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    first, second = bucket.upload("ORG1/a", b"one"), bucket.upload("ORG1/a", b"second")
    assert first != second
    described = bucket.store.describe("ORG1/a", first)
    assert described == ObjectVersion("ORG1/a", first, 3, described.arrived)
    assert bucket.store.describe("ORG1/a", second).size == 6
    assert described.arrived.tzinfo is UTC
    assert before <= described.arrived <= datetime.now(UTC) + timedelta(seconds=2)
    assert described.arrived.microsecond == 0
    assert b"".join(bucket.store.stream("ORG1/a", first)) == b"one"
    assert b"".join(bucket.store.stream("ORG1/a", second)) == b"second"
    assert bucket.store.read("ORG1/a") == b"second"


def test_an_object_is_written_again_once_for_each_mark(bucket: Bucket) -> None:
    bucket.store.put_new("a", b"one")
    for mark in ("first", "first", "second", "second"):
        bucket.store.put_again("a", b"one", mark)
    assert len(list(bucket.store.versions(""))) == 3
    assert bucket.store.read("a") == b"one"


def test_nothing_is_written_again_with_other_bytes_or_before_it_was_written(
    bucket: Bucket,
) -> None:
    with pytest.raises(ObjectMissingError):
        bucket.store.put_again("a", b"one", "mark")
    bucket.store.put_new("a", b"one")
    with pytest.raises(ObjectTakenError):
        bucket.store.put_again("a", b"two", "mark")
    assert len(list(bucket.store.versions(""))) == 1


def test_what_is_missing_is_told(bucket: Bucket) -> None:
    version = bucket.upload("a", b"one")
    for ask in (
        lambda: bucket.store.read("b"),
        lambda: bucket.store.describe("b", version),
        lambda: next(bucket.store.stream("b")),
        lambda: next(bucket.store.stream("b", version)),
        lambda: next(bucket.store.stream("b", None, 5)),
    ):
        with pytest.raises(ObjectMissingError):
            ask()


def test_a_large_object_comes_in_bounded_pieces(bucket: Bucket) -> None:
    bucket.store.put_new("large", LARGE)
    pieces = list(bucket.store.stream("large"))
    assert max(map(len, pieces)) <= PIECE_BYTES
    assert b"".join(pieces) == LARGE


@pytest.mark.parametrize("start", [1, PIECE_BYTES - 1, PIECE_BYTES, len(LARGE) - 1])
def test_a_stream_begins_where_it_is_told(bucket: Bucket, start: int) -> None:
    version = bucket.upload("large", LARGE)
    bucket.upload("large", b"newer")
    assert b"".join(bucket.store.stream("large", version, start)) == LARGE[start:]


def test_a_stream_may_be_left_before_its_end(bucket: Bucket) -> None:
    bucket.store.put_new("large", LARGE)
    for start in (0, 1, PIECE_BYTES):
        begun = bucket.store.stream("large", start=start)
        assert LARGE[start:].startswith(next(begun))
        del begun
    assert b"".join(bucket.store.stream("large")) == LARGE


@pytest.mark.parametrize("start", [3, 4, 1000])
def test_a_stream_from_behind_the_end_is_empty(bucket: Bucket, start: int) -> None:
    bucket.upload("a", b"one")
    assert list(bucket.store.stream("a", start=start)) == []


def test_all_versions_under_a_prefix_are_listed_by_key_newest_first(bucket: Bucket) -> None:
    first = bucket.upload("ORG1/b", b"one")
    second = bucket.upload("ORG1/b", b"second")
    third = bucket.upload("ORG1/a b+c&é.dat", b"third!!")
    bucket.upload("ORG11/a", b"other")
    found = list(bucket.store.versions("ORG1/"))
    assert [(each.key, each.version_id, each.size) for each in found] == [
        ("ORG1/a b+c&é.dat", third, 7),
        ("ORG1/b", second, 6),
        ("ORG1/b", first, 3),
    ]
    assert found[2] == bucket.store.describe("ORG1/b", first)
    assert list(bucket.store.versions("ORG2/")) == []


def test_more_versions_than_a_page_are_listed_whole(bucket: Bucket) -> None:
    for number in range(1005):
        bucket.upload("a", str(number).encode())
    assert len({each.version_id for each in bucket.store.versions("")}) == 1005


@pytest.mark.parametrize("key", ["", "x" * 1025])
def test_a_key_that_no_bucket_takes_is_refused(bucket: Bucket, key: str) -> None:
    with pytest.raises(UnfitError):
        bucket.store.put_new(key, b"one")
