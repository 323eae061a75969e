"""`mdmr status`: what became of an organization's files, and of what is for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated, Any

import typer

from mdmr_cli.arguments import org_id
from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import say, say_json, show_table
from mdmr_cli.paging import LIMIT, After, Limit, say_more
from mdmr_cli.times import Since, read_since

_NOBODY = "nobody"
# What an answer tells to be at its end, whatever the hub calls it.
ANSWERED = "ANSWERED"


def status(  # noqa: PLR0913 - one for each option
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]",
            help="Name or path of a file, or the id of a receipt or delivery.",
            show_default=False,
        ),
    ] = None,
    org: Annotated[
        str | None,
        typer.Option(
            "--org",
            metavar="ORG_ID",
            callback=org_id,
            help="Whose files. Default: ORG_ID_2 of FILE's name.",
        ),
    ] = None,
    environment: Environment = "dev",
    since: Since = None,
    limit: Limit = LIMIT,
    after: After = None,
    *,
    from_answers: Annotated[
        bool,
        typer.Option(
            "--from-answers",
            help="Read only the answers in your outbound prefix. Needs no operator's right.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print files and deliveries as JSON.")
    ] = False,
) -> None:
    """Show the state of FILE and its deliveries, or of all files of an organization, newest first.

    For each file the command shows the state, the reason, since when, for how long, and who must
    act. Without FILE it shows all files that the organization sent, and all deliveries to it that
    are not delivered: waiting, failed or withheld. A page has at most --limit files and deliveries;
    --after continues where a page ended. The command asks the hub, and you need the
    operator's right for that. An organization uses --from-answers: the command then reads FR01
    and 2000 in the outbound prefix, and shows a file as REJECTED or ANSWERED.

    Exit codes: 0 shown; 1 refused, failed, or the hub does not know FILE; 2 wrong usage.
    """
    name = PurePath(file).name if file else ""
    whose = org or _owner(name, with_ids=not from_answers)
    read_since(since)
    if from_answers:
        files = _from_answers(environment, whose, since)
        answer: dict[str, Any] = {"files": [each for each in files if name in ("", each["name"])]}
    else:
        with operator_of(environment) as operator:
            answer = operator.ask(
                "files",
                organization=whose or None,
                file=name,
                since=since,
                limit=limit,
                after=after,
            )
    files = [with_actor(each) for each in answer["files"]]
    deliveries = [_owed(each) for each in answer.get("deliveries", ())]
    if as_json:
        shown = {"organization": whose, "files": files, "deliveries": deliveries}
        say_json(shown | {"after": answer.get("after")})
    else:
        _show(whose, name, files, deliveries)
        say_more(answer)
    if name and not files and not deliveries:
        fail(ExitCode.FAILED, [f"{name}: the hub knows no such file or delivery. Check the name."])


def _owner(name: str, *, with_ids: bool) -> str:
    """Return the organization that a file's name tells; empty for an id, which needs none."""
    from mdmr.operation.files import sender_of
    from mdmr.operation.incoming import ID

    if not name:
        fail(ExitCode.FAULTY, ["name a FILE, or an organization with --org"])
    if with_ids and ID.fullmatch(name):
        return ""
    found = sender_of(name)
    if not found:
        fail(ExitCode.FAULTY, [f"{name}: the name has no ORG_ID_2: give --org"])
    return found


def _from_answers(environment: str, org: str, since: str | None) -> list[dict[str, Any]]:
    from mdmr.calendar.instants import to_text

    from mdmr_cli.answers import answered
    from mdmr_cli.transport import transport_of

    with transport_of(environment) as transport:
        return [
            {
                "name": each.name,
                "arrived": None,
                "state": "REJECTED" if each.code else ANSWERED,
                "code": each.code,
                "reason": f"answer {each.answer}",
                "since": to_text(each.at),
            }
            for each in answered(transport, org, read_since(since))
        ]


def with_actor(file: dict[str, Any]) -> dict[str, Any]:
    """Return a file with how long its state lasts (or its work took), and who must act."""
    from mdmr.exchange.ledger.acting import who_acts
    from mdmr.exchange.ledger.lifecycle import Phase
    from mdmr.exchange.ledger.states import STATES, FileState

    if file["state"] == ANSWERED:
        return file | {"seconds": 0, "acts": _NOBODY, "final": True, "phase": "done"}
    state = FileState(file["state"])
    kept = bool(file.get("kept"))
    acts = who_acts(state, file["code"], kept=kept)
    begun = file["arrived"] or file["since"]
    return file | {
        "seconds": _seconds(begun, file["since"]) if STATES[state].final else _until_now(file),
        "acts": acts.value if acts else _NOBODY,
        "final": STATES[state].final,
        "phase": (Phase.WAITING if kept else STATES[state].phase).value,
    }


def _owed(delivery: dict[str, Any]) -> dict[str, Any]:
    """Return a delivery with how long its state lasts (or its making took), and who must act."""
    from mdmr.exchange.outbound.states import STATES

    rule = STATES[delivery["state"]]
    took = _seconds(delivery["decided"], delivery["since"])
    return delivery | {
        "seconds": took if rule.final else _until_now(delivery),
        "acts": rule.acts.value if rule.acts else _NOBODY,
        "final": rule.final,
        "phase": rule.phase.value,
    }


def _until_now(row: dict[str, Any]) -> int:
    return _seconds(row["since"], datetime.now(UTC).isoformat())


def _seconds(start: str, end: str) -> int:
    from mdmr.calendar.instants import from_text

    span = from_text(end) - from_text(start)
    return round(max(span.total_seconds(), 0.0))


def _show(
    org: str, name: str, files: Sequence[dict[str, Any]], deliveries: Sequence[dict[str, Any]]
) -> None:
    from mdmr_cli import tables

    if files or not name:
        show_table(tables.files(f"Files of {org}" if org else "File", files))
    if deliveries:
        title = f"About {name}" if name else f"Not delivered to {org}"
        show_table(tables.deliveries(title, deliveries))
    for line in tables.hints(files, deliveries):
        say(line)
