"""CloudFormation gives buckets their replication."""

from http import HTTPStatus
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.services import s3

from mdmr_local.corrections.cloudformation_after import after_provisioning
from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    expect(hasattr(s3, "_put_bucket_replication"), "s3._put_bucket_replication")
    after_provisioning("AWS::S3::Bucket", _replicate)


def _replicate(name: str, properties: dict[str, Any]) -> None:
    wanted = properties.get("ReplicationConfiguration")
    if wanted:
        response = s3._put_bucket_replication(name, _configuration(wanted))
        if response[0] >= HTTPStatus.BAD_REQUEST:
            raise ValueError(f"ReplicationConfiguration: {response[2]!r}")


def _configuration(wanted: dict[str, Any]) -> bytes:
    """Return the properties of the template as the document of the API."""
    root = Element("ReplicationConfiguration")
    SubElement(root, "Role").text = wanted["Role"]
    for number, given in enumerate(wanted["Rules"]):
        rule = SubElement(root, "Rule")
        SubElement(rule, "ID").text = given.get("Id", f"rule-{number}")
        SubElement(rule, "Status").text = given["Status"]
        SubElement(rule, "Priority").text = str(given.get("Priority", number + 1))
        prefix = (given.get("Filter") or {}).get("Prefix", given.get("Prefix", ""))
        SubElement(SubElement(rule, "Filter"), "Prefix").text = prefix
        markers = (given.get("DeleteMarkerReplication") or {}).get("Status", "Disabled")
        SubElement(SubElement(rule, "DeleteMarkerReplication"), "Status").text = markers
        destination = SubElement(rule, "Destination")
        SubElement(destination, "Bucket").text = given["Destination"]["Bucket"]
    return tostring(root)


CORRECTION = Correction(
    name="cloudformation_bucket_replication",
    wrong="ReplicationConfiguration of a bucket is dropped",
    apply=_apply,
)
