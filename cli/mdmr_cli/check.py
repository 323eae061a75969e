"""`mdmr check`: files looked at as the hub would, before they are sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mdmr_cli.exits import ExitCode
from mdmr_cli.findings import MOST, check_files, show

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", exists=True, dir_okay=False, show_default=False),
]


def check(
    files: Files,
    most: Annotated[
        int, typer.Option(min=1, help="List so many findings of a file; all are counted.")
    ] = MOST,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The findings as JSON on standard output.")
    ] = False,
) -> None:
    """Check files offline: name, bytes, frame, and the details where the layout is known.

    Lists everything that can be told at once, each with line, field, code and text. The hub
    itself refuses a file with the first F code; records of a 1000 it answers with the status
    told here. Files that the hub sent can be checked too. What depends on the hub's state is
    not asked: registration, authorization, duplicates, the gateway.

    Exit codes: 0 no findings, 1 findings, 2 usage or a file that cannot be read.
    """
    checked = check_files(files, most=most)
    if as_json:
        typer.echo(json.dumps({"files": [each.data() for each in checked]}, indent=2))
    else:
        show(checked)
    if any(each.found for each in checked):
        raise typer.Exit(ExitCode.FAILED)
