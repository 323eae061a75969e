"""The register as a deployed hub has it: its rooms are imported when it is first asked.

Most functions never ask: they start about 5 ms of processor time earlier this way.
"""

from __future__ import annotations

from functools import cached_property

from mdmr.ports.processes import Process, ProcessRegister


class RegisterOnDemand:
    """The register of processes, imported by its first use."""

    @cached_property
    def _register(self) -> ProcessRegister:
        from mdmr.processes.register import REGISTER  # noqa: PLC0415 - that is what it is for

        return REGISTER

    def find(self, file_id: str, version: str) -> Process | None:
        """Return the process of a type; None: no process works it, its files stay ACCEPTED."""
        return self._register.find(file_id, version)

    @property
    def processes(self) -> list[Process]:
        """Every process once, in the order of the rows."""
        return self._register.processes
