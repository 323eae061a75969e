"""The environment of a function, as the template sets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


class SettingMissingError(Exception):
    """Variables that the template sets are not in the environment."""


@dataclass(frozen=True)
class Settings:
    """The variables of a function's environment; each field is the variable of its upper-case name.

    `environment_code` is that of file names (PROD, TEST, SAND), `aws_region` this region.
    """

    arrivals_queue_url: str
    aws_region: str
    data_bucket: str
    environment_code: str
    gateway_machine_arn: str
    hub_state_table: str
    identifier_secret_arn: str
    identifiers_machine_arn: str
    inbound_bucket: str
    intake_queue_url: str
    master_directory_table: str
    notification_bus: str
    outbound_bucket: str
    publish_queue_url: str

    @staticmethod
    def read(environment: Mapping[str, str]) -> Settings:
        """Return the settings of an environment. Raises SettingMissingError naming every gap."""
        names = [field.name for field in fields(Settings)]
        missing = [name.upper() for name in names if not environment.get(name.upper())]
        if missing:
            raise SettingMissingError(f"not set: {', '.join(missing)}")
        return Settings(**{name: environment[name.upper()] for name in names})
