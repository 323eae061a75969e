"""The one way from the command to people: whatever is shown is made printable here.

Names, reasons and ids come from elsewhere: an S3 key may hold a terminal's commands, line ends that
forge a row, marks that turn the direction of text, or the markup of the library that draws tables.
No other module of the command prints, draws a table or asks (tests/desk holds it to that).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text


def printable(text: object) -> str:
    """Return a text on one line, all that is not seen in it escaped: `mdmr_local.printable`."""
    from mdmr_local.printable import printable as form

    return form(text)


def say(text: object = "", *, err: bool = False) -> None:
    """Print one line, on standard error if `err`."""
    typer.echo(printable(text), err=err)


def say_json(data: object) -> None:
    """Print data as JSON, in which everything beyond ASCII is escaped."""
    typer.echo(json.dumps(data, indent=2).replace("\x7f", "\\u007f"))


def confirm(question: object) -> bool:
    """Ask a question that is answered with yes or no, and return whether it is yes."""
    return typer.confirm(printable(question))


def console(*, err: bool = False, wraps: bool = True) -> Console:
    """Return what draws on standard output, or standard error; it takes no text for markup."""
    from rich.console import Console

    return Console(stderr=err, highlight=False, markup=False, emoji=False, soft_wrap=not wraps)


def styled(text: object, style: str = "") -> Text:
    """Return a printable text in a style."""
    from rich.text import Text

    return Text(printable(text), style=style)


def table(title: object, *columns: object, right: Iterable[str] = ()) -> Table:
    """Return a table without rows; the columns named by `right` are those of numbers."""
    from rich.table import Table

    made = Table(title=styled(title) if title else None, title_justify="left")
    numbers = set(right)
    for column in columns:
        made.add_column(
            styled(column), justify="right" if column in numbers else "left", overflow="fold"
        )
    return made


def add_row(to: Table, *cells: Any, style: str | None = None) -> None:  # noqa: ANN401 - any text
    """Add a row to a table, each cell made printable (None: empty); a styled one is so already."""
    from rich.text import Text

    texts = ("" if each is None else each for each in cells)
    to.add_row(*(each if isinstance(each, Text) else styled(each) for each in texts), style=style)


def show_table(shown: Table, *, err: bool = False) -> None:
    """Print a table."""
    console(err=err).print(shown)
