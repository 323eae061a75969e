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

app = typer.Typer(help="Preview, release and refuse synchronization sets.", no_args_is_help=True)
app.command("preview")(preview)


Set = Annotated[
    str,
    typer.Argument(
        metavar="SET", help="LDC-submitter-FILE_ID-TX_ID, or a file of the set.", show_default=False
    ),
]
Why = Annotated[str, typer.Option("--why", help="The reason. Kept in the audit records.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
def release(
    file_set: Set, why: Why, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """Release a stopped set: the hub continues past the threshold, or from where it stopped.

    Exit codes: 0 released; 1 refused, failed, or the set is not stopped; 2 wrong usage.
    """
    _decide(file_set, "RELEASE", why, environment, as_json=as_json)


@app.command()
def refuse(
    file_set: Set, why: Why, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """End a stopped set as it is. Its sequence number is used up.

    Exit codes: 0 ended; 1 refused, failed, or the set is not stopped; 2 wrong usage.
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
    """Set the next sequence number of an LDC, while the hub processes no set of it.

    Use it for the service request "Synchronization Sequence Reset".

    Exit codes: 0 set; 1 refused or failed; 2 wrong usage.
    """
    request = uuid4().hex
    with operator_of(environment) as operator:
        answer = operator.ask("sets.number", ldc=ldc, next=number, why=why, request=request)
    if as_json:
        say_json({"ldc": answer["ldc"], "next": answer["next"]})
    else:
        say(f"The next sequence number of {answer['ldc']} is {answer['next']}.")


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
