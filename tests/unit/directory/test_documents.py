from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.directory.documents import Document, Entity, Kind, PagedError, with_pages
from mdmr.directory.reading import read, whole
from mdmr.directory.timeline import Segment, Timeline
from mdmr.directory.writing import puts, write
from mdmr.ports.state import Delete, Item, Key, Put
from mdmr.stores.memory.state import MemoryState

SDP = Entity(Kind.SDP, "ORG11111", "48217730")
START = datetime(2025, 9, 1, tzinfo=EST)
DAY = timedelta(days=1)


def account(*names: str) -> Timeline:
    """Return a timeline of accounts, one each day, the last open."""
    days = [Period(START + at * DAY, START + (at + 1) * DAY) for at in range(len(names) - 1)]
    periods = [*days, Period(START + len(days) * DAY)]
    return Timeline.of(
        Segment(period, (name,)) for period, name in zip(periods, names, strict=True)
    )


def learned(document: Document, number: int, timeline: Timeline | None = None) -> Document:
    """Return a document as the set of a day changes it."""
    said = timeline or account(f"ACC-{number}")
    return document.changed({"SA": said}, START + number * DAY, f"set-{number}")


def kept(store: MemoryState, sets: int, text: str = "") -> Document:
    """Write a document as so many sets change it, one after the other."""
    for number in range(sets):
        document = learned(read(store, [SDP])[SDP], number, account(f"ACC-{number}{text}"))
        assert write(store, [document], 1) == [None]
    return read(store, [SDP])[SDP]


def pages(store: MemoryState) -> list[Item]:
    return list(store.query("SDP#48217730", prefix="LOG#"))


def test_a_document_that_was_never_written_is_empty() -> None:
    assert read(MemoryState(), [SDP, SDP]) == {SDP: Document(SDP)}


def test_a_written_document_is_read_as_it_was() -> None:
    store = MemoryState()
    document = learned(Document(SDP), 1, account("A", "B", "C"))
    write(store, [document], 1)
    assert read(store, [SDP]) == {SDP: document}


def test_meters_of_one_id_are_their_ldcs_own() -> None:
    store = MemoryState()
    ours, theirs = (Entity(Kind.METER, ldc, "M-1") for ldc in ("ORG11111", "ORG33333"))
    write(store, [learned(Document(ours), 1)], 1)
    assert read(store, [ours, theirs])[theirs] == Document(theirs)


def test_the_same_documents_may_be_written_again() -> None:
    store = MemoryState()
    document = learned(Document(SDP), 1)
    assert write(store, [document], 1) == [None]
    assert write(store, [document], 1) == [None]
    assert write(store, [document], 2) == [None], "another region goes on with the same plan"


def test_a_late_repetition_changes_nothing_that_a_later_set_wrote() -> None:
    store = MemoryState()
    first = learned(Document(SDP), 1)
    second = learned(first, 2)
    for document in (first, second):
        write(store, [document], 1)
    assert write(store, [first], 1) == [None], "it was done, and something came after it"
    assert read(store, [SDP])[SDP] == second


def test_a_document_that_others_changed_is_not_written_but_told() -> None:
    store = MemoryState()
    ours, theirs = learned(Document(SDP), 1), learned(Document(SDP), 2)
    write(store, [theirs], 1)
    assert write(store, [ours], 1) == [theirs]
    assert write(store, [learned(ours, 3)], 1) == [theirs]


def test_what_should_be_there_and_is_not_is_told_as_empty() -> None:
    gone = learned(learned(Document(SDP), 1), 2)
    assert write(MemoryState(), [gone], 1) == [Document(SDP)]


def test_an_epoch_that_is_over_writes_nothing() -> None:
    store = MemoryState()
    first = learned(Document(SDP), 1)
    write(store, [first], 2)
    assert write(store, [learned(first, 2)], 1) == [first]


def test_many_sets_leave_pages_and_a_document_of_bounded_size() -> None:
    store = MemoryState()
    document = kept(store, 100)
    assert document.version == 100
    assert len(document.log) <= 32
    assert document.paged + len(document.log) == 100
    assert [int(str(page["first"])) for page in pages(store)] == [1, 18, 35, 52]


def test_large_changes_leave_pages_sooner() -> None:
    store = MemoryState()
    document = kept(store, 12, text="x" * 30_000)
    assert [len(document.log), document.paged] == [2, 10]
    assert all(len(repr(item)) < 200_000 for item in store.items())


def test_one_change_larger_than_all_may_be_stays_with_its_document() -> None:
    store = MemoryState()
    document = kept(store, 3, text="x" * 120_000)
    assert [len(document.log), document.paged] == [1, 2]


def test_what_was_known_long_ago_is_known_with_the_pages() -> None:
    store = MemoryState()
    document = kept(store, 80)
    with pytest.raises(PagedError):
        document.known_at(START + 3 * DAY)
    known = whole(store, document).known_at(START + 3 * DAY)
    assert known.timeline("SA") == account("ACC-3")
    assert known.version == 4


def test_what_was_known_lately_needs_no_pages() -> None:
    store = MemoryState()
    document = kept(store, 80)
    late = START + 75 * DAY
    assert document.known_at(late).timeline("SA") == account("ACC-75")
    assert document.known_at(late).version == 76


def test_a_page_that_is_missing_is_a_fault() -> None:
    store = MemoryState()
    document = kept(store, 80)
    store.commit(Delete(Key("SDP#48217730", str(pages(store)[1]["sk"]))))
    with pytest.raises(PagedError):
        whole(store, document)


def test_a_page_whose_document_was_not_written_does_no_harm() -> None:
    store = MemoryState()
    before = learned(kept(store, 31), 31, account("x" * 60_000))
    write(store, [before], 1)
    small = before.changed({"SB": account("ORG22222")}, START + 32 * DAY, "set-32")
    (page,), _ = puts(small, 1)
    store.commit(page)
    write(store, [learned(before, 32)], 1)
    assert [page["sk"] for page in pages(store)] == ["LOG#00000017", "LOG#00000032"]
    document = whole(store, read(store, [SDP])[SDP])
    for number in (0, 16, 17, 30, 32):
        known = document.known_at(START + number * DAY)
        assert known.timeline("SA") == account(f"ACC-{number}")


def test_pages_that_overlap_tell_one_history() -> None:
    store = MemoryState()
    document = kept(store, 40)
    (page,) = pages(store)
    shorter = {**page, "sk": "LOG#00000001", "log": _first_of(page)}
    store.commit(Put(shorter))
    assert with_pages(document, pages(store)) == with_pages(document, [page])


def _first_of(page: Item) -> str:
    text = str(page["log"])
    return text[: text.index('],["')] + "]]"


def test_nothing_new_leaves_a_document_as_it_is() -> None:
    document = learned(Document(SDP), 1)
    assert learned(document, 1) is document
