"""The identifier secret in Secrets Manager."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class ManagedSecret:
    """The IdentifierSecret in Secrets Manager, read once: it never changes."""

    def __init__(self, client: Callable[[], SecretsManagerClient], arn: str) -> None:
        self._make_client = client
        self._arn = arn

    def read(self) -> bytes:
        """Return the secret."""
        return self._secret

    @cached_property
    def _secret(self) -> bytes:
        return self._make_client().get_secret_value(SecretId=self._arn)["SecretString"].encode()
