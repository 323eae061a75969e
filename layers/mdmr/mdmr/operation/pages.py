"""Pages of the operator's answers: a `limit` for each list, and `after`, the cursor of the next.

An answer with several lists has one cursor for all of them. A list that has ended has no more rows
on the pages that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.operation.faults import Reader
from mdmr.ports.state import Condition
from mdmr.ports.views import (
    MAX_LIMIT,
    BadCursorError,
    OperatorScope,
    Page,
    PageRequest,
    ReadScope,
    Record,
)

LIMIT = 100
"""So many rows of a list are told where none is asked for."""

_BETWEEN, _ENDED = ".", "-"


class Pages:
    """The lists of one answer, each read in its turn as the operator; faults go to the reader."""

    def __init__(self, reader: Reader, request: Mapping[str, Any]) -> None:
        self._reader = reader
        self._limit = self._read_limit(request.get("limit"))
        after = reader.text(request.get("after"), "after")
        self._cursors = after.split(_BETWEEN) if after else None
        self._next: list[str] = []

    @property
    def first(self) -> bool:
        """Whether nothing was told before."""
        return self._cursors is None

    @property
    def after(self) -> str | None:
        """The cursor of the next page, None where every list has ended."""
        ended = all(each == _ENDED for each in self._next)
        return None if ended else _BETWEEN.join(self._next)

    def read(
        self,
        page: Callable[[ReadScope, PageRequest], Page[Record]],
        org_id: str,
        *,
        since: datetime | None = None,
        newest_first: bool = True,
        matching: Condition | None = None,
    ) -> tuple[Record, ...]:
        """Return the rows of a list of an organization on this page, those since an instant."""
        cursor = self._cursor()
        if self._reader.faults or cursor == _ENDED:
            self._next.append(_ENDED)
            return ()
        request = PageRequest(
            limit=self._limit,
            after=cursor,
            newest_first=newest_first,
            since=to_text(since) if since else "",
            filter=matching,
        )
        try:
            found = page(OperatorScope(org_id), request)
        except BadCursorError:
            self._reader.fault("after", "is no cursor of this list; ask for its first page again")
            return ()
        self._next.append(found.after or _ENDED)
        return found.records

    def _cursor(self) -> str:
        if self._cursors is None:
            return ""
        at = len(self._next)
        # A list that lacks in the cursor is none that it was given for; nothing begins anew.
        return self._cursors[at] or _BETWEEN if at < len(self._cursors) else _BETWEEN

    def _read_limit(self, raw: object) -> int:
        if raw is None:
            return LIMIT
        if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= MAX_LIMIT:
            return raw
        self._reader.fault("limit", f"must be a whole number from 1 to {MAX_LIMIT}")
        return LIMIT
