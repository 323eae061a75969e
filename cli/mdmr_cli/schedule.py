"""`mdmr schedule`: Billing Cycle Schedules that wait for the operator's word."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

import typer

from mdmr_cli.arguments import org_id
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.output import say, say_json
from mdmr_cli.times import est

app = typer.Typer(
    help="Approve Billing Cycle Schedules of LDCs with `schedule.approval` on.",
    no_args_is_help=True,
)
Receipt = Annotated[
    str, typer.Argument(help="Id of the receipt, as `mdmr schedule waiting` shows it.")
]
Why = Annotated[str, typer.Option("--why", help="The reason. Kept in the audit records.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
def waiting(
    ldc: Annotated[str, typer.Argument(metavar="ORG_ID", callback=org_id, help="The LDC.")],
    environment: Environment = "dev",
    *,
    as_json: Json = False,
) -> None:
    """Show the schedules of an LDC that wait for approval.

    Exit codes: 0 shown; 1 refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        files = operator.ask("schedule.waiting", organization=ldc)["files"]
    if as_json:
        say_json(files)
        return
    for each in files:
        say(f"{each['receipt']}  {each['name']}")
        say(f"    since {est(each['since'])} EST, {each['warnings']} warnings")
    if not files:
        say(f"No schedule of {ldc} waits for approval.")


@app.command()
def approve(
    receipt: Receipt, why: Why, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """Approve a schedule that waits. The hub checks it again, and loads or rejects it.

    Exit codes: 0 loaded or rejected; 1 refused or failed; 2 wrong usage.
    """
    _answer("schedule.approve", receipt, why, environment, as_json=as_json)


@app.command()
def refuse(
    receipt: Receipt, why: Why, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """Refuse a schedule that waits. Its submitter gets an IR03 with REFUSED.

    Exit codes: 0 refused; 1 not possible or failed; 2 wrong usage.
    """
    _answer("schedule.refuse", receipt, why, environment, as_json=as_json)


def _answer(action: str, receipt: str, why: str, environment: str, *, as_json: bool) -> None:
    # The id of the request: however often the call is repeated on its way, it is one.
    request = uuid4().hex
    with operator_of(environment) as operator:
        file = operator.ask(action, receipt=receipt, why=why, request=request)["file"]
    if as_json:
        say_json(file)
    else:
        say(f"{file['name']} is {file['state']}.")
