"""`mdmr files`: the files that an organization sent, and what the operator does about one."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

import typer

from mdmr_cli import tables
from mdmr_cli.arguments import org_id
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.output import say, say_json, show_table
from mdmr_cli.paging import LIMIT, After, Limit, say_more
from mdmr_cli.status import with_actor
from mdmr_cli.times import Since

app = typer.Typer(help="List files, and process single files again.", no_args_is_help=True)


@app.command(name="list")
def list_files(
    org: Annotated[str, typer.Option("--org", metavar="ORG_ID", callback=org_id, help="Sender.")],
    environment: Environment = "dev",
    since: Since = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state", metavar="STATE", help="Only files in this state, for example FAILED."
        ),
    ] = None,
    limit: Limit = LIMIT,
    after: After = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the files as JSON.")] = False,
) -> None:
    """Show the files that an organization sent, newest first, a page at a time.

    A page has at most --limit files; --after continues where a page ended. The hub reads 1,000
    files for a page: with --state a page can have fewer rows and not be the last.

    Exit codes: 0 shown; 1 refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        answer = operator.ask(
            "files.list", organization=org, since=since, state=state, limit=limit, after=after
        )
    rows = [with_actor(each) for each in answer["files"]]
    if as_json:
        say_json({"organization": org, "files": rows, "after": answer.get("after")})
        return
    show_table(tables.files(f"Files of {org}", rows))
    for line in tables.hints(rows, ()):
        say(line)
    say_more(answer)


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
