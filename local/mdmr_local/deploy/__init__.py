"""Deploys the project's SAM template, as it is, to the embedded AWS."""

from collections.abc import Mapping
from pathlib import Path

from mdmr_local.deploy.package import key_of, package
from mdmr_local.deploy.stack import DeploymentError, bring_stack_to
from mdmr_local.deploy.template import read_template
from mdmr_local.embedded import EmbeddedAws

__all__ = ["DeploymentError", "deploy"]


def deploy(
    embedded: EmbeddedAws,
    template_path: Path,
    stack_name: str,
    parameters: Mapping[str, str],
    *,
    region: str | None = None,
) -> dict[str, str]:
    """Create a stack from a SAM template, or bring the existing one to it.

    Functions and layers are packed from their source; third-party packages come from this
    environment. A stack that has the same template, code and parameters is left as it is.

    Args:
        embedded: where to.
        template_path: the SAM template; its paths are relative to its folder.
        stack_name: of the stack.
        parameters: values of the template's parameters.
        region: where to deploy, the embedded AWS's region unless given.

    Returns:
        The outputs of the stack.

    Raises:
        DeploymentError: a resource could not be made; the message names it.
        FileNotFoundError: a path that the template names does not exist.
    """
    region = region or embedded.region
    template = read_template(template_path)
    bucket = f"artifacts-{embedded.account}-{region}"
    s3 = embedded.client("s3", region=region)
    _make_bucket(s3, bucket, region)

    def upload(content: bytes) -> dict[str, str]:
        key = key_of(content, ".zip")
        s3.put_object(Bucket=bucket, Key=key, Body=content)
        return {"Bucket": bucket, "Key": key}

    def upload_template(content: bytes) -> str:
        key = key_of(content, ".json")
        s3.put_object(Bucket=bucket, Key=key, Body=content)
        return f"{embedded.endpoint}/{bucket}/{key}"

    package(template, template_path.parent, upload)
    cloudformation = embedded.client("cloudformation", region=region)
    return bring_stack_to(cloudformation, stack_name, template, dict(parameters), upload_template)


def _make_bucket(s3: object, bucket: str, region: str) -> None:
    client = s3  # typed by boto3 at run time only
    present = [entry["Name"] for entry in client.list_buckets()["Buckets"]]  # type: ignore[attr-defined]
    if bucket not in present:
        where = {} if region == "us-east-1" else {"LocationConstraint": region}
        given = {"CreateBucketConfiguration": where} if where else {}
        client.create_bucket(Bucket=bucket, **given)  # type: ignore[attr-defined]
