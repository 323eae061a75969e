"""Sets the time that the emulator's process sees, with time-machine; nothing ticks.

``time.monotonic`` stays real, so that sockets, locks and the event loop keep their time-outs.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime


def start_travelling(start: float) -> Callable[[float], None]:
    """Freeze this process's time at ``start`` and return the function that moves it.

    Args:
        start: seconds since 1970.

    Returns:
        A function that sets the time to the given seconds since 1970.
    """
    # time_machine imports pytest where it is installed, for its plugin, at a tenth of a second.
    had_pytest = "pytest" in sys.modules
    if not had_pytest:
        sys.modules["pytest"] = None  # type: ignore[assignment]
    import time_machine  # noqa: PLC0415 - see above

    if not had_pytest:
        del sys.modules["pytest"]
    traveller = time_machine.travel(_instant(start), tick=False).start()
    return lambda instant: traveller.move_to(_instant(instant))


def _instant(seconds: float) -> datetime:
    """Return whole microseconds; naive, as time-machine changes TZ for an aware one."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
