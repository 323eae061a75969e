"""A deployed hub, found by its environment's name and the usual AWS settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from mdmr_cli.arguments import environment
from mdmr_cli.exits import ExitCode, fail

if TYPE_CHECKING:
    from mdmr_local.operating import Operator

Environment = Annotated[
    str,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        envvar="MDMR_ENVIRONMENT",
        callback=environment,
        help="Environment of the hub: dev, test, prod or sand. "
        "Region, credentials and endpoint come from the usual AWS settings.",
    ),
]


@contextmanager
def operator_of(environment: str) -> Iterator[Operator]:
    """Give the operate function of an environment's hub; what goes wrong with it ends the command.

    A refusal and a failure both exit with 1, their texts on standard error.
    """
    import boto3
    from mdmr_local.operating import Operator

    with _ending():
        yield Operator(boto3.client("lambda"), f"mdmr-{environment}-operate")


@contextmanager
def operators_of(environment: str, regions: Sequence[str]) -> Iterator[dict[str, Operator]]:
    """Give the operate function in each of some regions, by region."""
    import boto3
    from mdmr_local.operating import Operator

    with _ending():
        yield {
            name: Operator(boto3.client("lambda", region_name=name), f"mdmr-{environment}-operate")
            for name in regions
        }


@contextmanager
def _ending() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError
    from mdmr_local.operating import OperateError, RefusedError

    try:
        yield
    except RefusedError as error:
        fail(ExitCode.FAILED, (f"refused: {fault}" for fault in error.texts))
    except (OperateError, BotoCoreError) as error:
        fail(ExitCode.FAILED, [str(error)])
