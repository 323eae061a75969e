"""`mdmr local up`: the hub on this machine in real time."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mdmr_local.deploy import DeploymentError
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub, deploy_hub
from mdmr_local.running import announced

_logger = logging.getLogger("mdmr.local")
SANDBOX = Path(__file__).with_name("sandbox.yaml")
ENVIRONMENT = "SAND"


@contextmanager
def hub_up(data_dir: Path | None, port: int, document: Mapping[str, Any]) -> Iterator[LocalHub]:
    """Give a hub that runs in real time, in operation, its document applied.

    Args:
        data_dir: where the hub's state survives a restart; None keeps it in memory only.
        port: where it listens on 127.0.0.1; 0 takes a free one.
        document: organizations, authorizations, parameters and numbers from before.

    Raises:
        DataFolderError: the data folder is in use, damaged, or cannot be written.
        PortInUseError: another process listens on the port.
        EmbeddedAwsError: the embedded AWS did not start.
        DeploymentError: the template could not be deployed.
        OperateError: the hub could not be put into operation, or refuses the document.
        OSError: the data folder or the port cannot be had.
    """
    with started(data_dir, port) as embedded:
        hub = deploy_hub(embedded, ENVIRONMENT)
        put_into_operation([hub], document)
        yield hub


@contextmanager
def started(
    data_dir: Path | None, port: int, region: str = "ca-central-1"
) -> Iterator[EmbeddedAws]:
    """Give an emulator in real time that `mdmr local status` finds; make its data folder if needed.

    Args and errors are those of `hub_up`.
    """
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
    with (
        EmbeddedAws(data_dir=data_dir, port=port, region=region) as embedded,
        announced(data_dir, embedded.port),
    ):
        yield embedded


def put_into_operation(hubs: Sequence[LocalHub], document: Mapping[str, Any]) -> None:
    """Have a deployed hub, the primary region first, go on where it was, or begin.

    What it was told last may not have been followed when the emulator ended: its sweep, which
    otherwise runs every two hours, runs at once.

    Args and errors are those of `hub_up`.
    """
    primary = hubs[0]
    if primary.embedded.keeps_data:
        primary.embedded.save()
    primary.operator.start()
    primary.operator.apply(document)
    for hub in hubs if primary.embedded.keeps_data else ():
        for function in ("RenewLease", "Sweep"):
            try:
                hub.run(function)
            except DeploymentError as error:
                # Its schedule runs it again; a hub that does not start could not be looked at.
                _logger.warning("%s", error)


def aws_line(hub: LocalHub, command: str) -> str:
    """Return a line for the shell that runs a command of the AWS CLI against a hub."""
    embedded = hub.embedded
    environment = (
        f"AWS_ACCESS_KEY_ID={embedded.account} AWS_SECRET_ACCESS_KEY=local "
        f"AWS_DEFAULT_REGION={embedded.region} AWS_ENDPOINT_URL={embedded.endpoint}"
    )
    return f"{environment} {command}"
