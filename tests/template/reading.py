"""Looks into a transformed template: resources by type, policies by who they are given to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tools.sam_template import Json

# A check returns one line for each fault that it finds.
Check = Callable[[Json], list[str]]
# A plant puts one fault into a template.
Plant = Callable[[Json], None]

NO_VALUE = {"Ref": "AWS::NoValue"}


class Grant(NamedTuple):
    """One statement of a policy and the logical id of the role or policy that holds it."""

    holder: str
    statement: Json


def of_type(template: Json, *types: str) -> dict[str, Json]:
    """Return the resources of these types by logical id."""
    return {name: each for name, each in template["Resources"].items() if each["Type"] in types}


def properties(template: Json, name: str) -> Json:
    """Return the properties of one resource. Raises KeyError."""
    found: Json = template["Resources"][name]["Properties"]
    return found


def listed(value: object) -> list[object]:
    """Return a value that may stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [value]


def statements(document: Json) -> list[Json]:
    """Return the statements of a policy document."""
    return [each for each in listed(document["Statement"]) if isinstance(each, dict)]


def grants(template: Json) -> Iterator[Grant]:
    """Yield every statement of every identity policy: those of roles and the managed ones."""
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            yield from (Grant(name, each) for each in statements(policy["PolicyDocument"]))
    for name, policy in of_type(template, "AWS::IAM::ManagedPolicy").items():
        yield from (
            Grant(name, each) for each in statements(policy["Properties"]["PolicyDocument"])
        )


def held_by(template: Json, role: str) -> list[Json]:
    """Return the statements of a role, its own and those of the managed policies it takes."""
    taken = properties(template, role).get("ManagedPolicyArns", [])
    own = {role} | {str(each.get("Ref")) for each in possible(taken) if isinstance(each, dict)}
    return [grant.statement for grant in grants(template) if grant.holder in own]


def possible(values: list[object]) -> list[object]:
    """Return what a list of values may come to in one deployment or another."""
    found: list[object] = []
    for each in values:
        if isinstance(each, dict) and "Fn::If" in each:
            found += [value for value in each["Fn::If"][1:] if value != NO_VALUE]
        else:
            found.append(each)
    return found


def actions(statement: Json) -> set[str]:
    """Return the actions that a statement names."""
    return {str(each) for each in listed(statement.get("Action", []))}


def mentions(part: object, text: str) -> bool:
    """Return whether a text stands anywhere in a part of a template."""
    return text in json.dumps(part, default=str)


def policies_on(template: Json, kind: str, property_name: str, target: str) -> list[Json]:
    """Return the statements of the policies of a kind that are put on the resource `target`."""
    return [
        statement
        for policy in of_type(template, kind).values()
        if {"Ref": target} in listed(policy["Properties"][property_name])
        for statement in statements(policy["Properties"]["PolicyDocument"])
    ]
