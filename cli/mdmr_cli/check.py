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

_ABOUT = {
    "I001": "the Manifest (file 00, segment 01) is not among the files that the hub would accept"
}
_OUTCOMES = {"00": "load", "01": "load", "02": "not load"}
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
        int, typer.Option(min=1, help="List at most so many findings of a file. All are counted.")
    ] = MOST,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check files on this machine as the hub would: name, bytes, frame and records.

    Prints one line for each finding: file and line, code, what was found and what must stand
    there. The hub itself rejects a file with the first F code. Give all files of a
    synchronization set together, or their folder: the command says whether the hub would reject
    the set (IR10), or else prints the findings of its IR14. You can also check files that the hub
    sent you. The command does not know the state of the hub: registration, authorization,
    duplicates, sequence, gateway, directory. Of a folder the command checks each file whose name
    is meant for the hub, and names the others.

    Exit codes: 0 no findings; 1 findings; 2 wrong usage, or a file cannot be read.
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
            say(f"{path}: not checked: {_why(path)}")
    if any(each.found for each in checked) or any(one.found for one in sets):
        raise typer.Exit(ExitCode.FAILED)


def show_sets(sets: Sequence[CheckedSet], *, stderr: bool = False) -> None:
    """Print what becomes of each set."""
    for one in sets:
        for line in _lines(one):
            say(line, err=stderr)


def _lines(one: CheckedSet) -> Iterator[str]:
    from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES

    from mdmr_cli.sets import only_the_hub, when

    if one.reasons:
        yield f"{one.name}: the hub would reject this set {when(one.foreseen)}:"
    for reason in one.reasons:
        about = reason.file or _ABOUT.get(reason.code, "")
        yield f"  {reason.code} {reason.text}{': ' if about else ''}{about}"
    for code in sorted({reason.code for reason in one.reasons}):
        yield f"  What to do about {code}: {INCOMPLETE_CODES[code].remedy}"
    if one.status:
        yield (
            f"{one.name}: the hub would {_OUTCOMES[one.status]} this set: STL Status {one.status}, "
            f"records {one.records}, errors {one.errors}, warnings {one.warnings}"
        )
        if one.not_compared:
            yield (
                f"{one.not_compared} related records are too many to be compared on this machine. "
                "The hub compares them."
            )
        yield f"Only the hub can check all cases of: {' '.join(only_the_hub())}"
    else:
        yield (
            f"{one.name}: each record was checked by its layout. The records of a complete set "
            "are also compared with each other."
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
            told = [f"{path}: no file in this folder has a name for the hub"]
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
        return "it is a folder in a folder: name this folder itself"
    if not path.is_file():
        return "it is not a file"
    return "its name is not for the hub: must begin with ORG or end in .DAT or .XML"
