"""How the command ends: codes and messages, never a traceback for what was to be expected."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NoReturn

import typer

from mdmr_cli.output import say


class ExitCode(IntEnum):
    """The exit codes of every subcommand."""

    OK = 0
    FAILED = 1
    FAULTY = 2


def fail(code: ExitCode, lines: Iterable[str]) -> NoReturn:
    """End the command: one line each on standard error, then the code."""
    for line in lines:
        say(line, err=True)
    raise typer.Exit(code)
