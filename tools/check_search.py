"""Checks that the site's search finds the section of a code first.

`python -m tools.check_search SITE` prints for which code it does not.
A code must stand in one title only, since the search counts a word in a title a thousand times as
much as one in a text. Where the machine has node, the site's own search is asked as well.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import intake_codes, set_codes
from tools.sam_template import ROOT

_CODE = re.compile("[A-Z][0-9]{3}")
_ASK = ROOT / "tools" / "site" / "search.cjs"


def codes() -> dict[str, str]:
    """Return where the section of each code is in the site."""
    pages = {"codes": intake_codes.sections(), "synchronization-codes": set_codes.sections()}
    return {
        each.key: f"generated/{page}/#{each.anchor}"
        for page, found in pages.items()
        for each in found
        if _CODE.fullmatch(each.key)
    }


def in_titles(places: Mapping[str, str], index: Sequence[Mapping[str, str]]) -> list[str]:
    """Return one line for each code that is not in the title of its section, and in no other."""
    faults = []
    for code, place in places.items():
        found = [each["location"] for each in index if code in each["title"].split()]
        if found != [place]:
            faults.append(f"{code}: must be in the title of {place} alone, is in {found}")
    return faults


def asked(places: Mapping[str, str], site: Path, node: str) -> list[str]:
    """Return one line for each code whose first hit in the site's own search is not its section."""
    done = subprocess.run(
        [node, _ASK, site, *places], check=True, capture_output=True, text=True, timeout=120
    )
    hits = json.loads(done.stdout)
    return [
        f"{code}: the first hit of the search is {hits[code] or 'nothing'}, must be {place}"
        for code, place in places.items()
        if hits[code] != place
    ]


def main(arguments: Sequence[str]) -> int:
    """Print the faults of the search of a built site; 1 when there are any."""
    site, places, node = Path(arguments[0]), codes(), shutil.which("node")
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    faults = in_titles(places, index["docs"])
    if node:
        faults += asked(places, site, node)
    how = "by the site's own search" if node else "by titles alone, as there is no node here"
    print(
        "\n".join(faults) or f"search: each of {len(places)} codes finds its section first, {how}"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
