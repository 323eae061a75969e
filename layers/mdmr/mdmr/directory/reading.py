"""Reading documents of the master directory, and what of their history lies beside them."""

from __future__ import annotations

from collections.abc import Iterable

from mdmr.directory.documents import PAGE, Document, Entity, document_of, with_pages
from mdmr.ports.state import StateStore


def read(store: StateStore, entities: Iterable[Entity]) -> dict[Entity, Document]:
    """Return the document of each entity as it stands; an empty one where nothing is known."""
    asked = list(dict.fromkeys(entities))
    found = store.get_many([each.key for each in asked])
    return {each: document_of(each, found.get(each.key)) for each in asked}


def whole(store: StateStore, document: Document) -> Document:
    """Return a document with its whole history, from the pages beside it too."""
    if not document.paged:
        return document
    partition = document.entity.key.partition
    return with_pages(document, store.query(partition, prefix=PAGE))
