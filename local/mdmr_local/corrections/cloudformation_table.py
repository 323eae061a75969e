"""CloudFormation gives tables their time to live and their replicas."""

from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from mdmr_local.corrections.cloudformation_after import after_provisioning
from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    for name in ("_ttl_settings", "_apply_replica_updates", "_replica_group"):
        expect(hasattr(dynamodb, name), f"dynamodb.{name}")
    after_provisioning("AWS::DynamoDB::Table", _set_time_to_live)
    after_provisioning("AWS::DynamoDB::GlobalTable", _complete)


def _complete(name: str, properties: dict[str, Any]) -> None:
    _set_time_to_live(name, properties)
    table = dynamodb._tables[name]
    present = set(dynamodb._replica_group(table)) | {provisioners.get_region()}
    missing = [
        {"Create": {"RegionName": replica["Region"]}}
        for replica in properties.get("Replicas", [])
        if replica["Region"] not in present
    ]
    if missing:
        error = dynamodb._apply_replica_updates(name, table, missing)
        if error:
            raise ValueError(f"Replicas: {error[2]!r}")


def _set_time_to_live(name: str, properties: dict[str, Any]) -> None:
    wanted = properties.get("TimeToLiveSpecification")
    if wanted:
        enabled = str(wanted.get("Enabled")).lower() == "true"
        dynamodb._ttl_settings[name] = {
            "TimeToLiveStatus": "ENABLED" if enabled else "DISABLED",
            "AttributeName": wanted.get("AttributeName", ""),
        }


CORRECTION = Correction(
    name="cloudformation_table",
    wrong="TimeToLiveSpecification of a table and Replicas of a global table are dropped",
    apply=_apply,
)
