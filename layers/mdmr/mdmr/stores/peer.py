"""The other region's tables and buckets, read from this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from mdmr.ports.objects import ObjectMissingError, ObjectStore
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import Item, Key, StateBusyError, StateStore


class RegionPeer:
    """The Peer on the other region's replica of the hub-state table and its buckets.

    Their clients should give up soon: the other region may be the one that is down.
    """

    def __init__(
        self, region: str, state: StateStore, inbound: ObjectStore, data: ObjectStore
    ) -> None:
        self.region = region
        self._state = state
        self._inbound = inbound
        self._data = data

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return those of the items with these keys that exist there now."""
        with _reached():
            return self._state.get_many(keys)

    def has_inbound(self, key: str, version_id: str) -> bool:
        """Return whether this version of an upload lies there."""
        return _lies(lambda: self._inbound.describe(key, version_id))

    def has_data(self, key: str) -> bool:
        """Return whether an object of the data bucket lies there."""
        return _lies(lambda: self._data.describe(key))


def _lies(look: Callable[[], object]) -> bool:
    with _reached():
        try:
            look()
        except ObjectMissingError:
            return False
        return True


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, StateBusyError) as fault:
        raise PeerUnreachableError(type(fault).__name__) from fault
