"""The environment of a function, as the template sets it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class SettingMissingError(Exception):
    """Variables that the template sets are not in the environment."""


class Settings(Struct, frozen=True):
    """The variables of a function's environment; each field is the variable of its upper-case name.

    `environment_code` is that of file names (PROD, TEST, SAND), `aws_region` this region. What
    begins with `peer` is of the other region, and empty where there is none.
    """

    arrivals_queue_url: str
    aws_region: str
    data_bucket: str
    environment_code: str
    evidence_bucket: str
    gateway_machine_arn: str
    hub_state_table: str
    identifier_secret_arn: str
    identifiers_machine_arn: str
    inbound_bucket: str
    intake_queue_url: str
    master_directory_table: str
    notification_bus: str
    notification_topic_arn: str
    outbound_bucket: str
    publish_queue_url: str
    schedules_machine_arn: str
    synchronization_machine_arn: str
    peer_region: str = ""
    peer_inbound_bucket: str = ""
    peer_data_bucket: str = ""

    @staticmethod
    def read(environment: Mapping[str, str]) -> Settings:
        """Return the settings of an environment. Raises SettingMissingError naming every gap."""
        names = Settings.__struct_fields__
        found = {name: environment.get(name.upper(), "") for name in names}
        needed = names[: len(names) - len(Settings.__struct_defaults__)]
        missing = [name.upper() for name in needed if not found[name]]
        if missing:
            raise SettingMissingError(f"not set: {', '.join(missing)}")
        return Settings(**found)
