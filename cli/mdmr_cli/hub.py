"""`mdmr hub`: the hub as a whole."""

from __future__ import annotations

from typing import Annotated

import typer

from mdmr_cli import regions
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import say, say_json
from mdmr_cli.times import est

app = typer.Typer(help="Start and check the whole hub and its regions.", no_args_is_help=True)
app.command("regions")(regions.regions)
app.command("alone")(regions.alone)
app.command("pair")(regions.pair)


@app.command()
def start(environment: Environment = "dev") -> None:
    """Start a newly deployed hub: open the gateway and make this region active.

    A second start changes nothing.

    Exit codes: 0 started; 1 refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        operator.start()
    say(f"The hub of {environment} has started.")


@app.command()
def health(
    environment: Environment = "dev",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Check what no alarm checks: subscriptions that get events of other organizations.

    Exit codes: 0 no findings; 1 findings, refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        checks = operator.ask("health")["checks"]
    if as_json:
        say_json({"checks": checks})
    findings = [text for each in checks for text in each["findings"]]
    for each in [] if as_json else checks:
        found = f"{len(each['findings'])} findings" if each["findings"] else "no findings"
        say(f"{each['check']}: {each['examined']} checked, {found}")
    if findings:
        fail(ExitCode.FAILED, findings)


@app.command()
def evidence(
    environment: Environment = "dev",
    first: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", help="Number of the first record to show. Default: the last records."
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Show who changed what in the hub, newest first, and whether the audit records are complete.

    Exit codes: 0 complete; 1 not complete, refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        answer = operator.ask("evidence", first=first)
    if as_json:
        say_json({key: answer[key] for key in answer if key != "ok"})
    else:
        for each in answer["records"]:
            say(f"{each['number']}  {est(each['at'])}  {each['by']}  {each['what']}")
            facts = [f"{name} {fact}" for name, fact in each["facts"].items()]
            for line in filter(None, [each["why"], ", ".join(facts)]):
                say(f"      {line}")
    if answer["wrong"]:
        fail(ExitCode.FAILED, answer["wrong"])
    if not as_json:
        say(
            f"{len(answer['records'])} of {answer['last']} records shown. The records are complete."
        )
