"""Files of this machine as an object store, by the keys they would have. Only to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from mdmr.ports.objects import Content, ObjectVersion

_BLOCK = 1 << 18


class FilesAsObjects:
    """An object store that has some files of this machine."""

    name = "files"

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths

    def describe(self, key: str, version_id: str | None = None) -> ObjectVersion:
        """Return what is known of a file."""
        status = self._paths[key].stat()
        changed = datetime.fromtimestamp(status.st_mtime, UTC)
        return ObjectVersion(key, version_id or "", status.st_size, changed)

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:  # noqa: ARG002 - a file has one version
        """Yield the bytes of a file from an offset on."""
        with self._paths[key].open("rb") as file:
            file.seek(start)
            while piece := file.read(_BLOCK):
                yield piece

    def read(self, key: str) -> bytes:
        """Return all bytes of a file."""
        return self._paths[key].read_bytes()

    def put_new(self, key: str, content: Content) -> None:  # noqa: ARG002 - whatever it is
        """Refuse to write. Raises PermissionError."""
        raise PermissionError(key)

    def put_again(self, key: str, content: Content, mark: str) -> None:  # noqa: ARG002 - whatever it is
        """Refuse to write. Raises PermissionError."""
        raise PermissionError(key)

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield what is known of the files whose keys begin so."""
        yield from (self.describe(key) for key in sorted(self._paths) if key.startswith(prefix))
