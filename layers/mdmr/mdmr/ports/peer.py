"""The hub's other region, looked at from this one: what it holds of what was written here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mdmr.ports.state import Item, Key


class PeerUnreachableError(Exception):
    """The other region does not answer, or there is none: nothing is known of what it holds."""


class Peer(Protocol):
    """The other region of a hub; each call raises PeerUnreachableError when it does not answer."""

    @property
    def region(self) -> str:
        """The name of the other region; empty when the hub was deployed to one only."""
        ...

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return those of the hub-state items with these keys that exist there now."""
        ...

    def has_inbound(self, key: str, version_id: str) -> bool:
        """Return whether this version of an upload lies there."""
        ...

    def has_data(self, key: str) -> bool:
        """Return whether an object of the data bucket lies there."""
        ...
