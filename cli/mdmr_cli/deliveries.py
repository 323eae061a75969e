"""`mdmr deliveries`, `mdmr resend`, `mdmr redeliver`: what the hub sent, and sending it again."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

import typer

from mdmr_cli.arguments import org_id
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.output import add_row, say, say_json, show_table, table
from mdmr_cli.paging import LIMIT, After, Limit, say_more
from mdmr_cli.times import Since, est

File = Annotated[str, typer.Argument(help="Name of the file.", show_default=False)]
Why = Annotated[
    str, typer.Option("--why", help="Who asked for it and why. Kept with the delivery.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


def deliveries(
    org: Annotated[
        str, typer.Option("--org", metavar="ORG_ID", callback=org_id, help="Recipient.")
    ],
    environment: Environment = "dev",
    since: Since = None,
    limit: Limit = LIMIT,
    after: After = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the deliveries to an organization, newest first: delivered, waiting, withheld, failed.

    A page has at most --limit deliveries; --after continues where a page ended.

    Exit codes: 0 shown; 1 refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        answer = operator.ask("deliveries", organization=org, since=since, limit=limit, after=after)
    found = answer["deliveries"]
    if as_json:
        say_json({"organization": org, "deliveries": found, "after": answer.get("after")})
    else:
        _table(org, found)
        say_more(answer)


def resend(
    file: File, why: Why, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """Send a delivered file again: the same bytes under the same name into the same prefix.

    Exit codes: 0 the hub will send it; 1 refused or failed; 2 wrong usage.
    """
    _ask("resend", file, why, environment, as_json=as_json)


def redeliver(
    file: File, why: Why, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """Attempt a failed delivery (FAILED_DELIVERY) again, after you fixed the cause.

    Exit codes: 0 the hub will attempt it; 1 refused or failed; 2 wrong usage.
    """
    _ask("redeliver", file, why, environment, as_json=as_json)


def _ask(action: str, file: str, why: str, environment: str, *, as_json: bool) -> None:
    # The id of the request: however often the call is repeated on its way, it is one.
    request = uuid4().hex
    with operator_of(environment) as operator:
        asked = operator.ask(action, file=file, why=why, request=request)["delivery"]
    if as_json:
        say_json(asked)
    else:
        say(f"The hub sends {asked['file']} to {asked['recipient']} again.")


def _table(org: str, found: list[dict[str, Any]]) -> None:
    from mdmr_cli.tables import note, state

    shown = table(f"Deliveries to {org} (times EST)", "File", "State", "Since", "Reason")
    for each in found:
        add_row(shown, each["file"], state(each["state"]), est(each["since"]), note(each))
    show_table(shown)
