"""`mdmr org`: organizations, authorizations, parameters and numbers from before, from a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdmr_cli import organization
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import confirm, console, say, say_json, styled

if TYPE_CHECKING:
    from mdmr_local.document_batches import Applied
    from mdmr_local.operating import Operator

    from mdmr_cli.document_source import Source

app = typer.Typer(
    help="Organizations, authorizations and parameters: show them, plan and apply a document.",
    no_args_is_help=True,
)
app.command()(organization.show)
app.command()(organization.history)
File = Annotated[
    Path | None,
    typer.Argument(
        help="YAML file with organizations, authorizations, parameters, universal_sdp_ids.",
        show_default=False,
    ),
]
Numbers = Annotated[
    Path | None,
    typer.Option(
        "--numbers",
        metavar="CSV",
        help="Universal SDP IDs from before as CSV: ldc,sdp_id,universal_sdp_id[,issued].",
    ),
]
ChangePast = Annotated[
    bool,
    typer.Option(
        "--change-past",
        help="Allow parameter values that start in the past. Default: refused.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
def plan(
    file: File = None,
    environment: Environment = "dev",
    *,
    numbers: Numbers = None,
    change_past: ChangePast = False,
    as_json: Json = False,
) -> None:
    """Show what applying FILE would change, like a diff.

    Exit codes: 0 shown; 1 refused or failed; 2 FILE or CSV has errors.
    """
    source = _source(file, numbers)
    with operator_of(environment) as operator:
        planned = _planned(operator, source, change_past=change_past)
    _show(planned, as_json=as_json)


@app.command()
def apply(
    file: File = None,
    environment: Environment = "dev",
    *,
    numbers: Numbers = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    change_past: ChangePast = False,
    as_json: Json = False,
) -> None:
    """Show what FILE changes, ask for confirmation, and apply exactly these changes.

    What FILE leaves out stays as it is. The hub checks all numbers from before together, and then
    applies them in batches. If the command stops early, it prints what is applied; run the same
    command again to apply the rest. --json needs --yes, as it cannot ask.

    Exit codes: 0 applied, or nothing to apply; 1 refused, failed or not confirmed; 2 FILE or CSV
    has errors.
    """
    if as_json and not yes:
        fail(ExitCode.FAULTY, ["--json cannot ask for confirmation: give --yes too"])
    source = _source(file, numbers)
    with operator_of(environment) as operator:
        planned = _planned(operator, source, change_past=change_past)
        if not as_json:
            _show(planned, as_json=False)
        if not any(change["action"] != "same" for change in planned["changes"]):
            _show(planned, as_json=True) if as_json else say("Nothing to apply.")
            return
        if not yes and not confirm("Apply these changes?"):
            fail(ExitCode.FAILED, ["Nothing was changed."])
        _apply(operator, source, planned, change_past=change_past)
    if as_json:
        _show(planned, as_json=True)
    else:
        say("Applied.")


def _source(file: Path | None, numbers: Path | None) -> Source:
    from mdmr_cli.document_source import read_source

    return read_source(file, numbers)


def _planned(operator: Operator, source: Source, *, change_past: bool) -> dict[str, Any]:
    """Return the plan of a document. Ends the command with 1 when the hub refuses it."""
    from mdmr_local.refusals import RefusedError

    from mdmr_cli.progress import counted

    try:
        with counted("numbers checked", source.numbers) as note:
            return operator.plan(source.document, change_past=change_past, note=note)
    except RefusedError as error:
        fail(
            ExitCode.FAILED,
            (f"refused: {line}" for line in source.lines(error.faults, of_hub=True)),
        )


def _apply(
    operator: Operator, source: Source, planned: dict[str, Any], *, change_past: bool
) -> None:
    """Apply what was planned. Ends the command with 1 when it breaks off, and tells how far."""
    from mdmr_local.document_batches import Applied, changes_due
    from mdmr_local.refusals import OperateError, RefusedError

    from mdmr_cli.progress import counted

    applied = Applied(all_changes=changes_due(planned["changes"]))
    how: dict[str, Any] = {"change_past": change_past, "applied": applied}
    try:
        with counted("numbers applied", source.numbers) as note:
            operator.apply(source.document, planned["digest"], **how, note=note)
    except RefusedError as error:
        lines = [f"refused: {line}" for line in source.lines(error.faults, of_hub=True)]
        fail(ExitCode.FAILED, [*lines, *_standing(applied, source)])
    except OperateError as error:
        fail(ExitCode.FAILED, [str(error), *_standing(applied, source)])
    except KeyboardInterrupt:
        fail(ExitCode.FAILED, ["Stopped.", *_standing(applied, source)])


def _standing(applied: Applied, source: Source) -> Iterator[str]:
    """Yield what is applied and what is not, where that is not simply nothing."""
    done, sent = applied.numbers, applied.numbers_under_way
    if applied.all_changes:
        of_all = f"{applied.changes} of {applied.all_changes}"
        yield f"Applied: {of_all} changes of organizations, authorizations and parameters."
    if applied.changes_under_way:
        yield "Not known: the changes after those. The hub stopped early."
    if done:
        yield f"Applied: {done} of {source.numbers} numbers, up to {source.place(done - 1)}."
    if sent:
        span = f"from {source.place(done)} to {source.place(done + sent - 1)}"
        yield f"Not known: {sent} numbers, {span}. The hub did not answer."
    if done + sent < source.numbers:
        yield f"Not applied: the numbers from {source.place(done + sent)} on."
    yield "Run the same command again. It applies the rest; what is applied stays as it is."


def _show(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        shown = {key: answer[key] for key in ("changes", "digest")}
        say_json(shown)
        return
    from mdmr_cli.diff import lines

    drawn = console(wraps=False)
    for text, style in lines(answer["changes"]):
        drawn.print(styled(text, style))
