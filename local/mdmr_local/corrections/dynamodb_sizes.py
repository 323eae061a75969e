"""The size of a text or number is found at once: items are measured eleven times for each write."""

from functools import lru_cache
from typing import Any

import ministack.services.dynamodb as tables

from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    expect(hasattr(tables, "_attribute_value_size"), "dynamodb._attribute_value_size")
    shipped = tables._attribute_value_size
    number: Any = lru_cache(4096)(tables._number_size_bytes)

    def size(value: Any) -> int:
        if type(value) is dict and len(value) == 1:
            text = value.get("S")
            if type(text) is str and text.isascii():
                return len(text)
            digits = value.get("N")
            if type(digits) is str:
                return int(number(digits))
        return int(shipped(value))

    # What it has as shipped for maps and lists calls it by this name.
    tables._attribute_value_size = size


CORRECTION = Correction(
    name="dynamodb_sizes",
    wrong="the size of every text is found by encoding it, eleven times for each write of its item",
    apply=_apply,
)
