"""The name of a file set."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from mdmr.exchange.files.names import FileName
from mdmr.ports.state import Key
from mdmr.ports.work import InSet


class SetId(NamedTuple):
    """Whose set it is: LDC, submitting organization, FILE_ID (3000 or 4000) and TX_ID."""

    ldc: str
    submitter: str
    file_id: str
    tx_id: str

    def __str__(self) -> str:
        return "-".join(self)

    @property
    def key(self) -> Key:
        """Where the set lies."""
        return Key(f"SET#{self}", "SET")

    @property
    def worked_in(self) -> InSet:
        """The set as the receipts of its files name it."""
        return InSet(*self)

    @property
    def periodic(self) -> bool:
        """Whether it is a P-Sync."""
        return self.file_id == "3000"

    @property
    def tag(self) -> str:
        """The digest of its name: what logs tell, as its sender chose a part of the name."""
        return hashlib.sha256(str(self).encode()).hexdigest()[:32]

    @classmethod
    def of_file(cls, name: FileName | None) -> SetId | None:
        """Return the set that a file belongs to, None for a file of no set."""
        if name is None or name.part is None:
            return None
        return cls(name.org_1, name.org_2, name.file_id, name.part.tx_id)

    @classmethod
    def of(cls, text: str) -> SetId:
        """Return the name that a text is. Raises ValueError when it is none."""
        parts = text.split("-", 3)
        if len(parts) != len(cls._fields):
            message = f"{text} names no file set"
            raise ValueError(message)
        return cls(*parts)
