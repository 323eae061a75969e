"""Conditions and updates as DynamoDB's expressions, every name and value by placeholder."""

from __future__ import annotations

from typing import Any

from mdmr.ports.state import (
    Absent,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Check,
    Condition,
    Delete,
    Equal,
    Put,
    Update,
    Value,
    Write,
)
from mdmr.stores.dynamodb.wire import WireValue, item_to_wire, key_to_wire, to_wire

KIND_OF_WRITE = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}
"""What a transaction calls each write."""

_COMPARATORS = {Equal: "=", AtMost: "<=", AtLeast: ">="}


class _Placeholders:
    """The names and values that one request's expressions speak of."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, WireValue] = {}
        self._taken: dict[str, str] = {}

    def name(self, attribute: str) -> str:
        if attribute not in self._taken:
            self._taken[attribute] = f"#{len(self._taken)}"
            self.names[self._taken[attribute]] = attribute
        return self._taken[attribute]

    def value(self, value: Value) -> str:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = to_wire(value)
        return placeholder


def request(table: str, write: Write) -> dict[str, Any]:
    """Return the request that does one write, alone or as part of a transaction."""
    marks = _Placeholders()
    made: dict[str, Any] = {"TableName": table}
    if isinstance(write, Put):
        made["Item"] = item_to_wire(write.item)
    else:
        made["Key"] = key_to_wire(write.key)
    if isinstance(write, Update):
        made["UpdateExpression"] = _update(write, marks)
    if write.condition is not None:
        made["ConditionExpression"] = _condition(write.condition, marks)
        made["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if marks.names:
        made["ExpressionAttributeNames"] = marks.names
    if marks.values:
        made["ExpressionAttributeValues"] = marks.values
    return made


def _update(update: Update, marks: _Placeholders) -> str:
    sets = [f"{marks.name(name)} = {marks.value(value)}" for name, value in update.set.items()]
    parts = ["SET " + ", ".join(sets)] if sets else []
    if update.remove:
        parts.append("REMOVE " + ", ".join(map(marks.name, update.remove)))
    return " ".join(parts)


def _condition(condition: Condition, marks: _Placeholders) -> str:
    if isinstance(condition, AnyOf | AllOf):
        # DynamoDB refuses parentheses that group nothing.
        if len(condition.conditions) == 1:
            return _condition(condition.conditions[0], marks)
        word = " OR " if isinstance(condition, AnyOf) else " AND "
        return word.join(_part(each, marks) for each in condition.conditions)
    name = marks.name(condition.attribute)
    if isinstance(condition, Absent):
        return f"attribute_not_exists({name})"
    return f"{name} {_COMPARATORS[type(condition)]} {marks.value(condition.value)}"


def _part(condition: Condition, marks: _Placeholders) -> str:
    part = _condition(condition, marks)
    return f"({part})" if " OR " in part or " AND " in part else part
