"""`mdmr files`: what the operator does about a single file."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

import typer

from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.output import say, say_json

app = typer.Typer(help="Process single files again.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Make `retry` a subcommand of its own: a lone command would take the group's name."""


@app.command()
def retry(
    receipt: Annotated[str, typer.Argument(help="Id of the receipt, as `mdmr status` shows it.")],
    why: Annotated[str, typer.Option("--why", help="What you fixed. Kept with the file.")],
    environment: Environment = "dev",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Process a file again that failed (FAILED), after you fixed the cause.

    The file joins the next run of its process, before the files that arrived after it. You cannot
    process a rejected file again (REJECTED, also with F099): its sender must send it again.

    Exit codes: 0 the file will be processed; 1 refused or failed; 2 wrong usage.
    """
    # The id of the request: however often the call is repeated on its way, it is one.
    request = uuid4().hex
    with operator_of(environment) as operator:
        file = operator.ask("files.retry", receipt=receipt, why=why, request=request)["file"]
    if as_json:
        say_json(file)
    else:
        say(f"{file['name']} is {file['state']} again. The run {file['slot']} will process it.")
