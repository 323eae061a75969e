"""Checks that retired words do not come back: `python -m tools.check_words`.

`retired_words.csv` has a row for each: its kind, the retired word, the standard one. Rows of kind
`sentence` are regular expressions, looked for in what people read: the pages and catalogues for
LDCs, the README, the home page, and the help of every subcommand. Rows of kind `name` are names of
the code.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mdmr_cli.main import app
from msgspec import Struct
from typer.main import get_command

from tools.sam_template import ROOT

TABLE = Path(__file__).with_name("retired_words.csv")
# Those of the catalogues that LDCs read.
CATALOGUES = (
    "codes",
    "synchronization-codes",
    "file-types",
    "file-states",
    "delivery-states",
    "layouts",
    "limits",
    "recipients",
)
_FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]+`")
_ADDRESS = re.compile(r"\]\([^)\s]+\)")


class Retired(Struct, frozen=True):
    """A retired word: of what kind (`sentence` or `name`), its pattern, the standard word."""

    kind: str
    word: str
    standard: str


def table(kind: str) -> list[Retired]:
    """Return the rows of a kind."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [Retired(each["kind"], each["retired"], each["standard"]) for each in _rows(file)]
    return [each for each in rows if each.kind == kind]


def _rows(file: Any) -> Iterator[dict[str, str]]:  # noqa: ANN401 - an open text
    return iter(csv.DictReader(file))


def texts() -> dict[str, str]:
    """Return what people read, by where it is: pages, and the help of each subcommand."""
    pages = [ROOT / "README.md", ROOT / "docs/index.md", ROOT / "docs/ldc.md"]
    pages += sorted((ROOT / "docs/ldc").glob("*.md"))
    pages += [ROOT / "docs/generated" / f"{name}.md" for name in CATALOGUES]
    found = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in pages}
    return {**found, **dict(_helps(get_command(app), "mdmr"))}


def _helps(command: Any, name: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - typer's types
    options = (getattr(each, "help", None) or "" for each in command.params)
    yield f"{name} --help", "\n".join([command.help or "", *options])
    for sub, below in getattr(command, "commands", {}).items():
        yield from _helps(below, f"{name} {sub}")


def found_in(text: str, rows: Sequence[Retired]) -> Iterator[tuple[int, str, Retired]]:
    """Yield line, word and row of each retired word of a text; code and addresses do not count."""
    prose = text
    for pattern in (_FENCED, _CODE, _ADDRESS):
        prose = pattern.sub(lambda hit: re.sub(r"[^\n]", " ", hit[0]), prose)
    for row in rows:
        for hit in re.finditer(row.word, prose, re.IGNORECASE | re.MULTILINE):
            yield prose.count("\n", 0, hit.start()) + 1, hit[0], row


def faults(read: Mapping[str, str], rows: Sequence[Retired]) -> list[str]:
    """Return one line for each retired word: where it is, and the standard word."""
    return [
        f"{where}:{line}: {word!r}: write {row.standard}"
        for where, text in read.items()
        for line, word, row in sorted(found_in(text, rows), key=lambda found: found[0])
    ]


def main() -> int:
    """Print each retired word that is read; 1 when there are any."""
    read = texts()
    found = faults(read, table("sentence"))
    print("\n".join(found) or f"words: no retired word in {len(read)} pages and help texts")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
