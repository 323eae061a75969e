"""An LDC's directory in memory, and sets that are planned and applied there, a line a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.timeline import Timeline
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.files.layouts.synchronization import RECORDS, set_layouts
from mdmr.exchange.files.names import FileName
from mdmr.organizations.entities import Organization, Role
from mdmr.synchronization.processing import rows
from mdmr.synchronization.processing.plan import Plan, plan
from mdmr.synchronization.processing.world import Facts, World
from mdmr.synchronization.records import Place, Record
from mdmr.synchronization.staging.examining import Rules, examine

from tests.support.market import ALWAYS, LDC, ORGANIZATIONS

TODAY = datetime(2025, 10, 21, tzinfo=EST)
EXTRACTED = datetime(2025, 10, 21, 14, 30, tzinfo=EST)
A_CCA = Organization("ORG55555", "Neighbours", frozenset({Role.CCA}), ALWAYS)
A_RETAILER = Organization("ORG66666", "Retail Energy", frozenset({Role.ESP}), ALWAYS)

_FILES = {layout.record: number for number, own in RECORDS.items() for layout in own}
_LAYOUTS = set_layouts("4000", "00")
_RULES = Rules(periodic=False, far="99991231000000")


def file_of(line: str) -> str:
    """Return the number of the file that a record belongs in."""
    return _FILES[line[:3]]


def record(place: Place, line: str) -> Record:
    """Return the record of a valid line."""
    examined = examine(_LAYOUTS[place.number], _RULES, place, line)
    assert examined.row is not None, line
    assert not [each for each in examined.findings if each.code != "S104"], examined.findings
    return examined.row.record()


def said(text: str) -> list[Record]:
    """Return the records of lines, each in the file of its type, from line 3 on."""
    numbers: Counter[str] = Counter()
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        number = file_of(line)
        numbers[number] += 1
        found.append(record(Place(number, "01", numbers[number] + 2), line))
    return found


def records_of_files(files: Iterable[Path]) -> Iterator[Record]:
    """Yield the records of the files of a set."""
    for path in sorted(files):
        name = FileName.parse(path.name)
        assert name is not None
        assert name.part is not None
        for at, line in enumerate(path.read_text().splitlines(), 1):
            if line[:3] not in {"FNR", "FHR", "MAN"}:
                yield record(Place(name.part.file_no, name.part.segment_no, at), line)


class _Names(dict[tuple[str, str], str]):
    def __missing__(self, key: tuple[str, str]) -> str:
        return f"ORG11111.ORG22222.4000.00.202510211500.tx0001.{key[0]}.{key[1]}.DAT"


class _Documents(dict[Entity, Document]):
    def __missing__(self, entity: Entity) -> Document:
        return Document(entity)


@dataclass
class Directory:
    """The directory of an LDC; `sync` applies a set to it, `plan` only tells."""

    ldc: str = LDC
    organizations: Sequence[Organization] = (*ORGANIZATIONS, A_CCA, A_RETAILER)
    cycles: frozenset[str] = frozenset({"BC07", "BC08"})
    windows: Mapping[str, Period] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    ultra_low_overnight: bool = False
    documents: dict[Entity, Document] = field(default_factory=_Documents)
    sets: int = 0

    def plan(
        self,
        told: str | Iterable[Record],
        *,
        periodic: bool = False,
        extracted: datetime = EXTRACTED,
        today: datetime = TODAY,
        omitted: Sequence[str] = (),
        components: bool | None = None,
    ) -> Plan:
        """Return the plan of a set of one part; without `components` as its records tell."""
        records = said(told) if isinstance(told, str) else list(told)
        has_components = any(each.place.number == "07" for each in records)
        world = World(
            self.documents,
            {each.org_id: each for each in self.organizations},
            self.cycles,
            lambda usdp: [self.windows[usdp]] if usdp in self.windows else [],
            self.foreign,
        )
        facts = Facts(
            set_id=f"set-{self.sets + 1}",
            ldc=self.ldc,
            periodic=periodic,
            extracted=extracted,
            today=today,
            at=today,
            retro_days=731,
            future_days=366,
            names=_Names(),
            omitted=tuple(omitted),
            components=has_components if components is None else components,
            ultra_low_overnight=self.ultra_low_overnight,
        )
        return plan(records, world, facts)

    def apply(self, made: Plan) -> Plan:
        """Let the documents of a plan be those of the directory."""
        self.documents.update({each.entity: each for each in made.documents})
        self.sets += 1
        return made

    def sync(
        self,
        told: str | Iterable[Record],
        *,
        periodic: bool = False,
        extracted: datetime = EXTRACTED,
        omitted: Sequence[str] = (),
        components: bool | None = None,
    ) -> Plan:
        """Plan a set and apply it."""
        made = self.plan(
            told, periodic=periodic, extracted=extracted, omitted=omitted, components=components
        )
        return self.apply(made)

    def timeline(self, kind: Kind, entity_id: str, name: str) -> Timeline:
        """Return a timeline as it stands."""
        return self.documents[Entity(kind, self.ldc, entity_id)].timeline(name)


def lines(keyed: Iterable[str]) -> list[str]:
    """Return rows without their keys."""
    return [each[rows.KEY_LENGTH :] for each in keyed]


def codes(made: Plan) -> list[tuple[str, str]]:
    """Return of each refused record its attribute and code, in the order of IR07."""
    return [(row[9], row[13]) for row in map(split, lines(made.exceptions))]


def actions(made: Plan) -> list[str]:
    """Return of each change attribute, action, old and new value, Start and End."""
    found = (split(each) for each in lines(made.updates))
    return [" ".join((row[9], row[5], *(each or "-" for each in row[10:14]))) for row in found]
