"""That a hub has no second region."""

from __future__ import annotations

from collections.abc import Iterable

from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import Item, Key


class NoPeer:
    """The Peer of a hub that is deployed to one region."""

    region = ""

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Raise PeerUnreachableError."""
        raise PeerUnreachableError(f"no second region holds {len(list(keys))} items")

    def has_inbound(self, key: str, version_id: str) -> bool:
        """Raise PeerUnreachableError."""
        raise PeerUnreachableError(f"no second region holds {key} {version_id}")

    def has_data(self, key: str) -> bool:
        """Raise PeerUnreachableError."""
        raise PeerUnreachableError(f"no second region holds {key}")
