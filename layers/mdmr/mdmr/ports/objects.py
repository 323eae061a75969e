"""Objects: files in a bucket, each version kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol, TypeAlias

from msgspec import Struct

# The bytes of an object: whole, or in pieces that are asked for once.
Content: TypeAlias = "bytes | Iterable[bytes]"


def pieces_of(content: Content) -> Iterable[bytes]:
    """Return the pieces of a content; one that is whole is one piece."""
    return (content,) if isinstance(content, bytes) else content


class ObjectVersion(Struct, frozen=True):
    """One version of an object: its key, version id, size in bytes and time of arrival (UTC)."""

    key: str
    version_id: str
    size: int
    arrived: datetime


class ObjectMissingError(Exception):
    """There is no such object or version."""


class ObjectUnreadableError(Exception):
    """An object lies there as its sender had it stored, and cannot be read: it was archived."""


class ObjectTakenError(Exception):
    """An object of that key exists already with other bytes."""


class ObjectStore(Protocol):
    """A versioned bucket."""

    @property
    def name(self) -> str:
        """The name of the bucket."""
        ...

    def describe(self, key: str, version_id: str | None = None) -> ObjectVersion:
        """Return what is known of a version (None: the newest). Raises ObjectMissingError."""
        ...

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a version (None: the newest) from offset `start` in bounded pieces.

        Raises ObjectMissingError and ObjectUnreadableError at the first piece.
        """
        ...

    def read(self, key: str) -> bytes:
        """Return all bytes of the newest version. Raises ObjectMissingError."""
        ...

    def put_new(self, key: str, content: Content) -> None:
        """Write an object whose key is free; the same bytes again are no fault.

        Nothing is written before the last piece came, and pieces are not kept in memory. Raises
        ObjectTakenError when the key has other bytes.
        """
        ...

    def put_again(self, key: str, content: Content, mark: str) -> None:
        """Write a new version of an object that has these bytes already.

        `mark` is kept with the version: when the newest one carries it, this was done before and
        nothing is written. Raises ObjectMissingError, and ObjectTakenError when the newest version
        has other bytes.
        """
        ...

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield every version (no delete markers) of the keys that begin with `prefix`."""
        ...
