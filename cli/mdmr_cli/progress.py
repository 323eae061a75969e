"""Progress of long work, for a person who waits: on standard error, and only on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mdmr_cli.output import console, printable


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Give a function that notes how many of `total` bytes were done since it was last called."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    drawn = console(err=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    shown = Progress(
        *columns,
        TimeRemainingColumn(),
        console=drawn,
        transient=True,
        disable=not drawn.is_terminal,
    )
    with shown:
        task = shown.add_task(printable(label), total=total)
        yield lambda done: shown.update(task, advance=done)
