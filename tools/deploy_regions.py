"""Deploys both regions of an environment in the order that they need each other.

`python -m tools.deploy_regions prod --sam .venv-sam/bin/sam` deploys `prod` and `prod-standby` of
samconfig.toml, before them `prod-standby-first` unless the standby replicates already.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tools.sam_template import ROOT

SAMCONFIG = ROOT / "samconfig.toml"
# Gives the CloudFormation client of a region.
Clients = Callable[[str], Any]
# Runs a command and returns its exit code.
Runner = Callable[[Sequence[str]], int]


class OneRegionError(ValueError):
    """The environment has no second region in samconfig.toml."""


def steps(config: Mapping[str, Any], environment: str, clients: Clients) -> list[str]:
    """Return the sections of samconfig.toml to deploy, in their order. Raises OneRegionError."""
    first, standby = f"{environment}-standby-first", f"{environment}-standby"
    if not {environment, first, standby} <= config.keys():
        raise OneRegionError(environment)
    place = config[standby]["global"]["parameters"]
    replicates = _parameter(clients(place["region"]), place["stack_name"], "Replicate") == "true"
    return [environment, standby] if replicates else [first, environment, standby]


def deploy(sections: Sequence[str], sam: str, run: Runner) -> int:
    """Deploy one section after the other; the first that fails ends it with its exit code."""
    for section in sections:
        print(f"\n== {section}")
        code = run([sam, "deploy", "--config-env", section])
        if code:
            return code
    return 0


def _parameter(cloudformation: Any, stack: str, name: str) -> str | None:  # noqa: ANN401 - boto3's
    """Return a parameter's value of a stack, None when there is no such stack or parameter."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    given = {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", ())}
    return given.get(name)


def main(arguments: Sequence[str]) -> int:
    """Deploy the environment that is named."""
    parser = argparse.ArgumentParser(description="Deploy both regions of an environment.")
    parser.add_argument("environment")
    parser.add_argument("--sam", required=True, help="the sam command")
    given = parser.parse_args(arguments)
    config = tomllib.loads(SAMCONFIG.read_text(encoding="utf-8"))
    try:
        sections = steps(
            config,
            given.environment,
            lambda region: boto3.client("cloudformation", region_name=region),
        )
    except OneRegionError:
        print(f"{given.environment} has one region: make deploy CONFIG_ENV={given.environment}")
        return 2
    return deploy(
        sections, given.sam, lambda command: subprocess.run(command, check=False).returncode
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
