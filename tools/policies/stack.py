"""The template's own policies: who is who, and what stands before which resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.policies.decisions import Decision, Guard, Principal, Reach
from tools.policies.documents import Statement, read_policy
from tools.policies.patterns import Context, UnreadablePolicyError
from tools.policies.resolving import ACCOUNT, Resolver
from tools.sam_template import REGION, Json

ORGANIZATION_POLICY = "OrganizationAccess"
STRANGERS_ACCOUNT = "999988887777"

# By type: the property that names the resources that the policy is put on.
_PUT_ON = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
}
_WITH_POLICIES_READ = {
    "AWS::IAM::Role",
    "AWS::IAM::ManagedPolicy",
    "AWS::KMS::Key",
    *_PUT_ON,
}
# Of other types only those are taken that are known to grant nothing by themselves.
_WITHOUT_POLICIES = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::DynamoDB::GlobalTable",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::KMS::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Logs::LogGroup",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
}
_ALSO_GRANT = {"PermissionsBoundary", "ResourcePolicy", "Policy", "AssumedBy", "AccessControl"}


class Stack:
    """The policies of one deployment of the transformed template.

    Attributes:
        resolver: gives names and ARNs.
        roles: by logical id.
        trust: who may take a role, by the role's logical id.
    """

    def __init__(
        self,
        template: Json,
        parameters: Mapping[str, str] | None = None,
        region: str = REGION,
        account: str = ACCOUNT,
    ) -> None:
        """Read all policies of the transformed template.

        Raises:
            UnreadablePolicyError: one of them, or a resource that may hold one, is not understood.
        """
        self.resolver = Resolver(template, parameters or {}, region, account)
        unknown = self.resolver.types() - _WITH_POLICIES_READ - _WITHOUT_POLICIES
        if unknown:
            raise UnreadablePolicyError(f"whether {sorted(unknown)} grant anything is not known")
        for name, each in self.resolver.resources(*_WITHOUT_POLICIES, "AWS::IAM::Role").items():
            if set(each.get("Properties", {})) & _ALSO_GRANT:
                raise UnreadablePolicyError(f"{name} has a policy that is not read")
        self._managed = {
            self.resolver.arn(name): self._read(each["Properties"]["PolicyDocument"])
            for name, each in self.resolver.resources("AWS::IAM::ManagedPolicy").items()
        }
        roles = self.resolver.resources("AWS::IAM::Role")
        self.roles = {name: self._role(name, each["Properties"]) for name, each in roles.items()}
        self.trust = {
            name: Guard(
                account,
                read_policy(
                    self.resolver.value(each["Properties"]["AssumeRolePolicyDocument"]),
                    of_trust=True,
                ),
                alone=True,
            )
            for name, each in roles.items()
        }
        self._guards = self._all_guards()
        self._keys = {
            name: str(self.resolver.value(_key_of(each["Properties"])))
            for name, each in self.resolver.resources("AWS::S3::Bucket").items()
        }

    def organization(self, org: str | None, *, account: str | None = None) -> Principal:
        """Return the role of an organization: the tag and the template's policy for it.

        Args:
            org: value of the tag; None for a role without it.
            account: of the role, the stack's unless given.

        Raises:
            NoSuchTagError: IAM takes no such value.
        """
        account = account or self.resolver.account
        return Principal(
            name=f"organization {org}",
            arn=f"arn:aws:iam::{account}:role/organization-{(org or 'none').strip('/ ')}",
            account=account,
            statements=self._managed[self.resolver.arn(ORGANIZATION_POLICY)],
            tags={} if org is None else {"org": org},
        )

    def guard(self, resource: str) -> Guard:
        """Return what stands before the resource of an ARN, an object's bucket for an object."""
        found = self._guards.get(resource.split("/", 1)[0] if ":s3:::" in resource else resource)
        if found is not None:
            return found
        named = "" if resource == "*" else resource.split(":")[4]
        return Guard(named or self.resolver.account)

    def key_of(self, bucket: str) -> str:
        """Return the ARN of the key that a bucket, by its logical id, is encrypted with."""
        return self._keys[bucket]

    def by_s3(self, bucket: str, caller: str | None = None) -> Context:
        """Return what S3 says when it asks a bucket's key in a caller's name.

        With a bucket key the encryption context is the bucket, whatever the object.

        Args:
            bucket: its logical id.
            caller: the caller's account, the stack's unless given.
        """
        return {
            "kms:viaservice": f"s3.{self.resolver.region}.amazonaws.com",
            "kms:calleraccount": caller or self.resolver.account,
            "kms:encryptioncontext:aws:s3:arn": self.resolver.arn(bucket),
            "kms:encryptioncontextkeys": ("aws:s3:arn",),
        }

    def by_sns(self, topic: str) -> Context:
        """Return what SNS says when it asks the key of a topic, by its logical id."""
        return {"kms:encryptioncontext:aws:sns:topicarn": self.resolver.arn(topic)}

    def reach(
        self, principal: Principal, action: str, resource: str, context: Context | None = None
    ) -> Reach:
        """Return the reach of a principal with an action among the resources behind one guard."""
        return Reach(principal, action, self.guard(resource), self._told(context))

    def decide(
        self, principal: Principal, action: str, resource: str, context: Context | None = None
    ) -> Decision:
        """Return what becomes of one request."""
        return self.reach(principal, action, resource, context).decide(resource)

    def may_take(self, principal: Principal, role: str, *, source: str | None = None) -> bool:
        """Return whether a principal may take the role of this logical id.

        Args:
            principal: a service of AWS or a role.
            role: its logical id.
            source: the account for which a service asks, the stack's unless given; empty when it
                tells none.
        """
        account = self.resolver.account if source is None else source
        context = self._told({"aws:sourceaccount": account} if account else {})
        reach = Reach(principal, "sts:AssumeRole", self.trust[role], context)
        return reach.decide(self.roles[role].arn) is Decision.ALLOWED

    def _told(self, context: Context | None) -> Context:
        return {"aws:requestedregion": self.resolver.region, **(context or {})}

    def _role(self, name: str, properties: Json) -> Principal:
        statements: list[Statement] = []
        for arn in self.resolver.value(properties.get("ManagedPolicyArns", [])):
            if arn not in self._managed:
                raise UnreadablePolicyError(f"{name}: what {arn} grants is not known")
            statements += self._managed[arn]
        for policy in properties.get("Policies", []):
            statements += self._read(policy["PolicyDocument"])
        tags = self.resolver.value(properties.get("Tags", []))
        return Principal(
            name=name,
            arn=self.resolver.arn(name),
            account=self.resolver.account,
            statements=tuple(statements),
            tags={str(tag["Key"]): str(tag["Value"]) for tag in tags},
        )

    def _read(self, document: Any, *, of_resource: bool = False) -> tuple[Statement, ...]:  # noqa: ANN401 - JSON
        return read_policy(self.resolver.value(document), of_resource=of_resource)

    def _all_guards(self) -> dict[str, Guard]:
        account = self.resolver.account
        guards = {
            self.resolver.arn(name): Guard(account)
            for name in self.resolver.resources("AWS::S3::Bucket")
        }
        for name, key in self.resolver.resources("AWS::KMS::Key").items():
            statements = self._read(key["Properties"]["KeyPolicy"], of_resource=True)
            guards[self.resolver.arn(name)] = Guard(account, statements, alone=True)
        for kind, put_on in _PUT_ON.items():
            for name, policy in self.resolver.resources(kind).items():
                statements = self._read(policy["Properties"]["PolicyDocument"], of_resource=True)
                targets = policy["Properties"][put_on]
                for target in targets if isinstance(targets, list) else [targets]:
                    if set(target) != {"Ref"}:
                        raise UnreadablePolicyError(f"{name}: what it is put on is not known")
                    arn = self.resolver.arn(target["Ref"])
                    before = guards.get(arn, Guard(account)).statements
                    guards[arn] = Guard(account, before + statements)
        return guards


def _key_of(bucket: Json) -> Any:  # noqa: ANN401 - JSON
    """Return a bucket's key as the template names it; its key of its own must be in use."""
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    if rule.get("BucketKeyEnabled") is not True:
        raise UnreadablePolicyError("without a bucket key the key is asked per object")
    return rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]
