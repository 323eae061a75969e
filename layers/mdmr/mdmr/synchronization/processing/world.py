"""What a plan is made from: the documents as they stand, and what else is known of the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from mdmr.calendar.period import Period
from mdmr.directory.documents import Document, Entity
from mdmr.organizations.entities import Organization


def _no_windows(_: str) -> list[Period]:
    return []


class World(Struct, frozen=True):
    """What is there before a set is applied.

    `documents` has at least the entities of `entities.needed`. `organizations` are by ORG ID,
    `cycles` the Billing Cycle IDs of the LDC's loaded schedule, `windows` gives the periods of the
    open billing requests of a Universal SDP ID, `foreign` are those USDPs that belong to another
    LDC. `unreadable` are entities whose document cannot be read, each with what was raised.
    `elsewhere` are the periods in which AMCDs, by AMCD ID, are on meters of other LDCs.
    """

    documents: Mapping[Entity, Document]
    organizations: Mapping[str, Organization] = {}
    cycles: frozenset[str] = frozenset()
    windows: Callable[[str], list[Period]] = _no_windows
    foreign: frozenset[str] = frozenset()
    unreadable: Mapping[Entity, Exception] = {}
    elsewhere: Mapping[str, tuple[Period, ...]] = {}


class Facts(Struct, frozen=True):
    """What is known of the set that a part belongs to.

    `set_id` names it, `names` its files by (number, segment). `at` is when it is made known,
    `today` the begin of the EST day of its work. `extracted` is its Extracted Date Time. `omitted`
    are USDPs of this part that a P-Sync leaves out, `components` tells whether file 07 is there,
    `ultra_low_overnight` whether the LDC may use the framings of that price plan.
    """

    set_id: str
    ldc: str
    periodic: bool
    extracted: datetime
    today: datetime
    at: datetime
    retro_days: int
    future_days: int
    names: Mapping[tuple[str, str], str] = {}
    omitted: tuple[str, ...] = ()
    components: bool = False
    ultra_low_overnight: bool = False
