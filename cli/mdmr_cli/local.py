"""`mdmr local`: the hub on this machine in real time."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdmr_cli.exits import ExitCode, fail
from mdmr_cli.output import add_row, say, say_json, show_table, table

if TYPE_CHECKING:
    from mdmr.operation.document import Document
    from mdmr_local.embedded import EmbeddedAws
    from mdmr_local.hub import LocalHub
    from mdmr_local.running import Run

app = typer.Typer(help="Start, show and stop a hub on this machine.", no_args_is_help=True)
_PORT = 4566
_LOOK_SECONDS = 0.5
_LOOKS_A_HEALTH = 4
_STOP_SECONDS = 60.0
_TAKES_UPLOADS = "accepts uploads"


@app.command()
def up(
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the data. Default: all data are in memory."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1. 0 takes a free port.")] = _PORT,
    document: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Document with your organizations. Default: two LDCs, an agent, an AMI operator.",
        ),
    ] = None,
    regions: Annotated[
        int, typer.Option(min=1, max=2, help="2 adds a standby region, as in production.")
    ] = 1,
) -> None:
    """Run the whole hub on this machine in real time until you press Ctrl-C.

    With --data, DIR has everything that the hub acknowledged, also after a crash. Only one hub at
    a time can use a DIR.

    Exit codes: 0 stopped; 1 the hub did not start (the port or DIR is in use, or DIR is damaged or
    not a data folder) or stopped by itself; 2 the document has errors.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from mdmr_local.deploy import DeploymentError
    from mdmr_local.errors import EmbeddedAwsError
    from mdmr_local.operating import OperateError
    from mdmr_local.up import SANDBOX

    from mdmr_cli.documents import read_document

    checked, plain = read_document(document or SANDBOX)
    try:
        with _until_stopped() as stopped, _up(regions, data, port, plain) as hubs:
            _show(hubs, checked, data)
            _watch(hubs[0].embedded, stopped)
            if not stopped.is_set():
                fail(ExitCode.FAILED, ["The embedded AWS stopped by itself."])
            say("Stopping.", err=True)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else f"port {port}: "
        fail(ExitCode.FAILED, [f"{where}{error.strerror}"])
    except (DeploymentError, EmbeddedAwsError, OperateError, BotoCoreError, ClientError) as error:
        # The end of a log, or each resource that failed, has a line of its own.
        fail(ExitCode.FAILED, str(error).split("\n"))


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Show the hubs that run on this machine: process, port, data folder, start, health.

    Exit codes: 0 all hubs accept uploads; 1 no hub runs, or a hub does not answer or refuses
    uploads.
    """
    from mdmr_local.running import runs

    found = [(run, _health(run.port)) for run in runs()]
    if as_json:
        rows = [{**asdict(run), "health": health} for run, health in found]
        say_json(rows)
    elif found:
        _show_runs(found)
    else:
        say("No hub runs on this machine. Start one with: mdmr local up")
    if not found or any(health != _TAKES_UPLOADS for _, health in found):
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def stop(
    port: Annotated[int | None, typer.Option(help="Port of the hub to stop.")] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Data folder of the hub to stop.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Stop every hub.")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Stop a hub on this machine, as Ctrl-C in its terminal does, and wait until it has ended.

    Without options the command stops the only hub that runs.

    Exit codes: 0 stopped; 1 no such hub runs, several run and you named none, or one did not end.
    """
    from mdmr_local.running import runs

    folder = "" if data is None else os.path.realpath(data)
    found = [
        run for run in runs() if port in (None, run.port) and (data is None or folder == run.data)
    ]
    if not found:
        fail(
            ExitCode.FAILED,
            ["No such hub runs on this machine. Show all hubs with: mdmr local status"],
        )
    if len(found) > 1 and not every:
        ports = ", ".join(str(run.port) for run in found)
        fail(
            ExitCode.FAILED, [f"{len(found)} hubs run, on the ports {ports}: give --port or --all"]
        )
    for run in found:
        with suppress(ProcessLookupError):
            os.kill(run.pid, signal.SIGTERM)
    end = time.monotonic() + _STOP_SECONDS
    while left := [run for run in runs() if run in found]:
        if time.monotonic() > end:
            fail(
                ExitCode.FAILED,
                [
                    f"process {run.pid} did not end within {_STOP_SECONDS:.0f} s. End it with "
                    f"kill -9 {run.pid}: with --data it keeps all that was acknowledged"
                    for run in left
                ],
            )
        time.sleep(_LOOK_SECONDS)
    for run in found:
        say(f"Stopped: process {run.pid}, port {run.port}")


