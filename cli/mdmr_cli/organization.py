"""`mdmr org show` and `mdmr org history`: one organization, and how it came to be as it is."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mdmr_cli.arguments import org_id_or_everyone
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.output import say, say_json
from mdmr_cli.paging import LIMIT, After, Limit, say_more
from mdmr_cli.times import Since, est

Org = Annotated[
    str,
    typer.Argument(
        metavar="ORG_ID",
        callback=org_id_or_everyone,
        help="ORG ID, or `*` for the parameters of all.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


def show(
    org: Org,
    environment: Environment = "dev",
    limit: Limit = LIMIT,
    after: After = None,
    *,
    as_json: Json = False,
) -> None:
    """Show an organization: roles, contacts, authorizations given and received, parameters.

    A page has at most --limit of the authorizations given; --after continues with them. For `*` the
    command shows the parameters of all organizations, with their values over time.

    Exit codes: 0 shown; 1 refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        answer = operator.ask("organization", organization=org, limit=limit, after=after)
    if as_json:
        _print_json(answer)
        return
    for line in _lines(answer):
        say(line)
    say_more(answer)


def history(
    org: Org,
    environment: Environment = "dev",
    since: Since = None,
    *,
    as_json: Json = False,
) -> None:
    """Show who changed what about an organization, newest first.

    Exit codes: 0 shown; 1 refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        answer = operator.ask("history", organization=org, since=since)
    if as_json:
        _print_json(answer)
        return
    for change in answer["history"]:
        say(f"{est(change['at'])}  {change['by']}  {change['what']}")
        if change["before"] is not None:
            say(f"-     {change['before']}")
        say(f"+     {change['after']}")


def _lines(answer: dict[str, Any]) -> list[str]:
    found = answer["organization"]
    if found is None:
        return ["For all", *map(_parameter, answer["parameters"])]
    lines = [f"{found['org_id']}  {found['name']}"]
    lines += [f"  roles: {' '.join(found['roles'])}", f"  active: {_period(found)}"]
    lines += [f"  connects as: {each}" for each in found["transport_ids"]]
    lines += [f"  {purpose}: {address}" for purpose, address in found["contacts"].items()]
    lines += [f"  gave {_row(each)} to {each['organization']}" for each in answer["gave"]]
    lines += [f"  has {_row(each)} of {each['ldc']}" for each in answer["has"]]
    return lines + [_parameter(each) for each in answer["parameters"]]


def _parameter(each: dict[str, Any]) -> str:
    """Return a parameter with its values over time, the one in force marked."""
    values = "; ".join(f"{one['value']} from {est(one['from'])}" for one in each["values"])
    now = "not yet" if each["value"] is None else f"{each['value']} {each['unit']}"
    return f"  {each['name']}: {now} ({values})"


def _row(row: dict[str, Any]) -> str:
    return f"{row['right']} {row['file_id']} ({_period(row)})"


def _period(row: dict[str, Any]) -> str:
    start = f"from {est(row['from'])}" if row["from"] else "always"
    return start + (f" to {est(row['to'])}" if row["to"] else "")


def _print_json(answer: dict[str, Any]) -> None:
    say_json({key: answer[key] for key in answer if key != "ok"})
