"""Work in a fork of this process, so that nothing of it is left."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

# Work may take this many times as long as it should, and so many seconds more.
_PATIENCE, _SPARE = 5, 2
_MEMORY = 2 * 1024**3
_NONE = b"none"


def forked(work: Callable[[], int | None], seconds: float) -> int | None:
    """Return the number that some work returns in a fork of this process, None for none.

    What dies, or takes far longer than `seconds`, has failed: 0. Its time is that of the processor,
    so that a busy machine stops nothing.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        told = b"0"
        with suppress(BaseException):
            _limit(seconds)
            found = work()
            told = _NONE if found is None else str(found).encode()
        os.write(writing, told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return None if answer == _NONE else int(answer or b"0")


def told(work: Callable[[Path], None], into: Path) -> str:
    """Return what some work writes into a file in a fork of this process; empty where it died."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            _be_quiet()
            work(into)
        os._exit(0)
    os.waitpid(child, 0)
    return into.read_text() if into.exists() else ""


def _limit(seconds: float) -> None:
    limit = int(_PATIENCE * seconds + _SPARE)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    _be_quiet()


def _be_quiet() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
