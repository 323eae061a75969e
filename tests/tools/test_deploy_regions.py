"""The order in which two regions are deployed."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.deploy_regions import SAMCONFIG, OneRegionError, deploy, main, steps

CONFIG = tomllib.loads(SAMCONFIG.read_text(encoding="utf-8"))
FIRST, PRIMARY, STANDBY = "prod-standby-first", "prod", "prod-standby"


class Account:
    """CloudFormation of an account: the standby's stack with these parameters, or none."""

    def __init__(self, parameters: dict[str, str] | None, fault: str = "does not exist") -> None:
        self.parameters, self.fault = parameters, fault
        self.asked: list[tuple[str, str]] = []
        self._region = ""

    def __call__(self, region: str) -> Account:
        self._region = region
        return self

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self.asked.append((self._region, StackName))
        if self.parameters is None:
            raise ClientError({"Error": {"Message": self.fault}}, "DescribeStacks")
        given = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()
        ]
        return {"Stacks": [{"Parameters": given}]}


@pytest.mark.parametrize("parameters", [None, {}, {"Replicate": "false"}])
def test_the_standby_comes_first_until_it_replicates(parameters: dict[str, str] | None) -> None:
    account = Account(parameters)
    assert steps(CONFIG, "prod", account) == [FIRST, PRIMARY, STANDBY]
    assert account.asked == [("ca-west-1", "mdmr-prod")]


def test_what_replicates_is_never_deployed_without_replication_again() -> None:
    assert steps(CONFIG, "prod", Account({"Replicate": "true"})) == [PRIMARY, STANDBY]


def test_whatever_else_cloudformation_answers_ends_it() -> None:
    with pytest.raises(ClientError):
        steps(CONFIG, "prod", Account(None, fault="not authorized"))


def test_an_environment_of_one_region_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OneRegionError):
        steps(CONFIG, "dev", Account(None))
    assert main(["dev", "--sam", "sam"]) == 2
    assert capsys.readouterr().out == "dev has one region: make deploy CONFIG_ENV=dev\n"


def test_a_deployment_that_fails_ends_it() -> None:
    run: list[Sequence[str]] = []

    def runner(command: Sequence[str]) -> int:
        run.append(command)
        return 1 if command[-1] == PRIMARY else 0

    assert deploy([FIRST, PRIMARY, STANDBY], "sam", runner) == 1
    assert [command[-1] for command in run] == [FIRST, PRIMARY]
    assert run[0] == ["sam", "deploy", "--config-env", FIRST]
    assert deploy([PRIMARY], "sam", lambda _: 0) == 0


def test_the_sections_differ_in_role_and_replication_only() -> None:
    def given(section: str) -> dict[str, str]:
        text = CONFIG[section]["deploy"]["parameters"]["parameter_overrides"]
        return dict(each.split("=") for each in text.split())

    common = {
        "Environment": "prod",
        "PrimaryRegion": "ca-central-1",
        "StandbyRegion": "ca-west-1",
    }
    assert given(FIRST) == {**common, "Role": "standby", "Replicate": "false"}
    assert given(PRIMARY) == {**common, "Role": "primary", "Replicate": "true"}
    assert given(STANDBY) == {**common, "Role": "standby", "Replicate": "true"}
    for section in (FIRST, STANDBY):
        assert CONFIG[section]["global"]["parameters"]["region"] == "ca-west-1"
