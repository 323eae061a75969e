"""Plans of sets: the same in any parts, harmless when sent again, and always mirrored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.instants import EST
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.timeline import Segment
from mdmr.synchronization.processing.entities import documents
from mdmr.synchronization.processing.plan import Plan
from mdmr.synchronization.records import MC, SM, Place, Record

from tests.support.examples import examples
from tests.support.market import LDC
from tests.support.planning import Directory
from tests.support.towns import meter, sdp

FIRST = datetime(2025, 9, 1, tzinfo=EST)
EXTRACTED = FIRST + timedelta(days=10, hours=6)
SDPS = ("48217730", "90155462", "31774205")
SUM = "44901826"
METERS, MODULES = ("M-1", "M-2", "M-3"), ("A-1", "A-2", "A-3")

Said = tuple[str, tuple[str, ...], int, int | None]


def about(kind: str, *fields: st.SearchStrategy[str]) -> st.SearchStrategy[Said]:
    """Records with these fields, of a day, some with an End: of that day, they cancel."""
    return st.tuples(
        st.just(kind), st.tuples(*fields), st.integers(0, 20), st.none() | st.integers(0, 8)
    )


of_sdp, of_meter = st.sampled_from(SDPS), st.sampled_from(METERS)
bindings = about("REL", st.just(SM), of_sdp, of_meter) | about(
    "REL", st.just(MC), of_meter, st.sampled_from(MODULES)
)
others = (
    about("REL", st.just("SA"), of_sdp, st.sampled_from(["ACC-1", "ACC-2"]))
    | about("REL", st.just("SC"), of_sdp, st.just("ORG55555"))
    | about("PAR", st.just("S"), of_sdp, st.just("VEES"), st.sampled_from(["05", "45"]))
    | about("PAR", st.just("M"), of_meter, st.just("CH01"), st.sampled_from(["KWH", "KVARH"]))
    | about("SAG", of_sdp, st.sampled_from(["01", "03", "11"]), st.just("E"))
    | about("CTC", st.just(SUM), st.just("01"), of_sdp, st.just("01"), st.just("1"))
    | about(
        "SDP",
        of_sdp,
        st.just("SP-1"),
        st.just("P"),
        st.just("E"),
        st.sampled_from(["AC", "IN", "CP"]),
    )
)
sets = st.lists(bindings | others, max_size=12)
histories = st.lists(st.tuples(sets, st.booleans()), max_size=3)
_NUMBERS = {"SDP": "01", "SAG": "03", "PAR": "04", "REL": "05", "CTC": "07"}


def records(said: Sequence[Said], *, periodic: bool) -> list[Record]:
    """Return records in their files; none of a P-Sync cancels."""
    found = []
    for line, (kind, fields, day, length) in enumerate(said, 3):
        start = FIRST + timedelta(days=day)
        length = 1 if periodic and length == 0 else length  # noqa: PLW2901
        end = None if length is None else start + timedelta(days=length)
        found.append(Record(Place(_NUMBERS[kind], "01", line), kind, fields, start, end))
    return found


def town() -> Directory:
    directory = Directory()
    told = "".join(map(sdp, SDPS)) + sdp(SUM, kind="V") + "".join(map(meter, (1, 2, 3)))
    assert directory.sync(told).exceptions == []
    return directory


def omitted(told: Iterable[Record]) -> list[str]:
    """Return the physical SDPs of which a set has no SDP record."""
    present = {each.fields[0] for each in told if each.type == "SDP"}
    return [usdp for usdp in SDPS if usdp not in present]


def sync(directory: Directory, said: Sequence[Said], *, periodic: bool) -> Plan:
    told = records(said, periodic=periodic)
    return directory.sync(
        told,
        periodic=periodic,
        extracted=EXTRACTED,
        omitted=omitted(told) if periodic else (),
    )


def lived(history: Sequence[tuple[Sequence[Said], bool]]) -> Directory:
    """Return a directory after some sets."""
    directory = town()
    for said, periodic in history:
        sync(directory, said, periodic=periodic)
    return directory


def mirrored(directory: Directory, name: str, origin: Kind, to: Kind) -> None:
    """Whoever is bound forward is bound in reverse, at the same times, and nobody else."""
    forward: dict[tuple[str, str], list[Segment]] = defaultdict(list)
    reverse: dict[tuple[str, str], list[Segment]] = defaultdict(list)
    for entity, document in directory.documents.items():
        for each in document.timeline(name).segments:
            if entity.kind is origin:
                forward[entity.id, each.value[0]].append(each)
            elif entity.kind is to:
                reverse[each.value[0], entity.id].append(each)
    assert forward.keys() == reverse.keys()
    for pair, segments in forward.items():
        assert [each.period for each in segments] == [each.period for each in reverse[pair]]


@given(histories)
def test_the_reverse_of_a_relationship_mirrors_it(
    history: list[tuple[list[Said], bool]],
) -> None:
    directory = lived(history)
    mirrored(directory, SM, Kind.SDP, Kind.METER)
    mirrored(directory, MC, Kind.METER, Kind.AMCD)


def named(record: Record) -> list[Entity]:
    """Return the entities that a record names."""
    said = record.subject
    to = {SM: Kind.METER, MC: Kind.AMCD}.get(said.timeline)
    found = [said.of(LDC)]
    if to is not None:
        found.append(Entity(to, LDC, said.to))
    if record.type == "CTC":
        found.append(Entity(Kind.SDP, LDC, said.entity))
    return found


def bound(document: Document) -> list[Entity]:
    """Return what an entity is bound to in the directory, at whatever time."""
    kinds = {Kind.SDP: (SM, Kind.METER), Kind.METER: (MC, Kind.AMCD)}
    found = [document.entity]
    if document.entity.kind in kinds:
        name, to = kinds[document.entity.kind]
        found += [Entity(to, LDC, each.value[0]) for each in document.timeline(name).segments]
    found += [
        Entity(Kind.SDP, LDC, name.split("/")[2])
        for name in document.timelines
        if name.startswith("CTC/")
    ]
    return found


def groups(told: Iterable[Record], directory: Directory) -> list[set[Entity]]:
    """Return the entities that hang together, in the set or in the directory."""
    found: list[set[Entity]] = []
    for linked in (*map(named, told), *map(bound, list(directory.documents.values()))):
        joined = set(linked)
        for each in [one for one in found if one & joined]:
            found.remove(each)
            joined |= each
        found.append(joined)
    return found


@examples(100)
@given(history=histories, said=sets, periodic=st.booleans())
def test_the_plan_is_the_same_in_any_parts(
    history: list[tuple[list[Said], bool]], said: list[Said], *, periodic: bool
) -> None:
    directory = lived(history)
    told = records(said, periodic=periodic)
    left_out = omitted(told) if periodic else []
    whole = directory.plan(
        told, periodic=periodic, extracted=EXTRACTED, omitted=left_out, components=periodic
    )
    made = []
    for group in groups(told, directory):
        own = [each for each in told if each.subject.of(LDC) in group]
        own_left_out = [usdp for usdp in left_out if Entity(Kind.SDP, LDC, usdp) in group]
        known = documents(
            own,
            LDC,
            own_left_out,
            lambda asked: {each: directory.documents[each] for each in asked},
        )
        # What a part does not read, it does not have: asking for more would be a system error.
        assert known.keys() <= group
        part = Directory(cycles=directory.cycles, documents=known, sets=directory.sets)
        made.append(
            part.plan(
                own,
                periodic=periodic,
                extracted=EXTRACTED,
                omitted=own_left_out,
                components=periodic,
            )
        )
    assert sorted(whole.updates) == sorted(line for each in made for line in each.updates)
    assert whole.exceptions == sorted(line for each in made for line in each.exceptions)
    assert "Y299" not in "".join(whole.exceptions)
    parts = [document for each in made for document in each.documents]
    assert whole.documents == sorted(parts, key=lambda each: each.entity)


# A value that was told before joins what is there; each of these is new.
fresh = st.lists(
    st.tuples(of_sdp, st.integers(0, 20), st.none() | st.integers(1, 8)),
    max_size=8,
    unique_by=lambda each: each[0],
)


@given(history=histories, told=fresh, periodic=st.booleans())
def test_a_set_sent_again_changes_nothing(
    history: list[tuple[list[Said], bool]],
    told: list[tuple[str, int, int | None]],
    *,
    periodic: bool,
) -> None:
    directory = lived(history)
    said = [
        ("REL", ("SA", usdp, f"NEW-{number}"), day, length)
        for number, (usdp, day, length) in enumerate(told)
    ]
    sent = records(said, periodic=periodic)
    first = directory.sync(sent, periodic=periodic, extracted=EXTRACTED)
    again = directory.sync(sent, periodic=periodic, extracted=EXTRACTED)
    assert again.updates == []
    assert again.documents == []
    assert again.exceptions == first.exceptions


@given(history=histories, said=sets, periodic=st.booleans())
def test_nothing_fails_and_every_record_is_applied_refused_or_known(
    history: list[tuple[list[Said], bool]], said: list[Said], *, periodic: bool
) -> None:
    directory = lived(history)
    made = sync(directory, said, periodic=periodic)
    assert made.tally.faults == {}
    assert made.tally.records == len(said)
    assert (made.tally.updates, made.tally.exceptions) == (len(made.updates), len(made.exceptions))
    assert made.updates or not made.documents
