"""Roles on the embedded AWS, and what they really ask."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import time_machine
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub

# The credentials of a session, as boto3 takes them.
Signer = Mapping[str, str]

EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


class Roles:
    """Roles made and taken with the account's own rights; their requests are signed as theirs."""

    def __init__(self, aws: EmbeddedAws, hub: LocalHub) -> None:
        """Make roles on an embedded AWS that a hub is deployed to."""
        self._aws = aws
        self._policy = hub.outputs["OrganizationAccessPolicyArn"]
        self._stack = f"mdmr-{hub.stack}"

    def organization(
        self, name: str, tag: str | None, *, more: bool = False, account: str | None = None
    ) -> Signer:
        """Return what signs as a new role with the template's policy for organizations.

        Args:
            name: of the role.
            tag: the value of its tag `org`; None for none.
            more: whether it is allowed everything besides.
            account: where it is made, the hub's unless given.
        """
        there = self._aws if account is None else self._aws.as_account(account)
        iam = there.client("iam")
        iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(self._taken_by(there)),
            Tags=[] if tag is None else [{"Key": "org", "Value": tag}],
        )
        iam.put_role_policy(
            RoleName=name, PolicyName="own", PolicyDocument=json.dumps(self._document())
        )
        if more:
            iam.put_role_policy(
                RoleName=name, PolicyName="more", PolicyDocument=json.dumps(EVERYTHING)
            )
        return self._session(there, f"arn:aws:iam::{there.account}:role/{name}")

    def of_template(self, logical_id: str) -> Signer:
        """Return what signs as a role of the template, which the account takes for its service.

        Only the service is trusted: who it is trusted by is another question, asked elsewhere.
        """
        resource = self._aws.client("cloudformation").describe_stack_resource(
            StackName=self._stack, LogicalResourceId=logical_id
        )
        name = resource["StackResourceDetail"]["PhysicalResourceId"]
        iam = self._aws.client("iam")
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        self._trust(name, self._taken_by(self._aws))
        try:
            return self._session(self._aws, f"arn:aws:iam::{self._aws.account}:role/{name}")
        finally:
            self._trust(name, trust)

    def client(self, signer: Signer, service: str) -> Any:  # noqa: ANN401 - boto3's
        """Return a client that signs as a session of a role."""
        return self._aws.client(service, signer=signer)

    @contextmanager
    def now(self) -> Iterator[None]:
        """Sign at the emulator's time, as a signature is good for minutes."""
        with time_machine.travel(self._aws.now(), tick=True):
            yield

    def _document(self) -> dict[str, Any]:
        found: dict[str, Any] = self._aws.client("iam").get_policy_version(
            PolicyArn=self._policy, VersionId="v1"
        )["PolicyVersion"]["Document"]
        return found

    def _trust(self, name: str, document: Any) -> None:  # noqa: ANN401 - JSON
        self._aws.client("iam").update_assume_role_policy(
            RoleName=name, PolicyDocument=json.dumps(document)
        )

    @staticmethod
    def _taken_by(there: EmbeddedAws) -> dict[str, Any]:
        """Return the trust of a role that its own account takes."""
        who = {"AWS": f"arn:aws:iam::{there.account}:root"}
        trust = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}
        return {"Version": "2012-10-17", "Statement": [trust]}

    @staticmethod
    def _session(there: EmbeddedAws, role: str) -> Signer:
        given = there.client("sts").assume_role(RoleArn=role, RoleSessionName="session")
        credentials = given["Credentials"]
        return {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }
