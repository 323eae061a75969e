"""`mdmr local up`: the hub on this machine in real time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub, deploy_hub

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
        EmbeddedAwsError: the embedded AWS did not start.
        DeploymentError: the template could not be deployed.
        OperateError: the hub could not be put into operation, or refuses the document.
        OSError: the port is taken.
    """
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
    with EmbeddedAws(data_dir=data_dir, port=port) as embedded:
        hub = deploy_hub(embedded, ENVIRONMENT)
        hub.operator.start()
        hub.operator.apply(document)
        yield hub


def aws_line(hub: LocalHub, command: str) -> str:
    """Return a line for the shell that runs a command of the AWS CLI against a hub."""
    embedded = hub.embedded
    environment = (
        f"AWS_ACCESS_KEY_ID={embedded.account} AWS_SECRET_ACCESS_KEY=local "
        f"AWS_DEFAULT_REGION={embedded.region} AWS_ENDPOINT_URL={embedded.endpoint}"
    )
    return f"{environment} {command}"
