"""The clock of the embedded AWS: virtual time that moves only when nothing is in flight.

The emulator's process has one clock, set once at its start; the corrections wait on it.
"""

from mdmr_local.clock.deadlines import Clock

__all__ = ["current", "install"]

_installed: list[Clock] = []


def install(clock: Clock) -> None:
    """Make ``clock`` the clock of this process."""
    _installed[:] = [clock]


def current() -> Clock:
    """Return the clock of this process.

    Raises:
        RuntimeError: none has been installed.
    """
    if not _installed:
        raise RuntimeError("this process has no clock: mdmr_local.launch installs one")
    return _installed[0]
