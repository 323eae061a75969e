"""What a file is in: the run or the set that works it, or the window in which it is reported."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from mdmr.calendar.instants import est_id


class InRun(Struct, frozen=True, tag="run"):
    """The file is worked by one execution of a process; `name` is that of the execution."""

    process: str
    name: str

    @property
    def id(self) -> str:
        """The name that people see."""
        return self.name


class InSet(Struct, frozen=True, tag="set"):
    """The file is worked together with the other files of its synchronization set."""

    ldc: str
    submitter: str
    file_id: str
    tx_id: str

    @property
    def id(self) -> str:
        """The name that people see, and that of the set."""
        return f"{self.ldc}-{self.submitter}-{self.file_id}-{self.tx_id}"


class InWindow(Struct, frozen=True, tag="window"):
    """The file is held; one notice at `ends` reports all files of the window.

    `closure` numbers the closure of the gateway. `sender` is the sender's ORG ID, or a digest of
    a prefix that is no ORG ID.
    """

    closure: int
    sender: str
    ends: datetime

    @property
    def id(self) -> str:
        """The name that people see, and that of the execution that sends the notice."""
        return f"held-{self.closure}-{self.sender}-{est_id(self.ends)}"


WorkedIn: TypeAlias = InRun | InSet | InWindow
