"""A delivery as a record: what it is about, and the item that keeps it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from mdmr.calendar.instants import to_text
from mdmr.exchange.files.names import FileName
from mdmr.exchange.ledger import unfinished
from mdmr.exchange.outbound.states import DELIVERED, INTENDED, check_move
from mdmr.ports.codec import record_type, some_of, to_item
from mdmr.ports.state import Equal, Item, Key, Update

BY_ORGANIZATION = "by_organization"
# The fields that change after a delivery is decided.
_CHANGING = (
    "revision",
    "state",
    "told",
    "tries",
    "failed_at",
    "retry_at",
    "size",
    "sha256",
    "resends",
    "history",
)
# What is not done this long after it should be is announced again by the sweep.
GRACE = timedelta(minutes=10)


class Staged(Struct, frozen=True):
    """Detail records laid down in the data bucket: their key and how many they are."""

    key: str
    count: int


class Cause(Struct, frozen=True):
    """The file that a report answers: its receipt's id, and when it arrived."""

    receipt: str
    arrived: datetime


class Basis(Struct, frozen=True):
    """What a report rests on; with a standby in place it goes out once all of it is seen there.

    `items` were decided together with it; `rows`, a partition and the begin of a sort key, are
    the items that it sums up.
    """

    items: tuple[Key, ...] = ()
    rows: Key | None = None


class Report(Struct, frozen=True):
    """What is to be delivered: to whom, which file, about what.

    `subject` tells reports of one kind and recipient apart: with it, the delivery's id is the
    same however often the decision is tried. `own` are the FHR fields from field 8 on, `status`
    the line of the status record, empty where the layout has none. `cause` is None for what
    answers no single file.
    """

    file_id: str
    org_1: str
    recipient: str
    subject: str
    staged: Staged
    own: tuple[str | int, ...] = ()
    status: str = ""
    cause: Cause | None = None
    basis: Basis = Basis()

    @property
    def delivery_id(self) -> str:
        """The id of the delivery, derived from what it is."""
        text = f"{self.file_id}\n{self.org_1}\n{self.recipient}\n{self.subject}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class Step(Struct, frozen=True):
    """A change of a delivery, or a try that failed: what, when, why (a few words)."""

    what: str
    at: datetime
    why: str = ""


class Resend(Struct, frozen=True):
    """That a delivery repeats an earlier one: of which (its id), as its how manieth."""

    of: str
    number: int


@record_type()
class Delivery(Struct, frozen=True):
    """A decided delivery with the name it goes out under.

    `created` is the time in its name and header: not before `decided`, but later when several
    files for one recipient were decided at once. `failed_at` is the first failure, `tries` how
    many failed, `retry_at` when the next is due. `told`: of a delivery that was not made, that
    this was told. `size` and `sha256` are those of the bytes delivered, or to be sent again;
    `resends` how often that was asked for; `revision` counts the writes of the item.
    """

    id: str
    report: Report
    name: FileName
    created: datetime
    decided: datetime
    state: str = INTENDED
    told: bool = False
    tries: int = 0
    failed_at: datetime | None = None
    retry_at: datetime | None = None
    size: int = 0
    sha256: str = ""
    resends: int = 0
    resend: Resend | None = None
    history: tuple[Step, ...] = field(default=())
    revision: int = 0

    @property
    def object_key(self) -> str:
        """The key in the outbound bucket: only ever in the recipient's prefix."""
        return f"{self.report.recipient}/{self.name}"

    @property
    def listed(self) -> datetime:
        """Where it stands among the deliveries to its recipient: by its name, a resend by when."""
        return self.decided if self.resend else self.created

    @property
    def open(self) -> bool:
        """Whether something is left to be done by the publish function."""
        return self.state == INTENDED or (self.state != DELIVERED and not self.told)

    def moved(self, state: str, at: datetime, why: str = "") -> Delivery:
        """Return the delivery in its next state, the step noted in its history.

        Raises IllegalMoveError for a state that never follows its own.
        """
        check_move(self.state, state)
        return replace(self, state=state, history=(*self.history, Step(state, at, why)))


def delivery_key(delivery_id: str) -> Key:
    """Return where a delivery lies."""
    return Key(f"DELIVERY#{delivery_id}", "DELIVERY")


def outbox(org_id: str) -> str:
    """Return the partition of `by_organization` with the deliveries to an organization."""
    return f"TO#{org_id}"


def id_of(item: Item) -> str:
    """Return the id of the delivery of an item."""
    return str(item["pk"]).partition("#")[2]


def item_of(delivery: Delivery, epoch: int) -> Item:
    """Return the item of a delivery that is decided under an epoch."""
    index = {
        "organization": outbox(delivery.report.recipient),
        "arrived": to_text(delivery.listed),
    }
    due = unfinished.until(delivery_key(delivery.id), delivery.decided + GRACE)
    return to_item(delivery, delivery_key(delivery.id), index, due, {"epoch": epoch})


def change(before: Delivery, after: Delivery, due: datetime | None) -> Update:
    """Return the write of a changed delivery, on condition that it is still as it was read.

    `due` is when the sweep takes it up; None: nothing is left to be done.
    """
    marks = {} if due is None else unfinished.until(delivery_key(before.id), due)
    written = replace(after, revision=before.revision + 1)
    return Update(
        delivery_key(before.id),
        set={**some_of(written, *_CHANGING), **marks},
        remove=() if marks else unfinished.MARKS,
        condition=Equal("revision", before.revision),
    )
