"""`mdmr sync`: file sets, for the operator."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated
from uuid import uuid4

import typer

from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.explain import lines
from mdmr_cli.output import say, say_json
from mdmr_cli.sync_preview import preview

app = typer.Typer(help="Synchronization sets.", no_args_is_help=True)
app.command("preview")(preview)


Set = Annotated[
    str,
    typer.Argument(
        metavar="SET", help="LDC-submitter-FILE_ID-TX_ID, or a file of it.", show_default=False
    ),
]
Why = Annotated[str, typer.Option("--why", help="The reason; kept as evidence.")]
Json = Annotated[bool, typer.Option("--json", help="The answer as JSON on standard output.")]


@app.command()
def release(
    file_set: Set, why: Why, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """Let a stopped set go on: past its threshold, or where it broke off.

    Exit codes: 0 released; 1 refused, failed, or the set is not stopped; 2 usage.
    """
    _decide(file_set, "RELEASE", why, environment, as_json=as_json)


@app.command()
def refuse(
    file_set: Set, why: Why, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """End a stopped set as it is. Its sequence number is used.

    Exit codes: 0 refused; 1 not done, failed, or the set is not stopped; 2 usage.
    """
    _decide(file_set, "REFUSE", why, environment, as_json=as_json)


@app.command("next-number")
def next_number(
    ldc: Annotated[str, typer.Argument(metavar="LDC", show_default=False)],
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, show_default=False)],
    why: Why,
    environment: Environment = "dev",
    *,
    as_json: Json = False,
) -> None:
    """Set the sequence number that an LDC is to send next, while no set of it is under way.

    It answers the service request "Synchronization Sequence Reset".

    Exit codes: 0 set; 1 refused or failed; 2 usage.
    """
    request = uuid4().hex
    with operator_of(environment) as operator:
        answer = operator.ask("sets.number", ldc=ldc, next=number, why=why, request=request)
    if as_json:
        say_json({"ldc": answer["ldc"], "next": answer["next"]})
    else:
        say(f"{answer['ldc']} is to send {answer['next']} next.")


def _decide(file_set: str, decision: str, why: str, environment: str, *, as_json: bool) -> None:
    # The id of the request: however often the call is repeated on its way, it is one.
    request = uuid4().hex
    with operator_of(environment) as operator:
        answer = operator.ask(
            "sets.decide",
            set=PurePath(file_set).name,
            decision=decision,
            why=why,
            request=request,
        )
    if as_json:
        say_json(answer["sets"])
        return
    for each in answer["sets"]:
        for line in lines(each):
            say(line)
