"""A versioned bucket in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from mdmr.ports.objects import (
    Content,
    ObjectMissingError,
    ObjectTakenError,
    ObjectVersion,
    pieces_of,
)
from mdmr.ports.outside import Clock
from mdmr.stores.limits import check_object_key

PIECE_BYTES = 1024 * 1024


class MemoryObjects:
    """The ObjectStore in memory: every version kept, arrival in whole seconds as in S3.

    `name` only serves to tell buckets apart; version ids count up in order of arrival.
    """

    def __init__(self, clock: Clock, name: str = "bucket") -> None:
        self.name = name
        self._clock = clock
        self._lock = threading.RLock()
        self._versions: dict[str, list[tuple[ObjectVersion, bytes]]] = {}
        self._marks: dict[str, str] = {}
        self._written = 0

    def describe(self, key: str, version_id: str | None = None) -> ObjectVersion:
        """Return what is known of a version (None: the newest). Raises ObjectMissingError."""
        return self._find(key, version_id)[0]

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a version (None: the newest) from `start` in pieces of 1 MiB."""
        content = self._find(key, version_id)[1]
        for at in range(start, len(content), PIECE_BYTES):
            yield content[at : at + PIECE_BYTES]

    def read(self, key: str) -> bytes:
        """Return all bytes of the newest version. Raises ObjectMissingError."""
        return self._find(key, None)[1]

    def put_new(self, key: str, content: Content) -> None:
        """Write an object whose key is free. Raises ObjectTakenError when it has other bytes."""
        whole = b"".join(pieces_of(content))
        with self._lock:
            if key not in self._versions:
                self.upload(key, whole)
            elif self.read(key) != whole:
                raise ObjectTakenError(key)

    def put_again(self, key: str, content: Content, mark: str) -> None:
        """Write a new version with the bytes of the newest one, unless that carries the mark.

        Raises ObjectMissingError, ObjectTakenError.
        """
        whole = b"".join(pieces_of(content))
        with self._lock:
            if self.read(key) != whole:
                raise ObjectTakenError(key)
            newest = self._versions[key][-1][0].version_id
            if self._marks.get(newest) != mark:
                self._marks[self.upload(key, whole).version_id] = mark

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield every version of the keys that begin with `prefix`: by key, newest first."""
        with self._lock:
            found = [
                version
                for key in sorted(self._versions)
                if key.startswith(prefix)
                for version, _ in reversed(self._versions[key])
            ]
        yield from found

    def upload(self, key: str, content: bytes) -> ObjectVersion:
        """Write a new version, as an organization does, and return what is known of it."""
        check_object_key(key)
        with self._lock:
            arrived = self._clock.now().replace(microsecond=0)
            version = ObjectVersion(key, self._new_version_id(), len(content), arrived)
            self._versions.setdefault(key, []).append((version, bytes(content)))
        return version

    def keys(self) -> list[str]:
        """Return every key in order."""
        with self._lock:
            return sorted(self._versions)

    def fill_from(self, other: MemoryObjects) -> None:
        """Take over all that another bucket holds, with its versions' ids and times."""
        with self._lock:
            self._versions = {key: list(found) for key, found in other._versions.items()}
            self._marks = dict(other._marks)

    def _new_version_id(self) -> str:
        self._written += 1
        return f"v{self._written:08d}"

    def _find(self, key: str, version_id: str | None) -> tuple[ObjectVersion, bytes]:
        with self._lock:
            versions = self._versions.get(key, [])
            for version, content in reversed(versions):
                if version_id in (None, version.version_id):
                    return version, content
        raise ObjectMissingError(key)
