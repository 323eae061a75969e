"""Pages of long answers: how many rows, and where to continue."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mdmr_cli.output import say

MAX_ROWS = 1_000

Limit = Annotated[
    int, typer.Option("--limit", min=1, max=MAX_ROWS, help="At most this many rows of each list.")
]
After = Annotated[
    str | None,
    typer.Option(
        "--after",
        metavar="CURSOR",
        help="Continue after a page: its cursor, with the same options.",
        show_default=False,
    ),
]
LIMIT = 100


def say_more(answer: dict[str, Any]) -> None:
    """Print how to continue, where an answer is not the end."""
    if answer.get("after"):
        say(f"More rows may follow: repeat the command with --after {answer['after']}")
