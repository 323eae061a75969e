"""Framing structures: how the energy of an SDP is split for billing, and what meter that needs."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

_HOUR = 60


class Energy(Enum):
    """How energy is split: by time of use, by hour, not at all, or with an ultra-low overnight."""

    TOU = "TOU"
    HOURLY = "HOURLY"
    PERIODIC = "PERIODIC"
    ULO = "ULO"


class Framing(Struct, frozen=True):
    """A framing structure.

    `zone` is the SDP zone it is for (`E`, `C`), empty for any. With demand, `window` is the length
    in minutes over which demand is taken, and a new window begins every `step` minutes; both are 0
    without. `file_id` is the response that tells its energy.
    """

    id: str
    code: str
    energy: Energy
    file_id: str
    zone: str = ""
    window: int = 0
    step: int = 0

    @property
    def demand(self) -> bool:
        """Whether demand is told beside energy: the meter must be capable of it."""
        return self.window > 0

    def takes(self, minutes: int) -> bool:
        """Return whether intervals of a length in minutes can be framed by it."""
        return not self.step or self.step % minutes == 0


def _demand() -> list[Framing]:
    """Return the framings with demand: energy by zone, then windows by kind."""
    energies = (
        ("TOU_EST", Energy.TOU, "6000", "E"),
        ("TOU_CST", Energy.TOU, "6000", "C"),
        ("HRL_EST", Energy.HOURLY, "6100", "E"),
        ("HRL_CST", Energy.HOURLY, "6100", "C"),
        ("PER_EST", Energy.PERIODIC, "6000", "E"),
        ("PER_CST", Energy.PERIODIC, "6000", "C"),
    )
    # Window and step in minutes: a block begins where the one before ends.
    windows = (("15B", 15, 15), ("60B", _HOUR, _HOUR), ("15R", 15, 5), ("60R", _HOUR, 15))
    kinds = [(energy, window) for energy in energies for window in windows]
    return [
        Framing(f"{number:02d}", f"{code}_{label}", energy, file_id, zone, window, step)
        for number, ((code, energy, file_id, zone), (label, window, step)) in enumerate(kinds, 11)
    ]


FRAMINGS = {
    each.id: each
    for each in (
        Framing("01", "TOU_EST", Energy.TOU, "6000", "E"),
        Framing("02", "TOU_CST", Energy.TOU, "6000", "C"),
        Framing("03", "HOURLY", Energy.HOURLY, "6100"),
        Framing("04", "PERIODIC", Energy.PERIODIC, "6000"),
        Framing("05", "ULO_EST", Energy.ULO, "6000", "E"),
        Framing("06", "ULO_CST", Energy.ULO, "6000", "C"),
        *_demand(),
    )
}
