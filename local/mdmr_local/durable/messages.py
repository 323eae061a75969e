"""Messages of queues: each that comes or goes is a change.

Whether a message is being received is not kept: after a start all are visible that were sent with
no delay that lasts still, as they are on AWS after their visibility time-out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any, SupportsIndex

from ministack.core import persistence
from ministack.services import sqs

from mdmr_local.corrections.registry import expect
from mdmr_local.durable.datafile import Change
from mdmr_local.durable.journal import Journal

KIND = "message"
Queue = dict[str, Any]
Message = dict[str, Any]
# Where in the order of all messages one stands; names of records are in its order.
_PLACE = "_mdmr_place"
_DIGITS = 20
_places = count(1)


class Messages(list[Message]):
    """The messages of a queue, noted in a journal as they come and go.

    Args:
        journal: that they are noted in.
        owner: names the queue.
        messages: that are there.
    """

    def __init__(self, journal: Journal, owner: str, messages: Iterable[Message]) -> None:
        super().__init__(messages)
        self._journal = journal
        self._owner = owner
        for message in self:
            message.setdefault(_PLACE, next(_places))

    def append(self, message: Message, /) -> None:
        """Add a message."""
        with self._journal.unit():
            message[_PLACE] = next(_places)
            super().append(message)
            self._journal.append(_change(self._owner, message, _value(message)))

    def remove(self, message: Message, /) -> None:
        """Take a message out. Raises ValueError when it is not there."""
        with self._journal.unit():
            super().remove(message)
            self._journal.append(_change(self._owner, message, None))

    def clear(self) -> None:
        """Take all messages out."""
        with self._journal.unit():
            super().clear()
            self._journal.append((KIND, self._owner, None, None))

    def __setitem__(self, place: SupportsIndex | slice, value: Any) -> None:
        raise NotImplementedError("messages come and go one by one")

    def __delitem__(self, place: SupportsIndex | slice) -> None:
        raise NotImplementedError("messages come and go one by one")

    def __deepcopy__(self, memo: Any) -> list[Message]:
        # The configuration of a queue is copied without them.
        return []


def follow(journal: Journal) -> None:
    """Have the messages of every queue noted in a journal, of those to come, too.

    Raises:
        UpstreamChangedError: the emulator is another one.
    """
    expect(type(sqs._queues).__name__ == "AccountRegionScopedDict", "sqs._queues")
    queues: Any = type(sqs._queues)

    class Queues(queues):  # type: ignore[misc] # the emulator's class has no types
        __slots__ = ()

        def __setitem__(self, url: str, queue: Queue) -> None:
            queue["messages"] = Messages(journal, owner_of(queue), queue["messages"])
            super().__setitem__(url, queue)

    sqs._queues.__class__ = Queues


def snapshot() -> Iterator[Change]:
    """Yield the messages of all queues."""
    for queue in list(sqs._queues._data.values()):
        for message in list(queue["messages"]):
            yield _change(owner_of(queue), message, _value(message))


def restore(journal: Journal, records: Iterable[tuple[str, str, bytes]]) -> None:
    """Put messages into their queues, which are there."""
    queues = {owner_of(queue): queue for queue in sqs._queues._data.values()}
    found: dict[str, list[Message]] = {owner: [] for owner in queues}
    last = 0
    for owner, name, value in records:
        last = max(last, int(name))
        if owner in found:
            message = json.loads(value, object_hook=persistence._json_object_hook)
            message.update(receipt_handle=None, receive_count=0)
            found[owner].append(message)
    for _ in range(last):
        next(_places)
    for owner, queue in queues.items():
        queue["messages"] = Messages(journal, owner, found[owner])
        with suppress(ValueError):
            sent = max(int(each.get("seq") or 0) for each in found[owner])
            queue["fifo_seq"] = max(sent, queue.get("fifo_seq", 0))


def owner_of(queue: Queue) -> str:
    """Return what no other queue ever is, not even one of the same name after it."""
    return f"{queue['attributes']['QueueArn']} {queue['attributes']['CreatedTimestamp']}"


def _change(owner: str, message: Message, value: bytes | None) -> Change:
    return KIND, owner, f"{message[_PLACE]:0{_DIGITS}}", value


def _value(message: Message) -> bytes:
    return json.dumps(message, default=persistence._json_default).encode()
