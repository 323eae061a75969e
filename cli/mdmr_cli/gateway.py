"""`mdmr gateway`: how the gateway stands, and how it is closed, planned and opened."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import add_row, confirm, say, say_json, show_table, table
from mdmr_cli.times import est

app = typer.Typer(help="Show, close and open the gateway through which files come in.")

Why = Annotated[str, typer.Option("--why", help="The reason. It stands in the notice.")]
ForScope = Annotated[
    str, typer.Option("--scope", metavar="SCOPE", help="ALL, an ORG ID or an inbound FILE_ID.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Json = Annotated[bool, typer.Option("--json", help="Print the gateway as JSON.")]


@app.callback(invoke_without_command=True)
def gateway(
    context: typer.Context, environment: Environment = "dev", *, as_json: Json = False
) -> None:
    """Show the mode of each scope, the plans and the last changes.

    Exit codes: 0 shown; 1 refused or failed; 2 wrong usage.
    """
    if context.invoked_subcommand is None:
        show(environment, as_json=as_json)


@app.command()
def show(environment: Environment = "dev", *, as_json: Json = False) -> None:
    """Show the mode of each scope, the plans and the last changes.

    Exit codes: 0 shown; 1 refused or failed; 2 wrong usage.
    """
    _ask(environment, "gateway.show", {}, as_json=as_json)


@app.command("set")
def set_mode(  # noqa: PLR0913 - each is an option of the command
    mode: Annotated[str, typer.Argument(help="OPEN, DRAIN, HOLD or REJECT.")],
    why: Why,
    environment: Environment = "dev",
    scope: ForScope = "ALL",
    then: Annotated[
        str | None,
        typer.Option(
            metavar="MODE", help="With DRAIN, the mode that follows: HOLD (default) or REJECT."
        ),
    ] = None,
    planned: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="With DRAIN, the latest time at which that mode follows."
        ),
    ] = None,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Change the mode now and notify every organization concerned.

    Exit codes: 0 changed; 1 refused, failed or not confirmed; 2 wrong usage.
    """
    _confirm(
        f"Set {scope} to {mode} and notify every organization concerned?", yes=yes, as_json=as_json
    )
    given = {"mode": mode, "scope": scope, "why": why, "then": then, "planned": planned}
    _ask(environment, "gateway.change", given, as_json=as_json)


@app.command()
def plan(  # noqa: PLR0913 - each is an option of the command
    mode: Annotated[str, typer.Argument(help="HOLD or REJECT.")],
    start: Annotated[
        str, typer.Option(metavar="TIME", help="When the gateway closes: ISO 8601 with offset.")
    ],
    why: Why,
    environment: Environment = "dev",
    scope: ForScope = "ALL",
    end: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the gateway opens. Default: by order.")
    ] = None,
    drain_at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="When draining begins. Default: when the gateway closes."
        ),
    ] = None,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Plan a closure and notify every organization concerned. The hub carries the plan out.

    Exit codes: 0 planned; 1 refused, failed or not confirmed; 2 wrong usage.
    """
    question = f"Plan {mode} for {scope} from {start} and notify every organization concerned?"
    _confirm(question, yes=yes, as_json=as_json)
    given = {"mode": mode, "scope": scope, "why": why, "start": start}
    _ask(environment, "gateway.plan", {**given, "end": end, "drain_at": drain_at}, as_json=as_json)


@app.command()
def cancel(
    plan_id: Annotated[
        str, typer.Argument(metavar="PLAN", help="Id of the plan, as `mdmr gateway` shows it.")
    ],
    why: Why,
    environment: Environment = "dev",
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Cancel a plan that has not closed the gateway yet, and notify every organization concerned.

    Exit codes: 0 cancelled; 1 refused, failed or not confirmed; 2 wrong usage.
    """
    _confirm(f"Cancel {plan_id} and notify every organization concerned?", yes=yes, as_json=as_json)
    _ask(environment, "gateway.cancel", {"plan": plan_id, "why": why}, as_json=as_json)


def _confirm(question: str, *, yes: bool, as_json: bool) -> None:
    if as_json and not yes:
        fail(ExitCode.FAULTY, ["--json cannot ask for confirmation: give --yes too"])
    if not yes and not confirm(question):
        fail(ExitCode.FAILED, ["Nothing was changed."])


def _ask(environment: str, action: str, given: dict[str, Any], *, as_json: bool) -> None:
    with operator_of(environment) as operator:
        answer = operator.ask(action, **given)["gateway"]
    if as_json:
        say_json(answer)
    else:
        _show(answer)


def _show(answer: dict[str, Any]) -> None:
    if answer["plan"]:
        say(f"The hub made plan {answer['plan']}.")
    modes = table("Gateway (times EST)", "Scope", "Mode", "Since", "By", "Reason", "Next")
    for each in answer["modes"]:
        mode = f"{each['mode']} (held files first)" if each["releasing"] else each["mode"]
        then = (
            f"{each['then']} at {_est(each['planned']) or 'the end of draining'}"
            if each["then"]
            else ""
        )
        row = (each["scope"], mode, _est(each["since"]), each["by"], each["why"], then)
        add_row(modes, *row, style=None if each["mode"] == "OPEN" else "yellow")
    show_table(modes)
    if answer["plans"]:
        plans = table("Plans", "Plan", "Scope", "Drains", "Closes", "Mode", "Opens", "Reason")
        for each in answer["plans"]:
            times = (_est(each["drain_at"]), _est(each["start"]))
            opens = _est(each["end"]) or "by order"
            add_row(plans, each["id"], each["scope"], *times, each["mode"], opens, each["why"])
        show_table(plans)
    say(f"Held files: {answer['held']}")
    changes = table("Last changes", "At", "Change", "By", "Reason", "Notice")
    for each in answer["changes"]:
        add_row(changes, _est(each["at"]), each["what"], each["by"], each["why"], each["notice"])
    show_table(changes)


def _est(text: str | None) -> str:
    return est(text) if text else ""
