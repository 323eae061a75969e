"""`mdmr org`: organizations, authorizations, parameters and numbers from before, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mdmr_cli import organization
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import confirm, console, say, say_json, styled

app = typer.Typer(
    help="Organizations, authorizations, parameters: see what a file changes, apply it.",
    no_args_is_help=True,
)
app.command()(organization.show)
app.command()(organization.history)
File = Annotated[
    Path,
    typer.Argument(
        help="YAML with the keys organizations, authorizations, parameters, universal_sdp_ids.",
        show_default=False,
    ),
]
ChangePast = Annotated[
    bool,
    typer.Option(
        "--change-past",
        help="Let values of parameters count before now, which is refused else.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The answer as JSON on standard output.")]


@app.command()
def plan(
    file: File,
    environment: Environment = "dev",
    *,
    change_past: ChangePast = False,
    as_json: Json = False,
) -> None:
    """Show what applying FILE would change, like a diff.

    Exit codes: 0 shown, 1 refused or failed, 2 FILE is faulty.
    """
    document = _document(file)
    with operator_of(environment) as operator:
        planned = operator.plan(document, change_past=change_past)
    _show(planned, as_json=as_json)


@app.command()
def apply(
    file: File,
    environment: Environment = "dev",
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    change_past: ChangePast = False,
    as_json: Json = False,
) -> None:
    """Show what FILE changes, ask, and apply exactly that. Nothing is removed by omission.

    With --json nothing is asked: give --yes too. Exit codes: 0 applied or nothing to do,
    1 refused, failed or declined, 2 FILE is faulty.
    """
    if as_json and not yes:
        fail(ExitCode.FAULTY, ["--json does not ask: give --yes too"])
    document = _document(file)
    with operator_of(environment) as operator:
        planned = operator.plan(document, change_past=change_past)
        if not as_json:
            _show(planned, as_json=False)
        if not any(change["action"] != "same" for change in planned["changes"]):
            _show(planned, as_json=True) if as_json else say("Nothing to do.")
            return
        if not yes and not confirm("Apply this?"):
            fail(ExitCode.FAILED, ["Nothing was changed."])
        applied = operator.apply(document, planned["digest"], change_past=change_past)
    if as_json:
        _show(applied, as_json=True)
    else:
        say("Applied.")


def _document(file: Path) -> dict[str, Any]:
    from mdmr_cli.documents import read_document

    return read_document(file)[1]


def _show(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        shown = {key: answer[key] for key in ("changes", "digest")}
        say_json(shown)
        return
    from mdmr_cli.diff import lines

    drawn = console(wraps=False)
    for text, style in lines(answer["changes"]):
        drawn.print(styled(text, style))
