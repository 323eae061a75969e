"""`mdmr fetch`: what the hub has for an organization, into a folder."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdmr_cli.arguments import org_id
from mdmr_cli.deployed import Environment
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import say, say_json
from mdmr_cli.times import Since, read_since

if TYPE_CHECKING:
    from mdmr_cli.transport import Delivered, Transport


# Every name that the hub gives is one. No other is written here: it might lead out of the folder,
# be hidden in it, or not be a name that a file can have.
_FIT = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}")


class _What(Enum):
    """What became of a file that the hub has."""

    FETCHED = "fetched"
    HERE = "here already"
    DIFFERS = "not fetched: the folder has another file of this name"
    UNFIT = "not fetched: a name must have 1 to 255 characters out of letters, digits, . _ -"


def fetch(
    org: Annotated[
        str, typer.Option("--org", metavar="ORG_ID", callback=org_id, help="Whose files to fetch.")
    ],
    to: Annotated[
        Path,
        typer.Option(
            "--to",
            metavar="DIR",
            file_okay=False,
            help="Folder for the files. Made if it is missing.",
        ),
    ],
    since: Since = None,
    environment: Environment = "dev",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the files as JSON.")] = False,
) -> None:
    """Fetch the files that the hub delivered to an organization and that DIR does not have yet.

    You can run the command again: it fetches only new files. It writes each file whole, never
    overwrites a file, and writes nothing outside DIR. You need no right except the one to your
    prefix.

    Exit codes: 0 DIR has all files; 1 the bucket could not be read, or DIR has another file of a
    name; 2 wrong usage.
    """
    from mdmr_cli.transport import transport_of

    earliest = read_since(since)
    rows: list[dict[str, Any]] = []
    try:
        with transport_of(environment) as transport:
            to.mkdir(parents=True, exist_ok=True)
            found = sorted(transport.delivered(org, earliest), key=lambda each: (each.at, each.key))
            # One by one: what was fetched is told, wherever it breaks off.
            rows.extend(_row(each, to, _fetched(transport, each, to)) for each in found)
    finally:
        if as_json:
            say_json({"organization": org, "files": rows})
        else:
            _show(rows, to)
    if any(row["what"] in (_What.DIFFERS.value, _What.UNFIT.value) for row in rows):
        fail(ExitCode.FAILED, ["Not every file could be fetched."])


def _fetched(transport: Transport, found: Delivered, to: Path) -> _What:
    from mdmr_cli.progress import progress

    if _FIT.fullmatch(found.name) is None:
        return _What.UNFIT
    path = to / found.name
    if os.path.lexists(path):
        # A link is not followed: what it leads to is not what the hub delivered.
        here = path.lstat()
        same = stat.S_ISREG(here.st_mode) and here.st_size == found.size
        return _What.HERE if same else _What.DIFFERS
    with progress(found.name, found.size) as note:
        transport.download(found, path, note)
    return _What.FETCHED


def _row(found: Delivered, to: Path, what: _What) -> dict[str, Any]:
    return {
        "name": found.name,
        "delivered": found.at.isoformat(),
        "size": found.size,
        "path": "" if what is _What.UNFIT else str(to / found.name),
        "what": what.value,
    }


def _show(rows: Iterable[dict[str, Any]], to: Path) -> None:
    counts = dict.fromkeys((each.value for each in _What), 0)
    for row in rows:
        counts[row["what"]] += 1
        if row["what"] != _What.HERE.value:
            say(f"{row['name']}: {row['what']}")
    say(f"{counts[_What.FETCHED.value]} fetched, {counts[_What.HERE.value]} here already, in {to}")
