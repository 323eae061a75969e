"""CloudFormation locks the objects of buckets for the time that the template tells."""

from http import HTTPStatus
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.services import s3

from mdmr_local.corrections.cloudformation_after import after_provisioning
from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    expect(hasattr(s3, "_put_object_lock_configuration"), "s3._put_object_lock_configuration")
    after_provisioning("AWS::S3::Bucket", _lock)


def _lock(name: str, properties: dict[str, Any]) -> None:
    wanted = properties.get("ObjectLockConfiguration")
    if wanted:
        response = s3._put_object_lock_configuration(name, _configuration(wanted))
        if response[0] >= HTTPStatus.BAD_REQUEST:
            raise ValueError(f"ObjectLockConfiguration: {response[2]!r}")


def _configuration(wanted: dict[str, Any]) -> bytes:
    """Return the properties of the template as the document of the API."""
    root = Element("ObjectLockConfiguration")
    SubElement(root, "ObjectLockEnabled").text = wanted["ObjectLockEnabled"]
    if "Rule" in wanted:
        retention = SubElement(SubElement(root, "Rule"), "DefaultRetention")
        for name, value in wanted["Rule"]["DefaultRetention"].items():
            SubElement(retention, name).text = str(value)
    return tostring(root)


CORRECTION = Correction(
    name="cloudformation_object_lock",
    wrong="ObjectLockConfiguration of a bucket is dropped",
    apply=_apply,
)
