"""The register of processes: a row for each FILE_ID and version that a process works."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mdmr.identifiers.process import IDENTIFIERS
from mdmr.ports.processes import Process
from mdmr.schedules.process import SCHEDULES
from mdmr.synchronization.sets.process import SYNCHRONIZATION


class Register(Struct, frozen=True):
    """The processes by FILE_ID and version."""

    rows: Mapping[tuple[str, str], Process]

    def find(self, file_id: str, version: str) -> Process | None:
        """Return the process of a type; None: no process works it, its files stay ACCEPTED."""
        return self.rows.get((file_id, version))

    @property
    def processes(self) -> list[Process]:
        """Every process once, in the order of the rows."""
        return list({each.name: each for each in self.rows.values()}.values())


REGISTER = Register(
    {
        ("1000", "00"): IDENTIFIERS,
        ("3000", "01"): SYNCHRONIZATION,
        ("4000", "00"): SYNCHRONIZATION,
        ("8000", "00"): SCHEDULES,
    }
)
