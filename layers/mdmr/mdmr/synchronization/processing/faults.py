"""Faults of the hub on one record: what is told of them, and what is never such a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from mdmr.ports.authority import NotActiveError
from mdmr.ports.state import StateBusyError
from mdmr.synchronization.processing.tally import Fault
from mdmr.synchronization.records import Place

# What these tell is of the moment or of the machine, never of a record: the step is tried again.
NOT_OF_A_RECORD = (StateBusyError, NotActiveError, MemoryError)
_MAX_ATTEMPTS = 8
_Made = TypeVar("_Made")


def fault_of(place: Place, fault: Exception) -> Fault:
    """Return what is told of a fault: its name, where it was raised and at which line of a file.

    Raises the fault itself where it is not of a record.
    """
    return Fault(place.number, f"{place_of(fault)} at {'-'.join(map(str, place))}")


def place_of(fault: Exception) -> str:
    """Return the name of a fault and where it was raised.

    Raises the fault itself where it is of the moment.
    """
    if isinstance(fault, NOT_OF_A_RECORD):
        raise fault
    at = fault.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f"{at.tb_frame.f_code.co_filename.rpartition('/')[2]}:{at.tb_lineno}" if at else ""
    return f"{type(fault).__name__} {where}"


class Sparing(Struct, frozen=True):
    """What may be left out of reports where it cannot be told: `rows`, or whole `reports`.

    `momentary` tells whether a fault is of the moment: then nothing is left out.
    """

    rows: bool = False
    reports: bool = False
    momentary: Callable[[Exception], bool] = lambda _: False

    @property
    def last(self) -> Sparing:
        """What may be left out where a report without rows fails, too."""
        return Sparing(self.reports, self.reports, self.momentary)

    def passes(self, fault: Exception) -> str:
        """Return the name and place of a fault for which something is left out.

        Raises the fault itself where nothing may be.
        """
        if not self.rows or self.momentary(fault):
            raise fault
        return place_of(fault)


NOTHING = Sparing()


def tried(do: Callable[[], _Made], spare: Sparing) -> tuple[_Made | None, str]:
    """Return what something comes to and no fault, or None and the first fault with its place.

    It is tried several times at once. This is for what is left out when it fails, where whoever
    called was tried often enough already: a service that fails now and then must not cost that.
    Raises a fault that is of the moment, and any where nothing may be left out.
    """
    fault = ""
    for _ in range(_MAX_ATTEMPTS):
        try:
            return do(), ""
        except Exception as raised:  # noqa: BLE001 - what cannot be done is left out, and told
            told = spare.passes(raised)
            fault = fault or told
    return None, fault
