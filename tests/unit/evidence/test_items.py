"""How a record of evidence is stored: read back the same, hashed whole, under these names."""

from __future__ import annotations

import hashlib
import json

import pytest
from mdmr.evidence import records
from mdmr.evidence.records import Deed, Record
from mdmr.ports.codec import from_item
from msgspec.structs import replace

from tests.support.market import NOON

DEED = Deed("gateway closed", "ann", NOON, 3, "new disks", {"notice": "NT-1", "scope": "ALL"})
RECORD = Record(12, DEED, "before")


def test_a_record_is_read_back_as_it_was_written() -> None:
    for each in (RECORD, Record(1, Deed("started", "ann", NOON, 1), "")):
        assert from_item(Record, records.item_of(each)) == each


def test_it_is_stored_under_these_names() -> None:
    told = {
        "number": 12,
        "what": "gateway closed",
        "by": "ann",
        "at": "2025-08-20T17:05:00.000Z",
        "epoch": 3,
        "why": "new disks",
        "facts": {"notice": "NT-1", "scope": "ALL"},
        "previous": "before",
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert RECORD.sha256 == digest
    assert records.item_of(RECORD) == {
        "pk": "EVIDENCE#12",
        "sk": "000003",
        "schema": 1,
        "number": 12,
        "deed": {name: told[name] for name in ("what", "by", "at", "epoch", "why", "facts")},
        "previous": "before",
        "sha256": digest,
    }
    assert json.loads(RECORD.content) == {**told, "sha256": digest}
    assert RECORD.object_key == "operations/0000000012-000003.json"


@pytest.mark.parametrize(
    "other",
    [
        replace(RECORD, number=13),
        replace(RECORD, previous="another"),
        replace(RECORD, deed=replace(DEED, what="gateway opened")),
        replace(RECORD, deed=replace(DEED, by="bob")),
        replace(RECORD, deed=replace(DEED, at=NOON.replace(second=1))),
        replace(RECORD, deed=replace(DEED, epoch=4)),
        replace(RECORD, deed=replace(DEED, why="")),
        replace(RECORD, deed=replace(DEED, facts={"notice": "NT-2"})),
    ],
)
def test_a_record_that_differs_anywhere_has_another_hash(other: Record) -> None:
    assert other.sha256 != RECORD.sha256
