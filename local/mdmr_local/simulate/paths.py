"""Files of a scenario: they lie in its folder, and no symbolic link leads out of it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

LINK = "is a symbolic link; put the file itself there"


def file_inside(folder: Path, text: str) -> Path | None:
    """Return the file that a relative path names in a folder, None where it names none.

    A path that leaves the folder names none, nor does one that goes by a symbolic link.
    """
    parts = PurePosixPath(text).parts
    if not parts or PurePosixPath(text).is_absolute() or ".." in parts:
        return None
    path = folder
    try:
        for part in parts:
            path = path / part
            if path.is_symlink():
                return None
        return path if path.is_file() else None
    except (OSError, ValueError):
        # A name that is too long, or with a NUL in it.
        return None
