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
            help="LDC-submitter-FILE_ID-TX_ID, a file of the set, or an LDC for all its sets.",
            show_default=False,
        ),
    ],
    environment: Environment = "dev",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Explain the state of a file set: what it waits for, until when, and what comes next.

    For an LDC the command explains the set that is being processed, and the sets that wait, by
    sequence number. The command asks the hub, and you need the operator's right for that. An
    organization asks its operator, or reads IR10, IR14, IR06 and IR07.

    Exit codes: 0 explained; 1 refused, failed, or there is no such set; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        answer = operator.ask("sets", set=PurePath(file_set).name)
    if as_json:
        say_json(answer["sets"])
        return
    if not answer["sets"]:
        say(f"{file_set}: no set is being processed, and none waits.")
    for each in answer["sets"]:
        for line in lines(each):
            say(line)


def lines(each: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that explain a set."""
    number = (
        "sequence number not known yet"
        if each["number"] is None
        else f"sequence number {each['number']}"
    )
    yield f"{each['set']}  {each['state']} since {est(each['since'])}"
    yield f"  {number}; the next number of the LDC is {each['expected']}"
    yield f"  State: {each['now']}"
    if each["reason"]:
        yield f"  Until: {est(each['until']) if each['until'] else 'not known'}"
    yield f"  Next:  {each['then']}"
    for words, key in (
        ("file has not arrived", "missing"),
        ("file is not in the Manifest", "not_listed"),
        ("set with this number has not arrived", "numbers"),
        ("fault in the Manifest", "faults"),
    ):
        # A hub of an earlier version tells no faults.
        for one in each.get(key, ()):
            yield f"  {words}: {one}"
