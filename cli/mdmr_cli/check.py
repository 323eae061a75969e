"""`mdmr check`: files looked at as the hub would, before they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.findings import MOST, check_files, show
from mdmr_cli.output import say, say_json

if TYPE_CHECKING:
    from mdmr_cli.sets import CheckedSet

_ABOUT = {"I001": "no file 00, segment 01 (Manifest) is among the files that the hub would accept"}
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
    told here. Files of a synchronization set are checked as one set: whether it would be rejected
    (IR10), and else the findings of its IR14. Files that the hub sent can be checked too. What
    depends on the hub's state is not asked: registration, authorization, duplicates, sequence, the
    gateway, the directory. Of a folder each file is taken that is meant for the hub by its name;
    what else is in it is named.

    Exit codes: 0 no findings, 1 findings, 2 usage or a file that cannot be read.
    """
    from mdmr_cli.sets import check_sets

    now = datetime.now(UTC)
    paths, passed_over = _files(files)
    checked = check_files(paths, now=now, most=most)
    try:
        checked, sets = check_sets(checked, now=now, most=most)
    except OSError as error:
        fail(ExitCode.FAULTY, [f"{error.filename or 'the set'}: {error.strerror}"])
    if as_json:
        told = {
            "files": [each.data() for each in checked],
            **({"sets": [each.data() for each in sets]} if sets else {}),
            **({"not_looked_at": list(map(str, passed_over))} if passed_over else {}),
        }
        say_json(told)
    else:
        show(checked)
        show_sets(sets)
        for path in passed_over:
            say(f"{path}: not looked at: {_why(path)}")
    if any(each.found for each in checked) or any(one.found for one in sets):
        raise typer.Exit(ExitCode.FAILED)


def show_sets(sets: Sequence[CheckedSet], *, stderr: bool = False) -> None:
    """Print what becomes of each set."""
    for one in sets:
        for line in _lines(one):
            say(line, err=stderr)


def _lines(one: CheckedSet) -> Iterator[str]:
    from mdmr_cli.sets import only_the_hub, when

    if one.reasons:
        yield f"{one.name}: would be rejected {when(one.foreseen)}:"
    for reason in one.reasons:
        about = reason.file or _ABOUT.get(reason.code, "")
        yield f"  {reason.code} {reason.text}{': ' if about else ''}{about}"
    if one.status:
        yield (
            f"{one.name}: STL Status {one.status}, records {one.records}, errors {one.errors}, "
            f"warnings {one.warnings}"
        )
        if one.not_compared:
            yield (
                f"{one.not_compared} records that hang together were not compared with each other: "
                "they are too many. The hub does it."
            )
        yield f"Only the hub can tell (or not without it): {' '.join(only_the_hub())}"
    else:
        yield (
            f"{one.name}: its records were checked by their layouts alone. They are compared with "
            "each other once the set is complete."
        )


def _files(given: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files to check, those of folders by name, and what is passed over in folders."""
    found: list[Path] = []
    passed_over: list[Path] = []
    for path in given:
        if not path.is_dir():
            found += [] if path in found else [path]
            continue
        own = {each: _is_meant_for_the_hub(each) for each in sorted(_entries(path))}
        passed_over += [each for each, meant in own.items() if not meant]
        if not any(own.values()):
            told = [f"{path}: no file in it is meant for the hub by its name"]
            fail(ExitCode.FAULTY, [*told, *(f"{each}: {_why(each)}" for each in passed_over)])
        found += [each for each, meant in own.items() if meant and each not in found]
    return found, passed_over


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        fail(ExitCode.FAULTY, [f"{folder}: {error.strerror}"])


def _is_meant_for_the_hub(path: Path) -> bool:
    """Return whether a file has a name of the hub's files, or one that was to be one (F001)."""
    name = path.name.upper()
    meant = name.startswith("ORG") or not {".DAT", ".XML"}.isdisjoint(map(str.upper, path.suffixes))
    return meant and path.is_file()


def _why(path: Path) -> str:
    if path.is_dir():
        return "a folder in a folder; give it by itself"
    if not path.is_file():
        return "no file"
    return "its name is not that of a file for the hub"
