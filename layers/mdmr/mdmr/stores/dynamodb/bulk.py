"""Many at once: reading by key in hundreds, putting new items in batches of 25, others singly.

New items are put with PartiQL's INSERT, which by itself refuses a key that is taken, 25 to a
request: one conditional PutItem each costs the client ten times the processor time. The role of
a function needs `dynamodb:PartiQLInsert` for it. PartiQL has no statement that puts an item in
place of another: a put on any other condition is a PutItem, over parallel connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from mdmr.ports.state import Absent, ConditionFailedError, Item, Key, Put, key_of
from mdmr.stores.dynamodb.commits import commit
from mdmr.stores.dynamodb.faults import (
    BUSY,
    OUT_OF_REACH,
    UNKNOWN,
    answer,
    busy,
    is_busy,
    is_unanswered,
    refusal,
)
from mdmr.stores.dynamodb.wire import WireItem, item_from_wire, item_to_wire, key_to_wire
from mdmr.stores.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_KEYS = 100
MOST_STATEMENTS = 25

_TAKEN = "DuplicateItem"
_TURNED_AWAY = "ThrottlingError"

Given = TypeVar("Given")
Made = TypeVar("Made")


class Bulk:
    """Reads and puts of many items of one table, over at most `connections` requests at once."""

    def __init__(
        self, client: DynamoDBClient, table: str, patience: Patience, connections: int
    ) -> None:
        self._client: Any = client
        self._table = table
        self._patience = patience
        self._connections = connections

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return those of the items with these keys that exist."""
        asked = list(dict.fromkeys(keys))
        return {key_of(item): item for item in self._in_parallel(self._get, asked, MOST_KEYS)}

    def put_all_new(self, keys: Sequence[Key], items: Sequence[Item]) -> list[Item | None]:
        """Put each item whose key is free; return for each None, or the item that was found.

        Of several items with one key the first is put, and the others find it.
        """
        first: dict[Key, int] = {}
        for at, key in enumerate(keys):
            first.setdefault(key, at)
        ours = {key: item_to_wire(items[at]) for key, at in first.items()}
        met = dict(zip(ours, self._in_parallel(self._insert, list(ours.items())), strict=True))
        return [
            met[key] if first[key] == at else met[key] or item_from_wire(ours[key])
            for at, key in enumerate(keys)
        ]

    def put_all(self, keys: Sequence[Key], puts: Sequence[Put]) -> list[Item | None]:
        """Do each put, of a key of its own, by itself; return for each None, or the item found.

        An item that is already there as it is to be put counts as put.
        """
        new = [at for at, each in enumerate(puts) if each.condition == Absent()]
        others = [at for at, each in enumerate(puts) if each.condition != Absent()]
        met = self.put_all_new([keys[at] for at in new], [puts[at].item for at in new])
        met += self._in_parallel(self._put_each, [puts[at] for at in others], at_once=1)
        found = dict(zip((*new, *others), met, strict=True))
        return [
            None if found[at] == item_from_wire(item_to_wire(each.item)) else found[at]
            for at, each in enumerate(puts)
        ]

    def _in_parallel(
        self,
        work: Callable[[Sequence[Given]], Iterable[Made]],
        given: Sequence[Given],
        at_once: int = MOST_STATEMENTS,
    ) -> list[Made]:
        """Return what `work` makes of parts of what is given, in its order."""
        parts = [given[at : at + at_once] for at in range(0, len(given), at_once)]
        workers = min(self._connections, len(parts))
        if workers <= 1:
            return [made for part in parts for made in work(part)]
        with ThreadPoolExecutor(workers) as pool:
            return [made for page in pool.map(work, parts) for made in page]

    def _put_each(self, puts: Sequence[Put]) -> list[Item | None]:
        return [self._put(each) for each in puts]

    def _put(self, put: Put) -> Item | None:
        try:
            commit(self._client, self._table, self._patience, [put])
        except ConditionFailedError as failure:
            return failure.failed[0] or {}
        return None

    def _get(self, keys: Sequence[Key]) -> list[Item]:
        found: list[Item] = []
        asked: dict[str, Any] = {
            self._table: {"Keys": list(map(key_to_wire, keys)), "ConsistentRead": True}
        }
        for _ in self._patience.tries():
            page = answer(self._patience, self._client.batch_get_item, RequestItems=asked)
            found += map(item_from_wire, page["Responses"].get(self._table, ()))
            asked = page.get("UnprocessedKeys") or {}
            if not asked:
                return found
        raise busy("a read of many")

    def _insert(self, ours: Sequence[tuple[Key, WireItem]]) -> list[Item | None]:
        waiting, taken, unsure = dict(ours), set[Key](), set[Key]()
        for _ in self._patience.tries():
            codes, repeated = self._send(list(waiting.values()))
            answered = dict(zip(waiting, codes, strict=True))
            taken |= {key for key, code in answered.items() if code == _TAKEN}
            unsure |= {key for key, code in answered.items() if repeated or code == UNKNOWN}
            waiting = {key: waiting[key] for key, code in answered.items() if code in BUSY}
            if not waiting:
                return self._met(dict(ours), taken, unsure)
        raise busy("a put of many")

    def _met(
        self, ours: dict[Key, WireItem], taken: set[Key], unsure: set[Key]
    ) -> list[Item | None]:
        """Return for each of our items None, or the item in its place.

        An item that was sent twice and meets its like was put by the first sending.
        """
        found = {key_of(item): item for item in self._get(sorted(taken))} if taken else {}
        if found.keys() != taken:
            raise busy("a put of many whose places were taken and free again")
        own = {key for key in unsure & taken if found[key] == item_from_wire(ours[key])}
        return [None if key in own else found.get(key) for key in ours]

    def _send(self, items: Sequence[WireItem]) -> tuple[list[str], bool]:
        """Return the code of each insert ("" when done), and whether they were sent repeatedly."""
        statements = [
            {"Statement": self._statement(item), "Parameters": list(item.values())}
            for item in items
        ]
        try:
            answered = self._client.batch_execute_statement(Statements=statements)
        except OUT_OF_REACH:
            return [UNKNOWN] * len(items), True
        except ClientError as fault:
            if not is_busy(fault):
                raise refusal(fault) from fault
            return [_TURNED_AWAY] * len(items), is_unanswered(fault)
        errors = [response.get("Error", {}) for response in answered["Responses"]]
        for error in errors:
            if error and error["Code"] != _TAKEN and error["Code"] not in BUSY:
                raise refusal(ClientError({"Error": error}, "BatchExecuteStatement"))
        repeated = answered.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
        return [str(error.get("Code", "")) for error in errors], repeated

    def _statement(self, item: WireItem) -> str:
        names = ", ".join("'" + name.replace("'", "''") + "': ?" for name in item)
        return f'INSERT INTO "{self._table}" VALUE {{{names}}}'
