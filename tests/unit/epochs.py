"""A lease whose epoch grows with each mandate: what is written together bears one of them."""

from __future__ import annotations

from mdmr.ports.authority import Lease, Mandate
from msgspec.structs import replace


class Growing:
    """The Lease of a hub with a greater epoch each time that it is asked."""

    def __init__(self, lease: Lease) -> None:
        self._lease, self.epoch = lease, 0

    def mandate(self, subject: str) -> Mandate:
        mandate = self._lease.mandate(subject)
        self.epoch = max(self.epoch, mandate.epoch) + 1
        return replace(mandate, epoch=self.epoch)
