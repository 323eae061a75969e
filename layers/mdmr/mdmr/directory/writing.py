"""Writing documents of the master directory, and pages of what was known long ago.

A document's item must not grow with every set. When its log is long, the older half goes to a page
that is written before the document, and never again: its deltas were in the document before, so a
page without its document tells nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from mdmr.directory.compact import delta_to_text, log_to_text, timelines_to_text
from mdmr.directory.documents import PAGE, Document, DocumentRow, PageRow, document_of
from mdmr.ports.codec import to_item
from mdmr.ports.state import Absent, AllOf, AtMost, Equal, Key, Put, StateStore

# How many deltas an item has at most and how many bytes of them; half of it stays after a page.
MOST_DELTAS, MOST_BYTES = 32, 96_000
# An item of the table has at most 400 KiB; its other attributes take less than what is left.
MOST_OF_ITEM = 400_000


class DocumentTooLargeError(Exception):
    """A document that no item can hold: of a virtual SDP of some thousands of components."""


def write(
    directory: StateStore, documents: Sequence[Document], epoch: int
) -> list[Document | None]:
    """Write changed documents, each on condition that nobody changed it since it was read.

    Returns for each None where it now stands as given, also when it was written before, else the
    document that was found. May be done again after a crash in the middle of it. Raises
    StateBusyError.
    """
    made = [puts(each, epoch) for each in documents]
    pages = [page for older, _ in made for page in older]
    if pages:
        directory.put_all(pages)
    found = directory.put_all([put for _, put in made])
    return [
        None if item is None else _unless_done(each, document_of(each.entity, item or None))
        for each, item in zip(documents, found, strict=True)
    ]


def puts(document: Document, epoch: int) -> tuple[list[Put], Put]:
    """Return the writes of a changed document: pages that come before it, and its own.

    An epoch that is over changes nothing that a later one wrote.
    """
    key = document.entity.key
    texts = [delta_to_text(each.at, each.by, each.before) for each in document.log]
    gone = _paged(texts)
    row = DocumentRow(
        ldc=document.entity.ldc,
        version=document.version,
        by=document.log[-1].by,
        timelines=timelines_to_text(document.timelines),
        log=log_to_text(texts[gone:]),
        paged=document.paged + gone,
        epoch=epoch,
    )
    item = to_item(row, key)
    before = document.version - 1
    if before == 0:
        return [], Put(item, Absent())
    as_read = Equal("version", before), Equal("by", document.log[-2].by)
    put = Put(item, AllOf((*as_read, AtMost("epoch", epoch))))
    if not gone:
        return [], put
    page = PageRow(document.paged + 1, log_to_text(texts[:gone]))
    at = Key(key.partition, f"{PAGE}{document.paged + gone:08}")
    return [Put(to_item(page, at), Absent())], put


def check_size(document: Document, timelines: str, deltas: Sequence[str]) -> None:
    """Raise DocumentTooLargeError for a document that could not be written, from its texts."""
    size = len(timelines) + sum(map(len, deltas[_paged(deltas) :]))
    if size > MOST_OF_ITEM:
        raise DocumentTooLargeError("/".join(document.entity))


def _paged(texts: Sequence[str]) -> int:
    """Return how many of the oldest deltas go to a page; the newest never does."""
    sizes = list(accumulate(map(len, reversed(texts))))
    if len(sizes) <= MOST_DELTAS and sizes[-1] <= MOST_BYTES:
        return 0
    kept = sum(size <= MOST_BYTES // 2 for size in sizes[: MOST_DELTAS // 2])
    return len(texts) - max(kept, 1)


def _unless_done(wanted: Document, found: Document) -> Document | None:
    """Return what was found, unless the same set wrote this version of it before."""
    at = wanted.version - found.paged - 1
    done = 0 <= at < len(found.log) and found.log[at] == wanted.log[-1]
    return None if done else found
