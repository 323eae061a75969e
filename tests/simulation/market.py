"""The organizations of a seed's world, and the registry that says what each may do and when."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from mdmr.calendar.period import Period
from mdmr.identifiers.kept import Kept
from mdmr.identifiers.universal_id import Pair, candidate
from mdmr.organizations import registry
from mdmr.organizations.entities import Authorization, Organization, Right, Role, with_received
from mdmr.organizations.parameters import EVERYONE, Setting, Timeline, item_of_timeline
from mdmr.ports.state import Put, StateStore

from tests.simulation.regions import SECRET
from tests.support.market import AGENT, ALWAYS, LDC, OTHER_LDC, READER

ENDING_LDC, ENDING_AGENT, STRANGER = "ORG55555", "ORG66666", "ORG99999"
LDCS = (LDC, OTHER_LDC, ENDING_LDC)
SDPS = tuple(f"SP-{number}" for number in range(1, 7))
POISON_SDP = "SP-POISON"
_HOUR = timedelta(hours=1)
# So many hear of an LDC's sets besides itself and the agent: more than ten in all.
_LISTENERS = 9
# A set brings so many more rows than a file of requests.
_LONGER = 5


@dataclass(frozen=True)
class Market:
    """Who takes part from the start on, and what is set."""

    organizations: tuple[Organization, ...]
    authorizations: tuple[Authorization, ...]
    settings: tuple[Timeline, ...]

    def register(self, state: StateStore) -> None:
        """Put all of it into a hub's registry."""
        for organization in self.organizations:
            state.commit(Put(registry.item_of_organization(organization)))
        for row in self.authorizations:
            state.commit(Put(registry.item_of_authorization(row)))
        for setting in self.settings:
            state.commit(Put(item_of_timeline(setting)))

    def submits(self, org_id: str, file_id: str) -> list[str]:
        """Return the LDCs for which an organization may send a file at some time."""
        rows = (
            row.ldc
            for row in self.authorizations
            if (row.organization, row.file_id, row.right) == (org_id, file_id, Right.SUBMIT)
        )
        own = [org_id] if org_id in LDCS else []
        return [*own, *dict.fromkeys(rows)]


def market(dice: random.Random, start: datetime, *, sets: bool = False) -> Market:
    """Return the market of a seed; some periods begin or end in the hours after the start.

    `sets`: the agent may send sets of both types for two LDCs.
    """
    soon = start + timedelta(minutes=dice.randint(20, 200))
    later = start + timedelta(minutes=dice.randint(20, 200))
    organizations: tuple[Organization, ...] = (
        Organization(LDC, "Example Hydro", frozenset({Role.LDC}), ALWAYS),
        Organization(OTHER_LDC, "Other Hydro", frozenset({Role.LDC}), ALWAYS),
        Organization(AGENT, "Billing Services", frozenset({Role.AGENT}), ALWAYS),
        Organization(READER, "Meter Readers", frozenset({Role.AMI}), ALWAYS),
    )
    ending = dice.choice(
        (
            Organization(ENDING_LDC, "Ending Hydro", frozenset({Role.LDC}), _some(dice, soon)),
            Organization(
                ENDING_AGENT, "Ending Agents", frozenset({Role.AGENT}), _some(dice, later)
            ),
        )
    )
    rows, settings = tuple(_rows(dice, start)), tuple(_settings(dice, _LONGER if sets else 1))
    if sets:
        rows, settings = (*rows, *_rows_of_sets()), (*settings, *_settings_of_sets(dice))
        if dice.random() < 0.25:
            listening, rights = _listeners()
            organizations, rows = (*organizations, *listening), (*rows, *rights)
    return Market((*organizations, ending), rows, settings)


def kept(dice: random.Random) -> list[Kept]:
    """Return numbers from before: some free ones, and one that another pair would draw."""
    ldc, sdp, other = dice.choice(LDCS), *dice.sample(SDPS, 2)
    drawn = candidate(SECRET, Pair(ldc, other), 0)
    free = str(dice.randint(10_000_000, 99_999_999))
    number = dice.choice((drawn, free))
    return [Kept(Pair(ldc, sdp), number, issued=dice.random() < 0.5)]


