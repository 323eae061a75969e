"""Brings a stack of the embedded AWS to what a template says."""

import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from mdmr_local.deploy.template import Template

_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
_POLL_SECONDS = 0.02


class DeploymentError(RuntimeError):
    """A stack could not be created or updated; the message names the resources that failed."""


def bring_stack_to(
    cloudformation: Any,
    name: str,
    template: Template,
    parameters: dict[str, str],
    upload: Callable[[bytes], str],
) -> dict[str, str]:
    """Create the stack, update it if it differs, or leave it as it is.

    Args:
        cloudformation: a boto3 client.
        name: of the stack.
        template: packaged; its text decides whether the stack differs.
        parameters: values of the template's parameters.
        upload: keeps a text in a bucket and returns its URL; a request could not hold the
            template.

    Returns:
        The outputs of the stack.

    Raises:
        DeploymentError: it failed.
    """
    wanted = {
        "StackName": name,
        "TemplateURL": upload(json.dumps(template, sort_keys=True).encode()),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        "Capabilities": _CAPABILITIES,
    }
    present = _describe(cloudformation, name)
    try:
        if present is None:
            cloudformation.create_stack(**wanted)
        elif _differs(cloudformation, present, wanted, template):
            _update(cloudformation, wanted)
    except ClientError as error:
        raise DeploymentError(f"stack {name}: {error}") from error
    stack = _finished(cloudformation, name)
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _describe(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stack


def _differs(
    cloudformation: Any, present: dict[str, Any], wanted: dict[str, Any], template: Template
) -> bool:
    given = {p["ParameterKey"]: p.get("ParameterValue") for p in present.get("Parameters", [])}
    for parameter in wanted["Parameters"]:
        if given.get(parameter["ParameterKey"]) != parameter["ParameterValue"]:
            return True
    body = cloudformation.get_template(StackName=wanted["StackName"])["TemplateBody"]
    if isinstance(body, str):
        body = json.loads(body)
    return bool(body != json.loads(json.dumps(template)))


def _update(cloudformation: Any, wanted: dict[str, Any]) -> None:
    try:
        cloudformation.update_stack(**wanted)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


def _finished(cloudformation: Any, name: str) -> dict[str, Any]:
    while True:
        stack = _describe(cloudformation, name)
        if stack is None:
            raise DeploymentError(f"stack {name} is gone")
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(_POLL_SECONDS)
    if stack["StackStatus"] not in _DONE:
        raise DeploymentError(
            f"stack {name}: {stack['StackStatus']} {stack.get('StackStatusReason', '')}\n"
            + "\n".join(_failures(cloudformation, name))
        )
    return stack


def _failures(cloudformation: Any, name: str) -> list[str]:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return [
        f"  {event['LogicalResourceId']} ({event['ResourceType']}): "
        f"{event.get('ResourceStatusReason', event['ResourceStatus'])}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED")
    ]
