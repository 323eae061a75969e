"""`mdmr status`: what became of an organization's files."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from mdmr_cli.deployed import Environment, operator_of

_STYLES = {"DONE": "green", "REJECTED": "red", "FAILED": "red", "HELD": "yellow"}


def status(
    org: Annotated[str, typer.Option("--org", metavar="ORG_ID", help="Who sent the files.")],
    environment: Environment = "dev",
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only files that arrived since: ISO 8601 with offset."),
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The files as JSON on standard output.")
    ] = False,
) -> None:
    """Show the files that an organization sent, newest first, and where each stands.

    Exit codes: 0 shown, 1 refused or failed, 2 usage.
    """
    with operator_of(environment) as operator:
        files = operator.files(org, since)
    if as_json:
        typer.echo(json.dumps({"organization": org, "files": files}, indent=2))
    else:
        _table(org, files)


def _table(org: str, files: list[dict[str, Any]]) -> None:
    from datetime import datetime

    from mdmr.calendar.instants import EST
    from rich.console import Console
    from rich.table import Table

    def est(text: str) -> str:
        return f"{datetime.fromisoformat(text).astimezone(EST):%Y-%m-%d %H:%M:%S}"

    table = Table(title=f"Files of {org} (times EST)", title_justify="left")
    for column in ("Arrived", "File", "State", "Since", "Why"):
        table.add_column(column, overflow="fold")
    for file in files:
        style = _STYLES.get(file["state"], "")
        state = f"[{style}]{file['state']}[/]" if style else file["state"]
        why = file["code"] or file["reason"]
        table.add_row(est(file["arrived"]), file["name"], state, est(file["since"]), why)
    Console().print(table)
