"""A hub in two regions on this machine, deployed in the order in which AWS needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from mdmr_local.deploy import deploy
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import STACKS, TEMPLATE, LocalHub
from mdmr_local.up import ENVIRONMENT, put_into_operation, started

PRIMARY, STANDBY = "ca-central-1", "ca-west-1"


def deploy_regions(embedded: EmbeddedAws, environment: str) -> tuple[LocalHub, LocalHub]:
    """Deploy the hub's template to both regions, or find it deployed; return primary and standby.

    First the standby without replication, as the primary's buckets need its; then the primary,
    which has the tables; then the standby with replication.

    Args:
        embedded: where to.
        environment: PROD, TEST or SAND.

    Raises:
        DeploymentError: a resource could not be made.
    """
    stack = STACKS[environment]
    if not _is_deployed(embedded, stack):
        _deploy(embedded, stack, STANDBY, replicate=False)
    primary = _deploy(embedded, stack, PRIMARY, replicate=True)
    standby = _deploy(embedded, stack, STANDBY, replicate=True)
    return primary, standby


@contextmanager
def regions_up(
    data_dir: Path | None, port: int, document: Mapping[str, Any]
) -> Iterator[tuple[LocalHub, LocalHub]]:
    """Give a hub in two regions in real time, in operation, its document applied.

    Args and errors are those of `hub_up`.
    """
    with started(data_dir, port, PRIMARY) as embedded:
        primary, standby = deploy_regions(embedded, ENVIRONMENT)
        put_into_operation([primary, standby], document)
        yield primary, standby


def _deploy(embedded: EmbeddedAws, stack: str, region: str, *, replicate: bool) -> LocalHub:
    parameters = {
        "Environment": stack,
        "Role": "primary" if region == PRIMARY else "standby",
        "PrimaryRegion": PRIMARY,
        "StandbyRegion": STANDBY,
        "Replicate": str(replicate).lower(),
    }
    seen = embedded.in_region(region)
    return LocalHub(seen, stack, deploy(seen, TEMPLATE, f"mdmr-{stack}", parameters))


def _is_deployed(embedded: EmbeddedAws, stack: str) -> bool:
    cloudformation = embedded.client("cloudformation", region=STANDBY)
    try:
        cloudformation.describe_stacks(StackName=f"mdmr-{stack}")
    except ClientError:
        return False
    return True
