"""`mdmr check`: files looked at as the hub would, before they are sent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.findings import MOST, Checked, check_files, show

if TYPE_CHECKING:
    from mdmr_cli.sets import CheckedSet

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", exists=True, dir_okay=False, show_default=False),
]
Paths = Annotated[
    list[Path],
    typer.Argument(metavar="FILE|FOLDER...", exists=True, show_default=False),
]


def check(
    files: Paths,
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
    told here. A synchronization set of which the Manifest is there is checked as a whole: its
    findings are those of IR14, but for the codes that only the hub can tell. Files that the hub
    sent can be checked too. What depends on the hub's state is not asked: registration,
    authorization, duplicates, the gateway, the directory. Of a folder its DAT and XML files are
    taken.

    Exit codes: 0 no findings, 1 findings, 2 usage or a file that cannot be read.
    """
    from mdmr_cli.sets import check_sets

    paths = _files(files)
    checked = check_files(paths, most=most)
    sets = check_sets(paths, [each.path for each in checked if each.counts["F013"]])
    checked = [_with_set(each, sets, most) for each in checked]
    if as_json:
        told = {
            "files": [each.data() for each in checked],
            **({"sets": [each.data() for each in sets]} if sets else {}),
        }
        typer.echo(json.dumps(told, indent=2))
    else:
        show(checked)
        for one in sets:
            _show(one)
    if any(each.found for each in checked) or any(one.found for one in sets):
        raise typer.Exit(ExitCode.FAILED)


def _files(given: Sequence[Path]) -> list[Path]:
    """Return the files that are given, and those of folders."""
    found: list[Path] = []
    for path in given:
        own = sorted(each for each in path.iterdir() if _is_data(each)) if path.is_dir() else [path]
        if not own:
            fail(ExitCode.FAULTY, [f"{path}: no DAT or XML file in it"])
        found += own
    return found


def _is_data(path: Path) -> bool:
    return path.suffix in {".DAT", ".XML"} and path.is_file()


def _with_set(each: Checked, sets: Sequence[CheckedSet], most: int) -> Checked:
    """Return what was found in a file, with what staging would find in it in place of the frame."""
    from mdmr_cli.sets import of_the_frame

    staged = next((one.by_file[each.path] for one in sets if each.path in one.by_file), None)
    if staged is None:
        return each
    kept = [one for one in each.findings if not of_the_frame(one.code)]
    counts = Counter({code: n for code, n in each.counts.items() if not of_the_frame(code)})
    counts.update(one.code for one in staged)
    return Checked(each.path, [*kept, *staged][:most], counts)


def _show(one: CheckedSet) -> None:
    from mdmr_cli.sets import only_the_hub

    for reason in one.reasons:
        about = f": {reason.file}" if reason.file else ""
        typer.echo(f"{one.name}: would be rejected, {reason.code} {reason.text}{about}")
    if one.status:
        typer.echo(
            f"{one.name}: STL Status {one.status}, records {one.records}, errors {one.errors}, "
            f"warnings {one.warnings}"
        )
        typer.echo(f"Only the hub can tell (or not without it): {' '.join(only_the_hub())}")
