"""Whether the command line of a tool understands a command, without running it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import Any

from mdmr_cli.main import app
from typer.main import get_command

from tools.sam_template import ROOT


class NotUnderstoodError(Exception):
    """A command names a subcommand, an option or a target that does not exist."""


def understand(command: str) -> None:
    """Raise NotUnderstoodError unless the tool knows all that a command names."""
    program, *given = shlex.split(command, comments=True)
    by_tool = {"mdmr": _mdmr, "make": _make, "aws": _aws, "pytest": _pytest}
    by_tool[program.rpartition("/")[2]](given)


def _mdmr(given: list[str]) -> None:
    command: Any = get_command(app)
    rest = list(given)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            raise NotUnderstoodError(f"mdmr has no {' '.join(given)}")
        command, rest = command.commands[rest[0]], rest[1:]
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    unknown = {each for each in rest if each.startswith("-")} - options - {"--help"}
    if unknown:
        raise NotUnderstoodError(f"mdmr {command.name} has no {', '.join(sorted(unknown))}")


def _make(given: list[str]) -> None:
    _ask(["make", "--dry-run", "--silent", *given])


def _aws(given: list[str]) -> None:
    # It reads all that is given and sends nothing.
    _ask([sys.executable, "-m", "awscli", *given, "--generate-cli-skeleton", "output"])


def _pytest(given: list[str]) -> None:
    _ask([sys.executable, "-m", "pytest", "--collect-only", *given])


def _ask(command: list[str]) -> None:
    asked = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if asked.returncode != 0:
        raise NotUnderstoodError(asked.stderr.strip())