def _some(dice: random.Random, at: datetime) -> Period:
    """Return a period that begins or ends at an instant."""
    return Period(at) if dice.random() < 0.3 else Period(ALWAYS.start, at)


def _rows(dice: random.Random, start: datetime) -> Iterator[Authorization]:
    submit = Right.SUBMIT
    for file_id in ("1000", "4000", "5500", "8000"):
        yield from with_received([Authorization(LDC, AGENT, file_id, submit, ALWAYS)])
    for file_id in ("7000", "7100"):
        yield from with_received([Authorization(LDC, READER, file_id, submit, ALWAYS)])
    yield Authorization(OTHER_LDC, AGENT, "1000", submit, ALWAYS)
    yield from _receives(dice, start, OTHER_LDC, AGENT)
    ends = start + timedelta(minutes=dice.randint(20, 240))
    period = Period(ALWAYS.start, ends)
    yield from with_received([Authorization(LDC, ENDING_AGENT, "1000", submit, period)])
    yield from with_received([Authorization(ENDING_LDC, AGENT, "1000", submit, ALWAYS)])


def _receives(
    dice: random.Random, start: datetime, ldc: str, org_id: str
) -> Iterator[Authorization]:
    """Yield rights to be sent the answers, one of which may end within the hours to come."""
    for file_id in ("2000", "IR01"):
        ends = start + dice.randint(0, 5) * _HOUR if dice.random() < 0.4 else None
        yield Authorization(ldc, org_id, file_id, Right.RECEIVE, Period(ALWAYS.start, ends))


def _listeners() -> tuple[list[Organization], list[Authorization]]:
    """Return so many organizations that hear of an LDC's sets that few of one kind are enough."""
    ids = [f"ORG7{number:04}" for number in range(_LISTENERS)]
    return [
        Organization(each, f"Listener {each}", frozenset({Role.AGENT}), ALWAYS) for each in ids
    ], [
        Authorization(LDC, each, file_id, Right.RECEIVE, ALWAYS)
        for each in ids
        for file_id in ("IR06", "IR07")
    ]


def _rows_of_sets() -> list[Authorization]:
    """Return the rights to send sets that not every world has."""
    rights = ((LDC, "3000"), (OTHER_LDC, "3000"), (OTHER_LDC, "4000"))
    return with_received(
        [Authorization(ldc, AGENT, file_id, Right.SUBMIT, ALWAYS) for ldc, file_id in rights]
    )


def _settings_of_sets(dice: random.Random) -> Iterator[Timeline]:
    """Yield settings with which a tiny set can exceed a threshold, or wait for its slot.

    In most worlds a set may wait until a sweep has found its files.
    """
    if dice.random() < 0.7:
        yield _setting("sync.wait_min", "300")
    if dice.random() < 0.7:
        yield _setting("sync.thr_floor_sdps", "1")
        for name in ("new", "deact", "meter", "attr"):
            yield _setting(f"sync.thr_{name}_min", "0")
    if dice.random() < 0.3:
        yield _setting("sync.consume_on_stl_error", "no")
    if dice.random() < 0.15:
        yield _setting("sync.psync_slot_over", "1")


def _setting(name: str, value: str, owner: str = EVERYONE) -> Timeline:
    return Timeline(name, owner, (Setting(ALWAYS.start, value),))


def _settings(dice: random.Random, longer: int) -> Iterator[Timeline]:
    """Yield settings; reports have so many times more rows than a few at most."""
    if dice.random() < 0.6:
        yield _setting(
            "out.max_details", str(longer * dice.randint(1, 3)), dice.choice((AGENT, LDC))
        )
    if dice.random() < 0.3:
        yield _setting("usdp.run_min", dice.choice(("5", "30")))
    if dice.random() < 0.3:
        yield _setting("gateway.drain_new", "REJECT")
    if dice.random() < 0.3:
        yield _setting("out.retry_min", dice.choice(("1, 5", "10")))
    if dice.random() < 0.25:
        yield _setting("schedule.approval", "on", LDC)
    yield _setting("intake.max_mb", "1")
