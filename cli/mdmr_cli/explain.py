"""`mdmr explain`: what a file set waits for, until when, and what will happen then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Annotated, Any

import typer

from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.output import say, say_json
from mdmr_cli.times import est


def explain(
    file_set: Annotated[
        str,
        typer.Argument(
            metavar="SET",
            help="A set (LDC-submitter-FILE_ID-TX_ID), a file of it, or an LDC for all that wait.",
            show_default=False,
        ),
    ],
    environment: Environment = "dev",
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The answer as JSON on standard output.")
    ] = False,
) -> None:
    """Tell how a file set stands: what it waits for, since when, until when, and what follows.

    Of an LDC: the set under way and those that wait for their turn, by sequence number. The hub
    is asked for it, which takes an operator's right; an organization asks its operator, or reads
    IR10, IR14, IR06 and IR07.

    Exit codes: 0 told; 1 refused, failed, or no such set; 2 usage.
    """
    with operator_of(environment) as operator:
        answer = operator.ask("sets", set=PurePath(file_set).name)
    if as_json:
        say_json(answer["sets"])
        return
    if not answer["sets"]:
        say(f"No set of {file_set} is under way or waits for its turn.")
    for each in answer["sets"]:
        for line in lines(each):
            say(line)


def lines(each: dict[str, Any]) -> Iterator[str]:
    """Yield what is told of a set, a line each."""
    number = "no number yet" if each["number"] is None else f"number {each['number']}"
    yield f"{each['set']}  {each['state']} since {est(each['since'])}"
    yield f"  {number}; the LDC is to send {each['expected']} next"
    yield f"  now:   {each['now']}"
    if each["reason"]:
        yield f"  until: {est(each['until']) if each['until'] else 'not known'}"
    yield f"  then:  {each['then']}"
    for words, key in (
        ("missing", "missing"),
        ("not listed", "not_listed"),
        ("no set here with number", "numbers"),
        ("wrong in the Manifest", "faults"),
    ):
        # A hub of an earlier version tells no faults.
        for one in each.get(key, ()):
            yield f"  {words}: {one}"
