"""Who holds a port of this machine."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_LISTENS = "0A"
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


def holder_of(port: int) -> int | None:
    """Return the process that listens on a port.

    None where that cannot be seen: it is another user's, or this is no Linux.
    """
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    if not sockets:
        return None
    for descriptors in sorted(Path("/proc").glob("[0-9]*/fd"), key=_number):
        with suppress(OSError):
            for each in descriptors.iterdir():
                with suppress(OSError):
                    if str(each.readlink()) in sockets:
                        return _number(descriptors)
    return None


def _number(descriptors: Path) -> int:
    return int(descriptors.parent.name)


def _listening(port: int) -> set[str]:
    """Return the inodes of the sockets that listen on a port."""
    found = set()
    for table in map(Path, _TABLES):
        with suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(fields[9])
    return found
