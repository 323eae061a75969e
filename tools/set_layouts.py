"""The part of the page of layouts that is about synchronization sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from mdmr.exchange.files.layouts.synchronization import HEADER, INCREMENTAL
from mdmr.exchange.files.layouts.tables import Field, RecordLayout

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]
_LIST = re.compile(r"[A-Z0-9]+(?:\|[A-Z0-9]+)*")
_HEAD = ("#", "Field", "Type", "M", "Rule")


def set_layouts(table: Table) -> list[str]:
    """Return the lines about the files of a set; `table` makes those of a Markdown table."""
    lines = [
        "",
        "## 3000.01 and 4000.00, the files of a set",
        "",
        "Both types have the same layouts. The header of each file:",
        "",
        *table(_HEAD, _rows(HEADER, 8)),
    ]
    for number, layout in INCREMENTAL.items():
        lines += ["", f"### File {number}: {layout.title}"]
        for record in layout.details:
            lines += ["", f"`4000.00/{record.record}`", "", *table(_HEAD, _rows(record.fields, 2))]
            if record.variants:
                names = record.names[: _own(record)]
                lines += ["", *table(names, _variants(record))]
    return lines


def _rows(fields: Sequence[Field], first: int) -> Iterator[Sequence[str]]:
    return (
        (str(first + at), each.name, each.type.label, each.need.value, _rule(each))
        for at, each in enumerate(fields)
    )


def _variants(record: RecordLayout) -> Iterator[Sequence[str]]:
    """Yield what each kind of a record has in its fields before Start."""
    for leaf in record.simple:
        yield [_told(each) for each in leaf.fields[: _own(record)]]


def _told(each: Field) -> str:
    """Return the type of a field of a kind, its one value where that is told by the rule."""
    if each.rule.startswith("`") or each.type.label.startswith("`"):
        return each.rule or each.type.label
    rule = _rule(each)
    return f"{each.type.label}: {rule}" if rule else each.type.label


def _rule(each: Field) -> str:
    """Return the rule of a field, with the list of its values where it has one."""
    if each.rule.startswith("`") or not _LIST.fullmatch(each.type.pattern):
        return each.rule
    listed = " ".join(f"`{code}`" for code in each.type.pattern.split("|"))
    return f"{each.rule}: {listed}" if each.rule else listed


def _own(record: RecordLayout) -> int:
    return record.names.index("Start")
