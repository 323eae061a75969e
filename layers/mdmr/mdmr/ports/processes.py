"""Processes: what works accepted files, and the register that says which process works which.

Intake, the gateway and the operator's commands know a process by this Protocol only. Each room
that works files has one implementation; `mdmr.processes.register` is the table of all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias

from msgspec import Struct

from mdmr.ports.authority import Concern
from mdmr.ports.parts import ProcessHub
from mdmr.ports.state import Write
from mdmr.ports.work import WorkedIn

# Whether a mode of the gateway is about a file; None: the mode is about every file.
Covers: TypeAlias = "Callable[[Concern], bool] | None"


class NotRetriedError(Exception):
    """The process works no single file again."""


class UploadedObject(Protocol):
    """The object that a file is, in the inbound bucket; `arrived` is when it was uploaded."""

    @property
    def key(self) -> str: ...  # noqa: D102 - the class says it

    @property
    def version_id(self) -> str: ...  # noqa: D102

    @property
    def arrived(self) -> datetime: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102


class AcceptedFile(Protocol):
    """A file as its process is given it: its receipt (`exchange.ledger.receipts.Receipt`)."""

    @property
    def id(self) -> str: ...  # noqa: D102 - the class says it

    @property
    def arrival(self) -> UploadedObject: ...  # noqa: D102

    @property
    def epoch(self) -> int: ...  # noqa: D102

    @property
    def details(self) -> int: ...  # noqa: D102

    @property
    def ldc(self) -> str: ...  # noqa: D102


class Joined(Struct, frozen=True):
    """How a file joins a process: what it is in from now on, and the writes by which it joins.

    The caller commits the writes together with the receipt, under the lease. They fail when what
    the file was to join takes no more files: then the caller asks again.
    """

    worked_in: WorkedIn
    writes: tuple[Write, ...]


class OpenWork(Struct, frozen=True):
    """Work of a process that is not over, and when to look again whether it is (None: never)."""

    worked_in: WorkedIn
    next_look: datetime | None


class Process(Protocol):
    """What works the files of some types. Each call can be repeated."""

    @property
    def name(self) -> str:
        """The name of its state machine."""
        ...

    def takes(self, hub: ProcessHub, file_name: str) -> bool:
        """Return whether a file of this name still can join; intake refuses it else (F014)."""
        ...

    def join(self, hub: ProcessHub, file: AcceptedFile, at: datetime) -> Joined:
        """Return how a file joins that is accepted at an instant."""
        ...

    def join_again(self, hub: ProcessHub, file: AcceptedFile, at: datetime) -> Joined:
        """Return how a file joins again that failed. Raises NotRetriedError."""
        ...

    def start(self, hub: ProcessHub, worked_in: WorkedIn) -> None:
        """Start the execution that works what a file is in, or wake it."""
        ...

    def open_work(self, hub: ProcessHub, covers: Covers, now: datetime) -> list[OpenWork]:
        """Return its work that is not over, as far as the gateway keeps it not and `covers` it."""
        ...

    def resume(self, hub: ProcessHub, version: int) -> None:
        """Let the work go on that the gateway kept before this version of it.

        Repeated for one version, it starts nothing twice. Raises NotActiveError.
        """
        ...


class ProcessRegister(Protocol):
    """Which process works the files of which FILE_ID and version."""

    def find(self, file_id: str, version: str) -> Process | None:
        """Return the process of a type; None: no process works it, its files stay ACCEPTED."""
        ...

    @property
    def processes(self) -> list[Process]:
        """Every process once, in the order of the rows."""
        ...
