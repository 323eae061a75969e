"""Views: lists read a page at a time, each for somebody who may see it.

A room declares its lists beside its records, as it does its keys. Whoever reads a page says for
whom (`ReadScope`), which no call can leave out: the scope, and never the caller, chooses the
partition that is read. A cursor goes on in the same list for the same reader alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from mdmr.ports.state import Condition, Item

MAX_LIMIT = 1_000
"""So many records are in a page at most."""

Record = TypeVar("Record")


class BadCursorError(ValueError):
    """A cursor that was not given for this list, this reader and this request."""


class OrganizationScope(Struct, frozen=True):
    """An organization that reads what is its own. Raises ValueError without an id."""

    organization: str

    def __post_init__(self) -> None:
        if not self.organization:
            message = "whoever reads as an organization has an id"
            raise ValueError(message)


class OperatorScope(Struct, frozen=True):
    """The operator of the hub, who reads what is of one organization, or (empty) of all."""

    organization: str = ""


ReadScope: TypeAlias = OrganizationScope | OperatorScope


class Listing(Struct, Generic[Record], frozen=True):
    """A list: where its items lie, what is read from them, and whose each record is.

    `partition` and `prefix` are asked with the id of the organization, empty for all: the
    partition of the table or of `index`, and the begin of the sort key there (empty: all of it).
    In a list that is `shared` the items of all organizations lie together; the others have no
    page for all. `belongs_to` is asked about every record that an organization is given.
    """

    name: str
    read: Callable[[Item], Record]
    partition: Callable[[str], str]
    belongs_to: Callable[[Record, str], bool]
    index: str = ""
    prefix: Callable[[str], str] = lambda _: ""
    shared: bool = False


class PageRequest(Struct, frozen=True):
    """Which page: at most `limit` records (1 to 1,000), those after a cursor (empty: the first).

    In the order of the list, oldest or `newest_first`. Of an index only what stands in its order
    at `since` or later (empty: all). Only what meets the `filter`.
    """

    limit: int = 100
    after: str = ""
    newest_first: bool = True
    since: str = ""
    filter: Condition | None = None


class Page(Struct, Generic[Record], frozen=True):
    """Records in their order, and the cursor of the next page: empty where the list ends.

    With a filter a page may have fewer records than were asked for, even none, and not be the
    last: so much was looked through.
    """

    records: tuple[Record, ...]
    after: str = ""


class Views(Protocol):
    """Lists of the hub's state. A page of an index may lag behind the writes."""

    def page(
        self, listing: Listing[Record], scope: ReadScope, request: PageRequest
    ) -> Page[Record]:
        """Return a page of what the reader may see of a list.

        Raises:
            BadCursorError: the cursor is of another list, reader or request, or is none.
            ValueError: the limit is none, or the list has no page for all organizations.
            StateBusyError: it could not be read now.
        """
        ...
