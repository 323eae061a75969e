"""Instants are written and moved in `calendar/instants.py` only, where every date is held."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Not the embedded AWS: it tells the times of the machine it runs on.
SOURCES = ("layers/mdmr", "cli", "local/mdmr_local/simulate", "functions")
HOME = "layers/mdmr/mdmr/calendar/instants.py"
# The year loses its zeros before 1000; the last hours of 9999 have no UTC.
WAYS = {
    "a year by strftime": r"%Y",
    "a time in EST": r"astimezone\(EST\)",
    "a time by strptime": r"\.strptime\(",
    "a stored time read otherwise": r"datetime\.fromisoformat\(",
}
# What people write in documents and on the command line is read there.
WRITTEN_BY_PEOPLE = "layers/mdmr/mdmr/operation/faults.py"


@pytest.mark.parametrize("way", WAYS)
def test_no_other_place_handles_an_instant_in_a_way_that_some_break(way: str) -> None:
    files = [path for source in SOURCES for path in sorted((ROOT / source).rglob("*.py"))]
    assert len(files) > len(SOURCES)

    places = {
        str(path.relative_to(ROOT))
        for path in files
        if re.search(WAYS[way], path.read_text(encoding="utf-8"))
    }

    assert places <= {HOME, WRITTEN_BY_PEOPLE}
