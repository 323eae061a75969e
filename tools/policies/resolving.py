"""Values of a transformed template, as one deployment of it gives them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tools.sam_template import Json

ACCOUNT = "111122223333"
PARTITION = "aws"

_NOTHING = object()
_WITHIN = re.compile(r"\$\{(!?)([^{}]*)\}")


class UnresolvableError(ValueError):
    """A part of the template that no value is known for here."""


# How a resource is called by its type: the property with its name, and its ARN by that name.
_ARNS: dict[str, tuple[str, str]] = {
    "AWS::S3::Bucket": ("BucketName", "arn:{p}:s3:::{name}"),
    "AWS::SQS::Queue": ("QueueName", "arn:{p}:sqs:{r}:{a}:{name}"),
    "AWS::SNS::Topic": ("TopicName", "arn:{p}:sns:{r}:{a}:{name}"),
    "AWS::Events::EventBus": ("Name", "arn:{p}:events:{r}:{a}:event-bus/{name}"),
    "AWS::Events::Rule": ("Name", "arn:{p}:events:{r}:{a}:rule/{name}"),
    "AWS::Scheduler::Schedule": ("Name", "arn:{p}:scheduler:{r}:{a}:schedule/default/{name}"),
    "AWS::DynamoDB::GlobalTable": ("TableName", "arn:{p}:dynamodb:{r}:{a}:table/{name}"),
    "AWS::SecretsManager::Secret": ("Name", "arn:{p}:secretsmanager:{r}:{a}:secret:{name}-AbCd12"),
    "AWS::Lambda::Function": ("FunctionName", "arn:{p}:lambda:{r}:{a}:function:{name}"),
    "AWS::StepFunctions::StateMachine": (
        "StateMachineName",
        "arn:{p}:states:{r}:{a}:stateMachine:{name}",
    ),
    "AWS::Logs::LogGroup": ("LogGroupName", "arn:{p}:logs:{r}:{a}:log-group:{name}:*"),
    "AWS::KMS::Key": ("", "arn:{p}:kms:{r}:{a}:key/{name}"),
    "AWS::IAM::Role": ("RoleName", "arn:{p}:iam::{a}:role/{name}"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "arn:{p}:iam::{a}:policy/{name}"),
    "AWS::CloudWatch::Alarm": ("AlarmName", "arn:{p}:cloudwatch:{r}:{a}:alarm:{name}"),
}
# Whose `Ref` is the ARN; of the others it is the name.
_REFERRED_BY_ARN = {
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
    "AWS::IAM::ManagedPolicy",
}


class Resolver:
    """One deployment of a template: its parameters, account and region."""

    def __init__(
        self, template: Json, parameters: Mapping[str, str], region: str, account: str = ACCOUNT
    ) -> None:
        """Deploy the transformed `template` in mind, with `parameters` over its defaults."""
        self.account, self.region = account, region
        self._template = template
        self._arns: dict[str, str] = {}
        self._values: dict[str, Any] = {
            "AWS::AccountId": account,
            "AWS::Region": region,
            "AWS::Partition": PARTITION,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": _NOTHING,
        }
        for name, declared in template.get("Parameters", {}).items():
            value = parameters.get(name, declared.get("Default"))
            if value is not None:
                self._values[name] = value
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self.ref,
            "Condition": self._condition,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._substituted,
            "Fn::If": self._chosen,
            "Fn::Equals": lambda both: self.value(both[0]) == self.value(both[1]),
            "Fn::Not": lambda one: not self.value(one[0]),
            "Fn::And": lambda them: all(self.value(each) for each in them),
            "Fn::Or": lambda them: any(self.value(each) for each in them),
            "Fn::FindInMap": self._mapped,
            "Fn::Join": lambda given: str(given[0]).join(map(str, self.value(given[1]))),
        }

    @property
    def root(self) -> str:
        """The ARN of the account."""
        return f"arn:{PARTITION}:iam::{self.account}:root"

    def resources(self, *types: str) -> dict[str, Json]:
        """Return the resources of these types that are made in this deployment, by logical id."""
        return {
            name: each
            for name, each in self._template["Resources"].items()
            if each["Type"] in types
            and ("Condition" not in each or self._condition(each["Condition"]))
        }

    def types(self) -> set[str]:
        """Return the types of all resources of the template."""
        return {str(each["Type"]) for each in self._template["Resources"].values()}

    def value(self, node: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
        """Return a part of the template with everything filled in. Raises UnresolvableError."""
        if isinstance(node, list):
            values = [self.value(each) for each in node]
            return [each for each in values if each is not _NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name,) = node
            # A policy's own element `Condition` is no function: its content is no text.
            is_function = name in self._functions and not isinstance(node[name], dict)
            if is_function:
                return self._functions[name](node[name])
            if name.startswith("Fn::"):
                raise UnresolvableError(f"function {name}")
        filled = {key: self.value(each) for key, each in node.items()}
        return {key: each for key, each in filled.items() if each is not _NOTHING}

    def ref(self, name: str) -> Any:  # noqa: ANN401 - what a parameter is
        """Return what a name refers to. Raises UnresolvableError."""
        if name in self._values:
            return self._values[name]
        kind = self._resource(name)["Type"]
        return self.arn(name) if kind in _REFERRED_BY_ARN else self._name(name)

    def arn(self, name: str) -> str:
        """Return the ARN of a resource by its logical id. Raises UnresolvableError."""
        if name not in self._arns:
            self._arns[name] = self._arn(name)
        return self._arns[name]

    def _arn(self, name: str) -> str:
        resource = self._resource(name)
        own = self._name(name)
        bus = resource.get("Properties", {}).get("EventBusName")
        if bus is not None and resource["Type"] == "AWS::Events::Rule":
            own = f"{self.value(bus)}/{own}"
        pattern = _ARNS[resource["Type"]][1]
        return pattern.format(p=PARTITION, r=self.region, a=self.account, name=own)

    def _resource(self, name: str) -> Json:
        found: Json | None = self._template["Resources"].get(name)
        if found is None or found["Type"] not in _ARNS:
            raise UnresolvableError(f"what {name} refers to")
        return found

    def _name(self, name: str) -> str:
        """Return a resource's name; one that AWS makes up is the logical id."""
        resource = self._resource(name)
        given = resource.get("Properties", {}).get(_ARNS[resource["Type"]][0])
        return name if given is None else str(self.value(given))

    def _condition(self, name: str) -> bool:
        return bool(self.value(self._template["Conditions"][name]))

    def _attribute(self, path: Any) -> str:  # noqa: ANN401 - a list or a text with a dot
        name, attribute = path if isinstance(path, list) else path.split(".", 1)
        kind = self._resource(name)["Type"]
        if attribute in {"Arn", "TopicArn"}:
            return self.arn(name)
        if attribute in {"QueueName", "TopicName"} and _ARNS[kind][0] == attribute:
            return self._name(name)
        raise UnresolvableError(f"{name}.{attribute}")

    def _substituted(self, given: Any) -> str:  # noqa: ANN401 - a text, or a list with values
        text, own = given if isinstance(given, list) else (given, {})

        def fill(found: re.Match[str]) -> str:
            if found[1]:
                return "${" + found[2] + "}"
            if found[2] in own:
                return str(self.value(own[found[2]]))
            return str(self._attribute(found[2]) if "." in found[2] else self.ref(found[2]))

        return _WITHIN.sub(fill, text)

    def _chosen(self, given: list[Any]) -> Any:  # noqa: ANN401 - JSON
        name, met, otherwise = given
        return self.value(met if self._condition(name) else otherwise)

    def _mapped(self, path: list[Any]) -> Any:  # noqa: ANN401 - JSON
        table, first, second = [self.value(each) for each in path]
        return self._template["Mappings"][table][first][second]
