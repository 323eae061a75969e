"""Notices: what the hub tells organizations of its own accord, decided as one item.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| notice | `NOTICE#<notice id>` | `NOTICE` | `unfinished` until all are told; `by_organization` |
| last number of a year | `NOTICES` | `<year>` | |

In `by_organization` all notices stand together under `NOTICES`, by when they were decided.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import est_date, to_text
from mdmr.exchange.ledger import restarts, unfinished
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.codec import from_item, record_type, some_of, to_item
from mdmr.ports.state import Absent, Equal, Item, Key, Put, StateStore, Update, Write
from mdmr.ports.views import Listing

# A notice that not everyone was told of this long after its decision is taken up by the sweep.
GRACE = timedelta(minutes=10)
_PROCESS = "gateway"
_LISTED = "NOTICES"


class NoticeKind(Enum):
    """What a notice is about."""

    OUTAGE_PLANNED = "OUTAGE_PLANNED"
    OUTAGE_UNPLANNED = "OUTAGE_UNPLANNED"
    GATEWAY = "GATEWAY"
    HELD_FILES = "HELD_FILES"
    BIE = "BIE"
    BCDR_TEST = "BCDR_TEST"
    INCIDENT = "INCIDENT"
    PROBLEM = "PROBLEM"
    CHANGE = "CHANGE"
    SERVICE_REQUEST = "SERVICE_REQUEST"
    GENERAL = "GENERAL"


class NoticeAction(Enum):
    """How a notice stands to the one it supersedes: new, in its place, withdraws it, ends it."""

    NEW = "NEW"
    UPD = "UPD"
    CAN = "CAN"
    END = "END"


class Draft(Struct, frozen=True):
    """A notice before it is decided.

    `text` are its lines, each of 1 to 200 printable characters without delimiter; `held` is the
    partition of a held window whose files are the lines instead. `recipients` are told, each
    once; `ldc` is the LDC that is concerned, empty when none or several are.
    """

    kind: NoticeKind
    subject: str
    effective_from: datetime
    recipients: tuple[str, ...]
    text: tuple[str, ...] = ()
    held: str = ""
    action: NoticeAction = NoticeAction.NEW
    effective_to: datetime | None = None
    supersedes: str = ""
    gateway_mode: str = ""
    reference: str = ""
    ldc: str = ""


@record_type()
class Notice(Struct, frozen=True):
    """A decided notice. `done`: all recipients are notified, and their files are announced."""

    id: str
    draft: Draft
    environment: str
    decided: datetime
    done: bool = False

    @property
    def key(self) -> Key:
        """Where the notice lies."""
        return notice_key(self.id)


@record_type()
class LastNotice(Struct, frozen=True):
    """The last number of a notice that was given in a year."""

    last: int


def notice_key(notice_id: str) -> Key:
    """Return where the notice of an id lies."""
    return Key(f"NOTICE#{notice_id}", "NOTICE")


def next_id(state: StateStore, now: datetime) -> str:
    """Return the id of the next notice; `decide` fails at commit when another took it."""
    year = est_date(now)[:4]
    item = state.get(_counter_key(year))
    return f"NT-{year}-{_last(item) + 1:06d}"


def decide(
    notice_id: str, draft: Draft, *, environment: str, now: datetime, epoch: int
) -> tuple[Notice, list[Write]]:
    """Return the notice of a draft and the writes that decide it under the id it was promised."""
    notice = Notice(notice_id, draft, environment, now)
    _, year, number = notice_id.split("-")
    before = int(number) - 1
    unchanged = Absent() if before == 0 else Equal("last", before)
    counter = to_item(LastNotice(before + 1), _counter_key(year))
    return notice, [Put(counter, unchanged), Put(_item(notice, epoch), condition=Absent())]


def telling(notice_id: str, at: datetime) -> Restart:
    """Return the execution that tells everyone of a notice."""
    return Restart(_PROCESS, f"notice-{notice_id}", {"notice": notice_id, "at": to_text(at)})


def find(state: StateStore, notice_id: str) -> Notice | None:
    """Return the notice of an id, or None."""
    item = state.get(notice_key(notice_id))
    return None if item is None else from_item(Notice, item)


def set_done(notice: Notice) -> Update:
    """Return the write that notes that nothing is left to be done about a notice."""
    done = some_of(replace(notice, done=True), "done")
    return Update(notice.key, set=done, remove=unfinished.MARKS)


def _counter_key(year: str) -> Key:
    return Key("NOTICES", year)


def _last(item: Item | None) -> int:
    return 0 if item is None else from_item(LastNotice, item).last


def _item(notice: Notice, epoch: int) -> Item:
    due = unfinished.until(notice.key, notice.decided + GRACE)
    again = restarts.mark(telling(notice.id, notice.decided))
    listed = {"organization": _LISTED, "arrived": to_text(notice.decided)}
    return to_item(notice, notice.key, {"epoch": epoch}, due, again, listed)


NOTICES: Listing[Notice] = Listing(
    name="notices",
    read=partial(from_item, Notice),
    index="by_organization",
    partition=lambda _: _LISTED,
    belongs_to=lambda notice, org_id: org_id in notice.draft.recipients,
    shared=True,
)
"""Every notice by when it was decided; an organization sees those that it is a recipient of."""
