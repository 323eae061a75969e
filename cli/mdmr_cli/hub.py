"""`mdmr hub`: the hub as a whole."""

from __future__ import annotations

import typer

from mdmr_cli.deployed import Environment, operator_of

app = typer.Typer(help="The hub as a whole.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Make `start` a subcommand of its own: a lone command would take the group's name."""


@app.command()
def start(environment: Environment = "dev") -> None:
    """Put a newly deployed hub into operation: gateway open, this region active.

    Done again, it changes nothing. Exit codes: 0 done, 1 refused or failed, 2 usage.
    """
    with operator_of(environment) as operator:
        operator.start()
    typer.echo(f"The hub of {environment} is in operation.")
