"""An object store over another one: a job tried without writing, as a preview does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mdmr.ports.objects import (
    Content,
    ObjectMissingError,
    ObjectStore,
    ObjectTakenError,
    ObjectVersion,
    pieces_of,
)


class Overlay:
    """An object store over another one: what is written stays here, what is read may lie there.

    Keys that begin with `hidden`, where it is not empty, are not looked for below.
    """

    def __init__(self, below: ObjectStore, now: datetime, hidden: str = "") -> None:
        self._below, self._now, self._hidden = below, now, hidden
        self._own: dict[str, bytes] = {}

    @property
    def name(self) -> str:
        """The name of the bucket below."""
        return self._below.name

    def describe(self, key: str, version_id: str | None = None) -> ObjectVersion:
        """Return what is known of a version (None: the newest). Raises ObjectMissingError."""
        if key in self._own:
            return ObjectVersion(key, "", len(self._own[key]), self._now)
        return self._seen(key).describe(key, version_id)

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a version (None: the newest). Raises ObjectMissingError."""
        if key in self._own:
            return iter((self._own[key][start:],))
        return self._seen(key).stream(key, version_id, start)

    def read(self, key: str) -> bytes:
        """Return all bytes of the newest version. Raises ObjectMissingError."""
        return self._own[key] if key in self._own else self._seen(key).read(key)

    def put_new(self, key: str, content: Content) -> None:
        """Keep an object here. Raises ObjectTakenError when the key has other bytes."""
        whole = b"".join(pieces_of(content))
        try:
            taken = self.read(key) != whole
        except ObjectMissingError:
            taken = False
        if taken:
            raise ObjectTakenError(key)
        self._own[key] = whole

    def put_again(self, key: str, content: Content, mark: str) -> None:  # noqa: ARG002 - nobody is told
        """Keep an object here that has these bytes already."""
        self.put_new(key, content)

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield the versions of the keys that begin with `prefix`, those kept here first."""
        yield from (self.describe(key) for key in sorted(self._own) if key.startswith(prefix))
        for each in self._below.versions(prefix):
            if not self._hides(each.key):
                yield each

    def _seen(self, key: str) -> ObjectStore:
        """Return where a key lies that is not kept here. Raises ObjectMissingError if hidden."""
        if self._hides(key):
            raise ObjectMissingError(key)
        return self._below

    def _hides(self, key: str) -> bool:
        return bool(self._hidden) and key.startswith(self._hidden)
