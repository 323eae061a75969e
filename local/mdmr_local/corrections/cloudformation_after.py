"""Lets a correction complete what CloudFormation created or updated."""

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

from mdmr_local.corrections.registry import UpstreamChangedError, expect

Complete = Callable[[str, dict[str, Any]], None]


def after_provisioning(resource_type: str, complete: Complete) -> None:
    """Call ``complete(physical id, properties)`` after each creation and update of a resource."""
    known = handlers()
    expect(resource_type in known, f"CloudFormation's provisioner of {resource_type}")
    create, update = known[resource_type]["create"], known[resource_type].get("update")

    def create_and_complete(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = create(logical_id, properties, stack)
        complete(created[0], properties)
        return created

    known[resource_type]["create"] = create_and_complete
    if update is None:
        return

    def update_and_complete(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: Any, **named: Any
    ) -> Any:
        updated = update(physical_id, old, new, *rest, **named)
        complete(updated[0], new)
        return updated

    known[resource_type]["update"] = update_and_complete


def handlers() -> dict[str, Any]:
    """Return CloudFormation's own table of provisioners, by type of resource."""
    for value in vars(provisioners).values():
        if isinstance(value, dict) and isinstance(value.get("AWS::S3::Bucket"), dict):
            return value
    raise UpstreamChangedError("CloudFormation has no table of provisioners")
