"""`mdmr sync preview`: what a set would change, before it is sent."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import say, say_json

# What the operate function takes; packed, it fits into a request.
_MOST_BYTES = 10_000_000
_MOST = 1_000

Files = Annotated[
    list[Path],
    typer.Argument(metavar="SET-FILES...", exists=True, dir_okay=False, show_default=False),
]


def preview(
    files: Files,
    environment: Environment = "dev",
    most: Annotated[
        int,
        typer.Option(
            min=1, max=5_000, help="List at most so many rows of each kind. All are counted."
        ),
    ] = _MOST,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Show what the hub would do with a set now: IR06, IR07 and what would end.

    The hub changes nothing. Give all files of the set, also the Manifest. If the set would fail
    staging, the command prints the findings; `mdmr check` explains them.

    Exit codes: 0 the set would be applied; 1 it would fail or stop, or the hub refused; 2 wrong
    usage.
    """
    if sum(path.stat().st_size for path in files) > _MOST_BYTES:
        fail(ExitCode.FAULTY, [f"the set is too large: must have at most {_MOST_BYTES} bytes"])
    packed = {path.name: _packed(path) for path in files}
    with operator_of(environment) as operator:
        answer = operator.ask("sync.preview", files=packed, most=most)
    if as_json:
        say_json({key: answer[key] for key in answer if key != "ok"})
    else:
        for line in _lines(answer):
            say(line)
    if answer["errors"] or answer["status"] not in {"00", "01"}:
        raise typer.Exit(ExitCode.FAILED)


def _packed(path: Path) -> str:
    return base64.b64encode(zlib.compress(path.read_bytes())).decode()


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    yield f"Set {answer['set']}"
    yield f"Staging: {answer['errors']} errors, {answer['warnings']} warnings"
    for each in answer["findings"]:
        yield f"  {each['file']} {each['segment']} line {each['record']}: {each['code']}"
    if answer["errors"]:
        yield "The set would fail. Nothing of it would be applied."
        return
    yield f"Status: {answer['status']} {answer['status_text']}"
    yield (
        f"Records: {answer['records']}, of which refused {answer['exceptions']};"
        f" SDPs: {answer['new']} new, {answer['deactivated']} de-activated"
    )
    yield from _rows("Would end or be cancelled", answer["ends"])
    yield from _rows(f"IR06, {answer['updates']} updates", answer["IR06"])
    yield from _rows(f"IR07, {answer['exceptions']} exceptions", answer["IR07"])


def _rows(title: str, rows: list[str]) -> Iterator[str]:
    yield f"{title}:" if rows else f"{title}: none"
    yield from (f"  {row}" for row in rows)
