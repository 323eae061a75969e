"""Reading documents of the master directory, and what of their history lies beside them."""

from __future__ import annotations

from collections.abc import Iterable

from mdmr.directory.documents import (
    PAGE,
    Document,
    DocumentRow,
    Entity,
    Kind,
    document_of,
    with_pages,
)
from mdmr.ports.codec import from_item
from mdmr.ports.state import StateStore


def read(directory: StateStore, entities: Iterable[Entity]) -> dict[Entity, Document]:
    """Return the document of each entity as it stands; an empty one where nothing is known."""
    asked = list(dict.fromkeys(entities))
    found = directory.get_many([each.key for each in asked])
    return {each: document_of(each, found.get(each.key)) for each in asked}


def read_what_can_be(
    directory: StateStore, entities: Iterable[Entity], unreadable: dict[Entity, Exception]
) -> dict[Entity, Document]:
    """Return the same without documents that cannot be read, which are added to `unreadable`.

    Each is added with what was raised when it was read. Raises StateBusyError.
    """
    asked = list(dict.fromkeys(entities))
    found = directory.get_many([each.key for each in asked])
    documents = {}
    for entity in asked:
        try:
            documents[entity] = document_of(entity, found.get(entity.key))
        except Exception as fault:  # noqa: BLE001 - one document must not stop the others
            unreadable[entity] = fault
    return documents


def whole(directory: StateStore, document: Document) -> Document:
    """Return a document with its whole history, from the pages beside it too."""
    if not document.paged:
        return document
    partition = document.entity.key.partition
    return with_pages(document, directory.query(partition, prefix=PAGE))


def sdp(directory: StateStore, usdp: str) -> Document | None:
    """Return the document of an SDP, whosever it is; None when there is none."""
    item = directory.get(Entity(Kind.SDP, "", usdp).key)
    if item is None:
        return None
    return document_of(Entity(Kind.SDP, from_item(DocumentRow, item).ldc, usdp), item)
