"""Progress of long work, for a person who waits, on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mdmr_cli.output import console, printable, say

_SMALL = 1_000


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


@contextmanager
def counted(label: str, total: int, every: int = 10_000) -> Iterator[Callable[[int, int], None]]:
    """Give a function that notes how many of how many are done.

    On a terminal it moves a bar; else it writes a line whenever `every` more are done, and at the
    end. Of less than two batches' worth nothing is shown.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    drawn = console(err=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    small = total <= _SMALL
    bar = Progress(*columns, console=drawn, transient=True, disable=small or not drawn.is_terminal)
    with bar:
        task = bar.add_task(label, total=total)
        told = 0

        def note(done: int, rows: int) -> None:
            nonlocal told
            bar.update(task, completed=done)
            if small or drawn.is_terminal:
                return
            if done // every > told // every or (done == rows and done != told):
                say(f"{label}: {done} of {rows}", err=True)
                told = done

        yield note
