"""Objects of buckets: metadata of a key in one record, bodies of its versions in parts.

A body is in memory until it is on disk, and is read from there afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from ministack.core import persistence
from ministack.services import s3

from mdmr_local.corrections.registry import expect, rewrite
from mdmr_local.durable.datafile import Change, DamagedDataError
from mdmr_local.durable.journal import Journal

KIND, BODY = "object", "body"
PART_BYTES = 1024 * 1024
_NULL = "null"
_OF_VERSIONS = (
    "_object_tags",
    "_object_acl",
    "_object_annotations",
    "_object_retention",
    "_object_legal_hold",
)
_NOT_KEPT = ("body", "_replica")
Record = dict[str, Any]
# An account, a bucket, a key.
Place = tuple[str, str, str]


class Reader(Protocol):
    """Where bodies are read from."""

    def value(self, kind: str, owner: str, name: str, /) -> bytes | None:
        """Return a record's value, or None."""


class Objects:
    """Notes the objects of all buckets in a journal and reads their bodies.

    Args:
        journal: of the changes.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._reader: Reader | None = None
        # How many parts the body of each version has, of those that were noted.
        self._parts: dict[Place, dict[str, int]] = {}

    def follow(self) -> None:
        """Have every change of an object noted, and bodies read from where they are.

        Raises:
            UpstreamChangedError: the emulator is another one.
        """
        for name in ("_read_body", "_version_body", *_REPLACED, *_OF_VERSIONS):
            expect(hasattr(s3, name), f"s3.{name}")
        s3.S3_PERSIST = True
        rewrite(s3, "_create_bucket", ("if S3_PERSIST:", "if False:  # no folder of its own"))
        s3._persist_object = lambda bucket, key, _: self._note(bucket, key)
        s3._persist_delete_marker = lambda bucket, key, _: self._note(bucket, key)
        s3._persist_version_state = lambda bucket, key, _: self._note(bucket, key)
        s3._delete_persisted_object = self._note
        # The body of each version stays where it is, under the version.
        s3._persist_displaced_version = lambda *_: None
        s3._delete_version_file = lambda *_: None
        s3._delete_persisted_bucket = lambda _: None
        s3._read_body = self._read_body
        s3._version_body = self._version_body
        for name in ("_put_object_retention", "_put_object_legal_hold"):
            setattr(s3, name, self._and_note(getattr(s3, name)))

    def start(self, reader: Reader) -> None:
        """Read bodies from here, from now on."""
        self._reader = reader

    def snapshot(self) -> Iterator[Change]:
        """Yield all objects with their bodies, which stay in memory until they are noted again."""
        for account, bucket in list(s3._buckets._data):
            for key in _keys(account, bucket):
                yield from self._changes((account, bucket, key))[0]

    def restore(
        self, records: Iterable[tuple[str, str, bytes]], bodies: Iterable[tuple[str, str]]
    ) -> None:
        """Bring objects back into their buckets, which are there."""
        for owner, name in bodies:
            place, (version, part) = _place(owner), name.rsplit("/", 1)
            parts = self._parts.setdefault(place, {})
            parts[version] = max(parts.get(version, 0), int(part) + 1)
        for owner, key, value in records:
            account, bucket = json.loads(owner)
            if (account, bucket) in s3._buckets._data:
                self._restore(
                    (account, bucket, key),
                    json.loads(value, object_hook=persistence._json_object_hook),
                )

    def _restore(self, place: Place, found: Record) -> None:
        account, bucket, key = place
        noted = self._parts.get(place, {})
        if found["current"] is not None:
            s3._buckets._data[account, bucket]["objects"][key] = {**found["current"], "body": None}
            self._expect_body(place, noted, found["current"])
        if found["versions"]:
            s3._object_versions._data[account, (bucket, key)] = [
                {**version, "data": None} for version in found["versions"]
            ]
        for name in _OF_VERSIONS:
            for version, value in found[name].items():
                at = (bucket, key, None if version == _NULL else version)
                getattr(s3, name)._data[account, at] = value
        for version in found["versions"]:
            if not version.get("is_delete_marker"):
                self._expect_body(place, noted, version)

    def _expect_body(self, place: Place, noted: dict[str, int], record: Record) -> None:
        parts = -(-record["size"] // PART_BYTES)
        if noted.get(_version_of(record), 0) != parts:
            raise DamagedDataError(f"the data file lacks content of {'/'.join(place)}")

    def _note(self, bucket: str, key: str) -> None:
        changes, then = self._changes((s3.get_account_id(), bucket, key))
        self._journal.append(*changes, then=then)

    def _and_note(self, shipped: Callable[..., Any]) -> Callable[..., Any]:
        def changed(bucket: str, key: str, *given: Any) -> Any:
            result = shipped(bucket, key, *given)
            self._note(bucket, key)
            return result

        return changed

    def _changes(self, place: Place) -> tuple[list[Change], Callable[[], None]]:
        """Return the changes that make the file what an object is, and what to do afterwards."""
        account, bucket, key = place
        holder = s3._buckets._data.get((account, bucket))
        current = holder["objects"].get(key) if holder else None
        versions = s3._object_versions._data.get((account, (bucket, key))) or []
        if versions and versions[-1].get("is_delete_marker"):
            current = None  # about to go: the marker is noted first
        live = [each for each in (current, *versions) if each and not each.get("is_delete_marker")]
        noted = self._parts.setdefault(place, {})
        changes: list[Change] = []
        for gone in set(noted) - {_version_of(each) for each in live}:
            changes += _without_parts(place, gone, 0, noted.pop(gone))
        bodies = {_version_of(each): each.get("data") for each in versions}
        if current is not None:
            bodies[_version_of(current)] = current.get("body")
        for version, body in bodies.items():
            if body is not None:
                parts = _parts(place, version, body)
                changes += parts
                changes += _without_parts(place, version, len(parts), noted.get(version, 0))
                noted[version] = len(parts)
        at = json.dumps([account, bucket])
        if live or versions:
            changes.append((KIND, at, key, _value(place, current, versions)))
        else:
            del self._parts[place]
            changes.append((KIND, at, key, None))
        return changes, lambda: _let_bodies_go(current, list(versions))

    def _read_body(self, bucket: str, key: str, record: Record) -> bytes:
        body: bytes | None = record.get("body")
        if body is None:
            body = self._body((s3.get_account_id(), bucket, key), _version_of(record))
        return body

    def _version_body(self, _: Record, bucket: str, key: str, version: Record) -> bytes:
        body: bytes | None = version.get("data")
        if body is None:
            body = self._body((s3.get_account_id(), bucket, key), _version_of(version))
        return body

    def _body(self, place: Place, version: str) -> bytes:
        count = self._parts.get(place, {}).get(version, 0)
        if self._reader is None:
            return b""
        parts = [
            self._reader.value(BODY, _owner(place), _part_name(version, number))
            for number in range(count)
        ]
        return b"".join(part for part in parts if part is not None)


_REPLACED = (
    "_persist_object",
    "_persist_delete_marker",
    "_persist_version_state",
    "_delete_persisted_object",
    "_persist_displaced_version",
    "_delete_version_file",
    "_delete_persisted_bucket",
)


def _keys(account: str, bucket: str) -> list[str]:
    keys = dict.fromkeys(s3._buckets._data[account, bucket]["objects"])
    for of, (name, key) in list(s3._object_versions._data):
        if (of, name) == (account, bucket):
            keys[key] = None
    return list(keys)


def _value(place: Place, current: Record | None, versions: list[Record]) -> bytes:
    account, bucket, key = place
    names = {None, *(each["version_id"] for each in versions), (current or {}).get("version_id")}
    of_versions: dict[str, dict[str, Any]] = {}
    for name in _OF_VERSIONS:
        store = getattr(s3, name)._data
        found = {each or _NULL: store.get((account, (bucket, key, each))) for each in names}
        of_versions[name] = {each: value for each, value in found.items() if value is not None}
    value = {
        "current": current and _without(current, _NOT_KEPT),
        "versions": [_without(each, ("data",)) for each in versions],
        **of_versions,
    }
    return json.dumps(value, default=persistence._json_default).encode()


def _without(record: Record, names: Iterable[str]) -> Record:
    return {name: value for name, value in record.items() if name not in names}


def _let_bodies_go(current: Record | None, versions: list[Record]) -> None:
    if current is not None:
        current["body"] = None
    for each in versions:
        each["data"] = None


def _version_of(record: Record) -> str:
    return record.get("version_id") or _NULL


def _owner(place: Place) -> str:
    return json.dumps(place)


def _place(owner: str) -> Place:
    account, bucket, key = json.loads(owner)
    return account, bucket, key


def _part_name(version: str, number: int) -> str:
    return f"{version}/{number:08}"


def _parts(place: Place, version: str, body: bytes) -> list[Change]:
    view, owner = memoryview(body), _owner(place)
    return [
        (BODY, owner, _part_name(version, number), view[start : start + PART_BYTES])
        for number, start in enumerate(range(0, len(body), PART_BYTES))
    ]


def _without_parts(place: Place, version: str, first: int, end: int) -> list[Change]:
    owner = _owner(place)
    return [(BODY, owner, _part_name(version, number), None) for number in range(first, end)]
