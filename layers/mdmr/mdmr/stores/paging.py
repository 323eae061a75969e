"""Pages of a list, whatever store they are read from: who sees what, how far, and the cursor."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from msgspec import Struct

from mdmr.ports.state import PARTITION, SORT, Condition, Item, Key
from mdmr.ports.views import (
    MAX_LIMIT,
    BadCursorError,
    Listing,
    OrganizationScope,
    Page,
    PageRequest,
    ReadScope,
    Record,
)
from mdmr.stores.limits import UnfitError, check_condition, check_keys

MAX_READ = 1_000
"""So many items are looked through for one page."""

_MAX_CURSOR = 8_192
_FILTERED_AT_ONCE = 100


class Position(Struct, frozen=True, array_like=True):
    """Where an item stands in a list: its place in the order of an index, and its key."""

    order: str
    partition: str
    sort: str


class Selection(Struct, frozen=True):
    """What is read: a partition of the table or of an index, as far as it is asked for."""

    index: str
    partition: str
    prefix: str
    since: str
    newest_first: bool
    condition: Condition | None


class Read(Struct, frozen=True):
    """Items that meet the condition, how many were looked at, where that ended (None: at the end).

    Each item stands in the order of the selection.
    """

    items: list[Item]
    looked_at: int
    last: Position | None


class _Cursor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    bound_to: str
    position: Position


class PagedViews(ABC):
    """The Views port, over a way to read a part of a partition."""

    def page(
        self, listing: Listing[Record], scope: ReadScope, request: PageRequest
    ) -> Page[Record]:
        """Return a page of what the reader may see. Raises BadCursorError, ValueError."""
        selection = _selection(listing, scope, request)
        bound_to = _digest(listing.name, scope, selection)
        start = _position(request.after, bound_to) if request.after else None
        # What else lies in a shared list is not told to an organization, in a cursor neither.
        hides = listing.shared and isinstance(scope, OrganizationScope)
        found: list[tuple[Record, Position]] = []
        looked_at = 0
        while True:
            missing = request.limit + 1 - len(found)
            picks = hides or selection.condition is not None
            at_most = max(missing, _FILTERED_AT_ONCE) if picks else missing
            read = self._read(selection, start, at_most)
            for item in read.items:
                record = listing.read(item)
                if not scope.organization or listing.belongs_to(record, scope.organization):
                    found.append((record, self._place(selection, item)))
            if len(found) > request.limit:
                return _page(found[: request.limit], bound_to, found[request.limit - 1][1])
            start, looked_at = read.last, looked_at + read.looked_at
            if start is None:
                return _page(found, bound_to, None)
            if looked_at >= MAX_READ and (found or not hides):
                return _page(found, bound_to, found[-1][1] if hides else start)

    @abstractmethod
    def _read(self, selection: Selection, start: Position | None, at_most: int) -> Read:
        """Look at the next items after `start` (None: from the beginning), at most so many."""

    @abstractmethod
    def _ordered_by(self, index: str) -> str:
        """Return the attribute that orders an index. Raises UnfitError where there is none."""

    def _place(self, selection: Selection, item: Item) -> Position:
        order = str(item[self._ordered_by(selection.index)]) if selection.index else ""
        return Position(order, str(item[PARTITION]), str(item[SORT]))


def _selection(listing: Listing[Record], scope: ReadScope, request: PageRequest) -> Selection:
    if not 1 <= request.limit <= MAX_LIMIT:
        message = f"a page has 1 to {MAX_LIMIT} records"
        raise ValueError(message)
    if not scope.organization and not listing.shared:
        message = f"{listing.name} has no page for all organizations: name one"
        raise ValueError(message)
    if request.since and not listing.index:
        message = f"{listing.name} is in no order of time"
        raise ValueError(message)
    if request.filter is not None:
        check_condition(request.filter)
    return Selection(
        listing.index,
        listing.partition(scope.organization),
        listing.prefix(scope.organization),
        request.since,
        request.newest_first,
        request.filter,
    )


def _digest(name: str, scope: ReadScope, selection: Selection) -> str:
    """Return what a cursor is bound to: the list, the reader and what was asked for."""
    bound = [name, type(scope).__name__, scope.organization, repr(selection)]
    return hashlib.sha256(msgspec.json.encode(bound)).hexdigest()[:16]


def _page(
    found: list[tuple[Record, Position]], bound_to: str, last: Position | None
) -> Page[Record]:
    records = tuple(record for record, _ in found)
    if last is None:
        return Page(records)
    return Page(records, urlsafe_b64encode(msgspec.json.encode(_Cursor(bound_to, last))).decode())


def _position(cursor: str, bound_to: str) -> Position:
    """Return where a cursor goes on. Raises BadCursorError."""
    try:
        if len(cursor) > _MAX_CURSOR:
            raise BadCursorError("a cursor is shorter")
        found = msgspec.json.decode(urlsafe_b64decode(cursor.encode("ascii")), type=_Cursor)
        check_keys(Key(found.position.partition, found.position.sort))
        found.position.order.encode()
    except (ValueError, UnfitError) as fault:
        raise BadCursorError("this is no cursor") from fault
    if found.bound_to != bound_to:
        raise BadCursorError("the cursor is of another list, reader or request")
    return found.position
