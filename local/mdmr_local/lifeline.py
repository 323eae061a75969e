"""A process that ends with its parent: it holds the reading end of a pipe that the parent holds.

However the parent ends, its end of the pipe is closed then, and this process is asked to stop.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

# All that was acknowledged is on disk: a stop in order only makes the next start quicker.
_STOP_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1


def end_with_parent(lifeline: int) -> None:
    """Have this process stop in good order when its parent ends, and end by force if it hangs.

    Args:
        lifeline: number of the reading end; -1 for none.
    """
    if lifeline >= 0:
        threading.Thread(target=_watch, args=(lifeline,), daemon=True, name="mdmr-life").start()


def be_killed_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, where it can (Linux).

    Args:
        parent: the process that started this one; if it has ended already, so does this one.

    Raises:
        OSError: the kernel refuses.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        if library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        os._exit(1)


def _watch(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_SECONDS)
    os._exit(1)
