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

_ONE_BYTE, _TWO_BYTES = 0x100, 0x10000
# Letters and marks that take no room on a screen, and pass for printable.
_INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)


def printable(text: object) -> str:
    r"""Return a text on one line without anything but what is seen; the rest is escaped.

    Control characters, line ends, marks of direction, characters without width, surrogates.

    >>> printable("a\x1b[31m\nb\u202e")
    'a\\x1b[31m\\nb\\u202e'
    """
    whole = str(text)
    if whole.isascii() and whole.isprintable():
        return whole
    return "".join(each if _is_seen(each) else _escaped(each) for each in whole)


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


def _is_seen(each: str) -> bool:
    return each.isprintable() and each not in _INVISIBLE


def _escaped(each: str) -> str:
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(each)
    if each in known:
        return known[each]
    if code < _ONE_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _TWO_BYTES else f"\\U{code:08x}"
