"""Items to ask a state store with, and what no store takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mdmr.ports.state import ConditionFailedError, Item, Key, StateStore, Value, Write

KEY = Key("FILE#1", "RECEIPT")


def an_item(partition: str = "FILE#1", sort: str = "RECEIPT", **attributes: Value) -> Item:
    return {"pk": partition, "sk": sort, **attributes}


UNFIT_ITEMS: list[Any] = [
    {"pk": "a"},
    an_item(partition=""),
    an_item(sort=""),
    an_item(partition="x" * 2049),
    an_item(sort="x" * 1025),
    {"pk": 1, "sk": "a"},
    {**an_item(), "share": 0.5},
    {**an_item(), "raw": b"bytes"},
    {**an_item(), "names": {"a", "b"}},
    {**an_item(), "inner": [{"share": 0.5}]},
    {**an_item(), 1: "a"},
    {**an_item(), "surrogate": "\ud800"},
    an_item(huge=10**38),
    an_item(infinite=Decimal("Infinity")),
    an_item(unreal=Decimal("NaN")),
    an_item(fine=Decimal("1." + "1" * 38)),
    an_item(unfinished=""),
    an_item(unfinished="intake", due=12),
    an_item(text="x" * 400 * 1024),
]


def accepted(state: StateStore, *writes: Write) -> bool:
    try:
        state.commit(*writes)
    except ConditionFailedError:
        return False
    return True