def _watch(embedded: EmbeddedAws, stopped: threading.Event) -> None:
    """Return when the emulator ends or a stop is asked for; tell of a disk that is full."""
    from mdmr_local.errors import EmbeddedAwsError

    told, look = "", 0
    while embedded.is_running() and not stopped.wait(_LOOK_SECONDS):
        look += 1
        if look % _LOOKS_A_HEALTH:
            continue
        try:
            fault = embedded.fault()
        except EmbeddedAwsError:
            continue  # it ends, or is too busy to answer
        if bool(fault) != bool(told):
            now = "Uploads are accepted again." if told else f"Uploads are refused: {fault}"
            say(now, err=True)
        told = fault


def _health(port: int) -> str:
    """Return whether a hub takes uploads, or why not."""
    from mdmr_local.listening import fault_at

    try:
        fault = fault_at(port)
    except OSError as error:
        return f"does not answer: {error}"
    return f"refuses uploads: {fault}" if fault else _TAKES_UPLOADS


def _show_runs(found: list[tuple[Run, str]]) -> None:
    shown = table("Hubs on this machine", "Process", "Port", "Data", "Since (UTC)", "Health")
    for run, health in found:
        since = run.since.removesuffix("+00:00").replace("T", " ")
        add_row(shown, run.pid, run.port, run.data or "in memory", since, health)
    show_table(shown)


@contextmanager
def _up(
    regions: int, data: Path | None, port: int, document: dict[str, Any]
) -> Iterator[list[LocalHub]]:
    """Give the hub in each of its regions, the primary first."""
    from mdmr_local.regions import regions_up
    from mdmr_local.up import hub_up

    if regions == 1:
        with hub_up(data, port, document) as hub:
            yield [hub]
    else:
        with regions_up(data, port, document) as (primary, standby):
            yield [primary, standby]


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C or a request to terminate sets."""
    stopped = threading.Event()
    asked = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, lambda *_: stopped.set()) for each in asked]
    try:
        yield stopped
    finally:
        for each, handler in zip(asked, before, strict=True):
            signal.signal(each, handler)


def _show(hubs: list[LocalHub], document: Document, data: Path | None) -> None:
    title = "Organizations, each with its prefix in both buckets"
    shown = table(title, "Organization", "Name", "Roles", "Prefix")
    for each in document.organizations:
        roles = ", ".join(sorted(role.value for role in each.roles))
        add_row(shown, each.org_id, each.name, roles, f"{each.org_id}/")
    show_table(shown)
    org = document.organizations[0].org_id if document.organizations else "ORG_ID"
    for line in (
        f"Endpoint         {hubs[0].embedded.endpoint}",
        *_buckets(hubs),
        f"Data             {data or 'in memory: gone when the hub stops'}",
        "",
        *_commands(hubs, org),
        "",
        "Press Ctrl-C to stop the hub.",
    ):
        say(line)


def _buckets(hubs: list[LocalHub]) -> Iterator[str]:
    for hub in hubs:
        if len(hubs) > 1:
            yield f"Region           {hub.embedded.region}"
        yield f"Inbound bucket   {hub.inbound_bucket}"
        yield f"Outbound bucket  {hub.outbound_bucket}"


def _commands(hubs: list[LocalHub], org: str) -> Iterator[str]:
    from mdmr_local.up import aws_line

    hub, *others = hubs
    yield "Upload a file:"
    yield f"  {aws_line(hub, f'aws s3 cp FILE s3://{hub.inbound_bucket}/{org}/')}"
    yield "List the files for an organization:"
    yield f"  {aws_line(hub, f'aws s3 ls s3://{hub.outbound_bucket}/{org}/')}"
    yield "Show the state of its files:"
    yield f"  {aws_line(hub, f'mdmr status --environment {hub.stack} --org {org}')}"
    if others:
        yield "Show the lease and its files in both regions:"
        yield f"  {aws_line(hub, f'mdmr hub regions --environment {hub.stack} --org {org}')}"
