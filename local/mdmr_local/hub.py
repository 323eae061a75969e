"""A whole hub on this machine: the project's template, deployed to the embedded AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from mdmr.stores.dynamodb.table import DynamoState
from mdmr.stores.s3 import S3Objects

from mdmr_local.deploy import DeploymentError, deploy
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.operating import Operator

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"

# The environment of organizations and notices, and the template's name for the stack of it.
STACKS = {"PROD": "prod", "TEST": "test", "SAND": "sand"}


@dataclass(frozen=True)
class LocalHub:
    """A deployed hub.

    Attributes:
        embedded: the AWS that it runs on.
        stack: the template's name of its environment.
        outputs: of the stack.
    """

    embedded: EmbeddedAws
    stack: str
    outputs: Mapping[str, str]

    @property
    def inbound_bucket(self) -> str:
        """Where organizations put their files."""
        return self.outputs["InboundBucketName"]

    @property
    def outbound_bucket(self) -> str:
        """Where they find what the hub has for them."""
        return self.outputs["OutboundBucketName"]

    @cached_property
    def operator(self) -> Operator:
        """The one way to change the hub by hand."""
        name = self.outputs["OperateFunctionName"]
        return Operator(self.embedded.client("lambda"), name, by="local operator")

    @cached_property
    def state(self) -> DynamoState:
        """The hub's state, to look at."""
        return DynamoState(
            lambda: self.embedded.client("dynamodb"), self.outputs["HubStateTableName"]
        )

    @cached_property
    def directory(self) -> DynamoState:
        """The master directory, to look at."""
        name = self.outputs["MasterDirectoryTableName"]
        return DynamoState(lambda: self.embedded.client("dynamodb"), name, indexes={})

    @cached_property
    def inbound(self) -> S3Objects:
        """The inbound bucket, to look at."""
        return S3Objects(lambda: self._s3, self.inbound_bucket)

    @cached_property
    def _s3(self) -> Any:
        return self.embedded.client("s3")

    def run(self, function: str) -> None:
        """Run one of the hub's scheduled functions now, if the stack has it, and wait for its end.

        Args:
            function: its name in the template, as `Sweep`.

        Raises:
            DeploymentError: it failed.
        """
        name = self.outputs.get(f"{function}FunctionName")
        if name is None:
            return
        answer = self.embedded.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        if answer.get("FunctionError"):
            reason = answer["Payload"].read().decode(errors="replace")
            raise DeploymentError(f"{name} failed: {reason}")

    def set_identifier_secret(self, text: str) -> None:
        """Replace the secret from which Universal SDP IDs are derived, before any was issued."""
        client = self.embedded.client("secretsmanager")
        client.put_secret_value(SecretId=self.outputs["IdentifierSecretArn"], SecretString=text)

    def upload(self, organization: str, name: str, content: BinaryIO) -> None:
        """Put a file into an organization's inbound prefix."""
        key = f"{organization}/{name}"
        self._s3.put_object(Bucket=self.inbound_bucket, Key=key, Body=content)

    def fetch(self, key: str) -> bytes:
        """Return an object of the outbound bucket."""
        content: bytes = self._s3.get_object(Bucket=self.outbound_bucket, Key=key)["Body"].read()
        return content

    def outbound_keys(self) -> Iterator[str]:
        """Yield the keys of the outbound bucket in their order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.outbound_bucket)
        for page in pages:
            yield from (each["Key"] for each in page.get("Contents", ()))


def deploy_hub(embedded: EmbeddedAws, environment: str, *, template: Path = TEMPLATE) -> LocalHub:
    """Deploy the hub's template, or find it deployed.

    A hub that runs is brought to the template, its code and its state machines, as `sam deploy`
    does it: what is under way keeps its state machine and goes on with the new code.

    Args:
        embedded: where to.
        environment: PROD, TEST or SAND.
        template: of the hub, with its code beside it; this project's unless given.

    Raises:
        DeploymentError: a resource could not be made.
    """
    stack = STACKS[environment]
    outputs = deploy(embedded, template, f"mdmr-{stack}", {"Environment": stack})
    return LocalHub(embedded, stack, outputs)
