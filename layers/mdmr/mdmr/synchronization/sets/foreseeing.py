"""What becomes of the files of a set if nothing else comes: its verdict, before they are sent.

The rules are those by which the hub judges a set (`judging`), asked for a set whose turn it is and
whose wait is over. What is not known here is the LDC's sequence: I005 and I006 are never told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from mdmr.exchange.inbound.explaining import Told
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.judging import Facts, Reject, judge
from mdmr.synchronization.sets.manifest import Manifest
from mdmr.synchronization.sets.rejecting import Detail, details
from mdmr.synchronization.sets.rows import FileSet, SetFile, SetState
from mdmr.synchronization.sets.sequence import Sequence as LdcSequence


class Foreseen(Struct, frozen=True):
    """What becomes of a set: staged, or rejected.

    `code` is the I code about all of the set, `details` are those of its IR10; both empty where the
    set is staged.
    """

    code: str = ""
    details: tuple[Detail, ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether the set is rejected."""
        return bool(self.details)


def foresee(
    set_id: SetId,
    files: Sequence[SetFile],
    read: Manifest | None,
    faults: tuple[Told, ...],
    now: datetime,
) -> Foreseen:
    """Return what becomes of a set of these accepted files.

    `read` is its Manifest, None where it is not among them or cannot be read for its `faults`.
    """
    number = 1 if read is None else read.sequence
    facts = Facts(
        FileSet(set_id, SetState.COLLECTING, now, 0),
        files,
        read,
        faults,
        LdcSequence(set_id.ldc, last=number - 1),
        now,
        closed=(),
        wait=timedelta(),
    )
    verdict = judge(facts)
    if not isinstance(verdict, Reject):
        return Foreseen()
    return Foreseen(verdict.code, tuple(details(facts, verdict)))
