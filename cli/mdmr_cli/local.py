"""`mdmr local`: the hub on this machine in real time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdmr_cli.exits import ExitCode, fail

if TYPE_CHECKING:
    from mdmr.operation.document import Document
    from mdmr_local.hub import LocalHub

app = typer.Typer(help="The hub on this machine.", no_args_is_help=True)
_PORT = 4566
_LOOK_SECONDS = 0.5


@app.callback()
def group() -> None:
    """Make `up` a subcommand of its own: a lone command would take the group's name."""


@app.command()
def up(
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep everything here, to go on after a restart."),
    ] = None,
    port: Annotated[int, typer.Option(help="On 127.0.0.1; 0 takes a free one.")] = _PORT,
    document: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Organizations and so on; two LDCs, an agent, an AMI operator else.",
        ),
    ] = None,
    regions: Annotated[
        int, typer.Option(min=1, max=2, help="2: with a standby, as in production.")
    ] = 1,
) -> None:
    """Run the hub until Ctrl-C: the deployed application in real time, without an account.

    Exit codes: 0 stopped, 1 it did not start or stopped by itself, 2 the document is faulty.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from mdmr_local.deploy import DeploymentError
    from mdmr_local.embedded import EmbeddedAwsError
    from mdmr_local.operating import OperateError
    from mdmr_local.up import SANDBOX

    from mdmr_cli.documents import read_document

    checked, plain = read_document(document or SANDBOX)
    try:
        with _until_stopped() as stopped, _up(regions, data, port, plain) as hubs:
            _show(hubs, checked, data)
            while hubs[0].embedded.is_running() and not stopped.wait(_LOOK_SECONDS):
                pass
            if not stopped.is_set():
                fail(ExitCode.FAILED, ["the embedded AWS stopped by itself"])
            typer.echo("Stopping.", err=True)
    except OSError as error:
        fail(ExitCode.FAILED, [f"port {port}: {error.strerror}"])
    except (DeploymentError, EmbeddedAwsError, OperateError, BotoCoreError, ClientError) as error:
        fail(ExitCode.FAILED, [str(error)])


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
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(title="Organizations, each with its prefix in both buckets", title_justify="left")
    for column in ("Organization", "Name", "Roles", "Prefix"):
        table.add_column(column, overflow="fold")
    for each in document.organizations:
        roles = ", ".join(sorted(role.value for role in each.roles))
        table.add_row(each.org_id, each.name, roles, f"{each.org_id}/")
    console.print(table)
    org = document.organizations[0].org_id if document.organizations else "ORG_ID"
    for line in (
        f"Endpoint         {hubs[0].embedded.endpoint}",
        *_buckets(hubs),
        f"Data             {data or 'in memory: gone when it stops'}",
        "",
        *_commands(hubs, org),
        "",
        "Ctrl-C stops it.",
    ):
        console.print(line, markup=False, soft_wrap=True)


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
    yield "See what the hub has for an organization:"
    yield f"  {aws_line(hub, f'aws s3 ls s3://{hub.outbound_bucket}/{org}/')}"
    yield "See where its files stand:"
    yield f"  {aws_line(hub, f'mdmr status --environment {hub.stack} --org {org}')}"
    if others:
        yield "See who holds the lease, and that its files are in both regions:"
        yield f"  {aws_line(hub, f'mdmr hub regions --environment {hub.stack} --org {org}')}"
