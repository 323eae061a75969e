"""A table in which others are always faster: commits of a kind fail, so many times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mdmr.ports.state import (
    ConditionFailedError,
    Item,
    Key,
    Put,
    StateStore,
    Write,
    key_of,
)

FOREVER = 10**9


def touches(word: str) -> Callable[[Sequence[Write]], bool]:
    """Return whether a commit writes (not only checks) an item of a partition with this begin."""

    def judged(writes: Sequence[Write]) -> bool:
        return any(_partition(each).startswith(word) for each in writes)

    return judged


def _partition(write: Write) -> str:
    if isinstance(write, Put):
        return key_of(write.item).partition
    return "" if type(write).__name__ == "Check" else write.key.partition


class Contested:
    """The StateStore of a worker who is too late: `fails` of the commits that `which` names fail.

    `failing` are the positions that are told as failed, by default that of the last write. Before
    each such failure `meanwhile` happens. `refused` counts them.
    """

    def __init__(
        self,
        state: StateStore,
        which: Callable[[Sequence[Write]], bool],
        *,
        fails: int = FOREVER,
        failing: tuple[int, ...] | None = None,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        self._state, self._which, self._left = state, which, fails
        self._failing, self._meanwhile = failing, meanwhile
        self.refused = 0

    def get(self, key: Key) -> Item | None:
        return self._state.get(key)

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        return self._state.get_many(keys)

    def query(
        self, partition: str, *, prefix: str = "", newest_first: bool = False
    ) -> Iterator[Item]:
        return self._state.query(partition, prefix=prefix, newest_first=newest_first)

    def query_index(
        self, index: str, partition: str, *, up_to: str | None = None, newest_first: bool = False
    ) -> Iterator[Item]:
        return self._state.query_index(index, partition, up_to=up_to, newest_first=newest_first)

    def commit(self, *writes: Write) -> None:
        if self._left > 0 and self._which(writes):
            self._left -= 1
            self.refused += 1
            self._meanwhile()
            positions = (len(writes) - 1,) if self._failing is None else self._failing
            raise ConditionFailedError(dict.fromkeys(positions))
        self._state.commit(*writes)

    def put_all_new(self, items: Sequence[Item]) -> list[Item | None]:
        return self._state.put_all_new(items)

    def put_all(self, puts: Sequence[Put]) -> list[Item | None]:
        return self._state.put_all(puts)


class Overtaken(Contested):
    """The StateStore of a worker after each of whose reads of several items something happens."""

    def __init__(self, state: StateStore, after: Callable[[], object]) -> None:
        super().__init__(state, lambda _: False)
        self._after = after

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        found = super().get_many(keys)
        self._after()
        return found
