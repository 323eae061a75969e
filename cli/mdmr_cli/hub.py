"""`mdmr hub`: the hub as a whole."""

from __future__ import annotations

from typing import Annotated

import typer

from mdmr_cli import regions
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import say, say_json
from mdmr_cli.times import est

app = typer.Typer(help="The hub as a whole, and its regions.", no_args_is_help=True)
app.command("regions")(regions.regions)
app.command("alone")(regions.alone)
app.command("pair")(regions.pair)


@app.command()
def start(environment: Environment = "dev") -> None:
    """Put a newly deployed hub into operation: gateway open, this region active.

    Done again, it changes nothing. Exit codes: 0 done, 1 refused or failed, 2 usage.
    """
    with operator_of(environment) as operator:
        operator.start()
    say(f"The hub of {environment} is in operation.")


@app.command()
def health(
    environment: Environment = "dev",
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The answer as JSON on standard output.")
    ] = False,
) -> None:
    """Examine the hub for what no alarm can see: subscriptions that hear other organizations.

    Exit codes: 0 nothing found, 1 something found, refused or failed, 2 usage.
    """
    with operator_of(environment) as operator:
        checks = operator.ask("health")["checks"]
    if as_json:
        say_json({"checks": checks})
    findings = [text for each in checks for text in each["findings"]]
    for each in [] if as_json else checks:
        found = f"{len(each['findings'])} findings" if each["findings"] else "no findings"
        say(f"{each['check']}: {each['examined']} examined, {found}")
    if findings:
        fail(ExitCode.FAILED, findings)


@app.command()
def evidence(
    environment: Environment = "dev",
    first: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="From this record on; else the last ones.")
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The answer as JSON on standard output.")
    ] = False,
) -> None:
    """Show who did what to the hub, newest first, and whether the evidence of it is whole.

    Exit codes: 0 whole, 1 not whole, refused or failed, 2 usage.
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
        say(f"{len(answer['records'])} of {answer['last']} records, whole.")
