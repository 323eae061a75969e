"""The peer pandas: the directory as a frame, the set read, checked, joined and compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.exchange.files.layouts.tables import RecordLayout

from benchmarks.synchronization import told
from benchmarks.synchronization.answer import Row
from benchmarks.synchronization.sets import CYCLES, FILES


def prepare(folder: Path) -> None:
    """Keep the directory as the set in a folder left it, beside that set."""
    _timelines(folder).to_pickle(folder / "directory.pickle")


def run(old: Path, new: Path) -> Iterator[Row]:
    """Yield what the set in `new` comes to over the directory that was prepared in `old`."""
    import pandas as pd  # noqa: PLC0415 - only in the environment of the benchmarks

    directory = pd.read_pickle(old / "directory.pickle")  # noqa: S301 - written just before
    wanted = directory[["key", "value", "start"]]
    both = _timelines(new).merge(wanted, on="key", how="outer", indicator=True)
    if (both["_merge"] != "both").any():
        raise told.OtherDataError
    changed = both[both["value_x"] != both["value_y"]]
    for each in changed.itertuples(index=False):
        row: Any = each
        about = (row.file, row.entity, row.attribute)
        if row.attribute == "BCID" and row.value_x not in CYCLES:
            yield Row(*about, "Y213", "", row.value_x, row.start_x, "")
        else:
            yield Row(*about, "END", row.value_y, "", row.start_y, row.start_x)
            yield Row(*about, "INS", row.value_y, row.value_x, row.start_x, "")


def _timelines(folder: Path) -> Any:  # noqa: ANN401 - a frame, which has no types here
    import pandas as pd  # noqa: PLC0415 - as above

    parts = []
    for number in FILES:
        width = max(each.width for each in RECORDS[number])
        frame = pd.read_csv(
            told.file(folder, number),
            sep="|",
            header=None,
            skiprows=2,
            names=list(range(width)),
            dtype=str,
            keep_default_na=False,
            na_filter=False,
        ).fillna("")
        for layout in (leaf for each in RECORDS[number] for leaf in each.simple):
            part = frame[_of(layout, frame)]
            if len(part):
                _check(layout, part)
                parts.append(_parsed(number, layout, part))
    return pd.concat(parts, ignore_index=True)


def _of(layout: RecordLayout, frame: Any) -> Any:  # noqa: ANN401 - as above
    found = frame[0] == layout.record
    if layout.record == "REL":
        found &= frame[1].str.fullmatch(layout.fields[0].type.pattern)
    if layout.record == "PAR":
        found &= frame[1].str.fullmatch(layout.fields[0].type.pattern)
        found &= frame[3].str.fullmatch(layout.fields[2].type.pattern)
    return found


def _check(layout: RecordLayout, part: Any) -> None:  # noqa: ANN401 - as above
    for at, each in enumerate(layout.fields, start=1):
        if not part[at].str.fullmatch(f"(?:{each.type.plain}){told.or_empty(each)}").all():
            message = f"{layout.record}: {each.name}"
            raise ValueError(message)


def _parsed(number: str, layout: RecordLayout, part: Any) -> Any:  # noqa: ANN401 - as above
    import pandas as pd  # noqa: PLC0415 - as above

    keys, last = told.KEYS[layout.record], len(layout.fields) - 2
    key = part[0].str.cat([part[at] for at in range(1, keys + 1)], sep="|")
    value = part[keys + 1].str.cat([part[at] for at in range(keys + 2, last + 1)], sep=";")
    entity, attribute = (part[at] for at in told.where(layout))
    return pd.DataFrame(
        {
            "file": number,
            "key": key,
            "entity": entity,
            "attribute": attribute,
            "value": value,
            "start": part[last + 1],
        }
    )
