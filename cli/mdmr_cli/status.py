"""`mdmr status`: what became of an organization's files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated, Any

import typer

from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.times import Since, lasting, read_since

_STYLES = {"DONE": "green", "ANSWERED": "green", "REJECTED": "red", "FAILED": "red"}
_STYLES |= {"HELD": "yellow"}
_ENDED = ("DONE", "ANSWERED", "REJECTED")
_NOBODY = "nobody"


def status(
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="A file's name or path.", show_default=False),
    ] = None,
    org: Annotated[
        str | None,
        typer.Option("--org", metavar="ORG_ID", help="Who sent; ORG_ID_2 of FILE's name else."),
    ] = None,
    environment: Environment = "dev",
    since: Since = None,
    *,
    from_answers: Annotated[
        bool,
        typer.Option(
            "--from-answers",
            help="Tell what the answers in the outbound prefix tell: needs no operator's right.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The files as JSON on standard output.")
    ] = False,
) -> None:
    """Show where FILE stands, or each file that an organization sent, newest first.

    State, reason, since when and for how long, and who must act. The hub is asked for it, which
    takes an operator's right. An organization gives --from-answers: a file is then REJECTED or
    ANSWERED once FR01 or 2000 says so; until then nothing is known of it.

    Exit codes: 0 shown; 1 refused, failed, or nothing is known of FILE; 2 usage.
    """
    name = PurePath(file).name if file else ""
    sender = org or _sender(name)
    read_since(since)
    if from_answers:
        files = _from_answers(environment, sender, since)
    else:
        with operator_of(environment) as operator:
            files = operator.files(sender, since)
    found = [_told(each) for each in files if not name or each["name"] == name]
    if as_json:
        typer.echo(json.dumps({"organization": sender, "files": found}, indent=2))
    elif found or not name:
        _table(sender, found)
    if name and not found:
        fail(ExitCode.FAILED, [f"{name}: nothing is known of it."])


def _sender(name: str) -> str:
    from mdmr.exchange.files.names import FileName

    if not name:
        fail(ExitCode.FAULTY, ["give a FILE, or whose files with --org"])
    elements = FileName.parse(name)
    if elements is None:
        fail(ExitCode.FAULTY, [f"{name}: the name tells no sender; give --org"])
    return elements.org_2


def _from_answers(environment: str, org: str, since: str | None) -> list[dict[str, Any]]:
    from mdmr.calendar.instants import to_text

    from mdmr_cli.answers import answered
    from mdmr_cli.transport import transport_of

    with transport_of(environment) as transport:
        return [
            {
                "name": each.name,
                "arrived": None,
                "state": "REJECTED" if each.code else "ANSWERED",
                "code": each.code,
                "reason": f"answer {each.answer}",
                "since": to_text(each.at),
            }
            for each in answered(transport, org, read_since(since))
        ]


def _told(file: dict[str, Any]) -> dict[str, Any]:
    """Return a file with how long its state lasts (or its work took), and who must act."""
    since = datetime.fromisoformat(file["since"])
    until = datetime.now(UTC)
    if file["state"] in _ENDED:
        until, since = since, datetime.fromisoformat(file["arrived"] or file["since"])
    seconds = max((until - since).total_seconds(), 0.0)
    return file | {"seconds": round(seconds), "acts": _acts(file["state"], file["code"])}


def _acts(state: str, code: str) -> str:
    from mdmr.exchange.ledger.acting import who_acts
    from mdmr.exchange.ledger.receipts import FileState

    # An answered file is at its end, whatever the hub calls it.
    acts = None if state == "ANSWERED" else who_acts(FileState(state), code)
    return _NOBODY if acts is None else acts.value


def _table(org: str, files: Sequence[dict[str, Any]]) -> None:
    from datetime import timedelta

    from mdmr.calendar.instants import EST
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    def est(text: str | None) -> str:
        return f"{datetime.fromisoformat(text).astimezone(EST):%Y-%m-%d %H:%M:%S}" if text else ""

    table = Table(title=f"Files of {org} (times EST)", title_justify="left")
    for column in ("Arrived", "File", "State", "Since", "For", "Why", "Who must act"):
        table.add_column(column, overflow="fold")
    for file in files:
        span = lasting(timedelta(seconds=file["seconds"]))
        ended = file["state"] in _ENDED
        table.add_row(
            est(file["arrived"]),
            Text(file["name"]),
            Text(file["state"], style=_STYLES.get(file["state"], "")),
            est(file["since"]),
            (f"took {span}" if file["arrived"] else "") if ended else span,
            _why(file["code"], file["reason"]),
            file["acts"],
        )
    Console().print(table)


def _why(code: str, reason: str) -> str:
    from mdmr.exchange.files.codes import INTAKE_CODES

    known = INTAKE_CODES.get(code)
    return reason if known is None else f"{code} {known.text}"
