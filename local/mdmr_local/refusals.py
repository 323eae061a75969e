"""Why the operate function of a hub gave no answer, or said no."""

from __future__ import annotations

from collections.abc import Iterable

from mdmr.operation.faults import Fault


class OperateError(Exception):
    """The hub could not be asked: it is not there, not permitted, or failed inside."""


class RefusedError(OperateError):
    """The hub refuses what was asked.

    Attributes:
        faults: what is wrong, each with its path in what was asked (empty: all of it).
        numbers_done: how many numbers from before it kept all the same, counted from the first.
        changes_done: how many other changes it made all the same, None where that is not known.
    """

    def __init__(
        self, faults: Iterable[Fault], *, numbers_done: int = 0, changes_done: int | None = None
    ) -> None:
        self.faults = list(faults)
        self.numbers_done = numbers_done
        self.changes_done = changes_done
        super().__init__("; ".join(self.texts))

    @property
    def texts(self) -> list[str]:
        """The faults as texts, each with its path."""
        return [": ".join(filter(None, (each.path, each.text))) for each in self.faults]
