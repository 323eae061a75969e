"""Faults of usage, told without what an argument may hold beside its letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperGroup
from typer.exceptions import TyperException

from mdmr_cli.output import printable


class PrintableGroup(TyperGroup):
    """The whole command: what is wrong with its arguments is made printable before it is shown."""

    def make_context(self, *args: Any, **given: Any) -> Any:  # noqa: ANN401 - the library's types
        """Read the arguments of the command itself."""
        with _printable():
            return super().make_context(*args, **given)

    def invoke(self, *args: Any, **given: Any) -> Any:  # noqa: ANN401 - the library's types
        """Read the arguments of the subcommand, and run it."""
        with _printable():
            return super().invoke(*args, **given)


@contextmanager
def _printable() -> Iterator[None]:
    try:
        yield
    except TyperException as error:
        if isinstance(message := getattr(error, "message", None), str):
            vars(error)["message"] = "\n".join(map(printable, message.split("\n")))
        raise
