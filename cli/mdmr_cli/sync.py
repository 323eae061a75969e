"""`mdmr sync`: file sets, for the operator."""

from __future__ import annotations

import typer

from mdmr_cli.sync_preview import preview

app = typer.Typer(help="Synchronization sets.", no_args_is_help=True)
app.command("preview")(preview)


@app.callback()
def _sync() -> None:
    """Give the group its name even while it has one command."""
