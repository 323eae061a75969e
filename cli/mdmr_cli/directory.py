"""`mdmr directory`: what the master directory tells of an SDP."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Annotated, Any

import typer

from mdmr_cli.deployed import Environment, operator_of
from mdmr_cli.output import say, say_json
from mdmr_cli.times import est

app = typer.Typer(help="Read the master directory.", no_args_is_help=True)
# Lines are made for a window of 80 columns: name, mark, start, end, value.
_NAME, _VALUE = 8, 25
_MIDNIGHT = " 00:00:00"
Time = Annotated[str | None, typer.Option(metavar="TIME", show_default="now")]


@app.callback()
def _directory() -> None:
    """Give the group its name even while it has one command."""


@app.command()
def show(
    usdp: Annotated[str, typer.Argument(metavar="UNIVERSAL_SDP_ID", show_default=False)],
    environment: Environment = "dev",
    as_of: Time = None,
    known_at: Time = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Show an SDP with its meters and modules over time. `*` marks the values in force.

    --as-of TIME marks the values in force at that time. --known-at TIME shows what the hub knew
    at that time. TIME is a date, or ISO 8601 with offset. Default: now.

    Exit codes: 0 shown; 1 unknown, refused or failed; 2 wrong usage.
    """
    with operator_of(environment) as operator:
        answer = operator.ask(
            "directory.show", universal_sdp_id=usdp, as_of=as_of, known_at=known_at
        )
    if as_json:
        say_json({key: answer[key] for key in answer if key != "ok"})
        return
    for line in _lines(answer):
        say(line)


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    known = f"as known {est(answer['known_at'])}" if answer["known_at"] else "as known now"
    yield f"SDP {answer['universal_sdp_id']} of {answer['ldc']}; times EST"
    yield f"* in force {est(answer['as_of'])}, {known}"
    for entity in answer["entities"]:
        yield ""
        yield f"{entity['kind']} {entity['id']}"
        for timeline in entity["timelines"]:
            yield from _timeline(timeline)
        for each in entity["learned"]:
            told = f"learned {est(each['at'])} from {each['by']}: {', '.join(each['changed'])}"
            yield from wrap(told, 78, initial_indent="  ", subsequent_indent="    ")


def _timeline(timeline: dict[str, Any]) -> Iterator[str]:
    name = timeline["name"]
    if len(name) > _NAME:
        yield f"  {name}"
        name = ""
    for each in timeline["segments"]:
        mark = "*" if each["in_force"] else " "
        first, *others = wrap(each["value"], _VALUE, drop_whitespace=False) or [""]
        head = f"  {name:{_NAME}} {mark} {_time(each['start']):19}  {_time(each['end']):19}"
        yield f"{head}  {first}".rstrip()
        yield from (f"{'':{len(head)}}  {other}" for other in others)
        name = ""


def _time(text: str | None) -> str:
    """Return a time, a midnight as its date alone; nothing for an end that is open."""
    return "" if text is None else est(text).removesuffix(_MIDNIGHT)
