"""Requests of writes and queries; their expressions in pynamodb's grammar.

The grammar gives each name and value a placeholder. Values go in as this package writes them
(`wire`): pynamodb takes those as they are.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import and_, or_
from typing import Any

from pynamodb.expressions.condition import Condition as Expression
from pynamodb.expressions.operand import Path
from pynamodb.expressions.operand import Value as Operand
from pynamodb.expressions.update import Action, RemoveAction, SetAction
from pynamodb.expressions.update import Update as Actions

from mdmr.ports.state import (
    PARTITION,
    SORT,
    Absent,
    AllOf,
    AnyOf,
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
from mdmr.stores.dynamodb.wire import item_to_wire, key_to_wire, to_wire

KIND_OF_WRITE = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}
"""What a transaction calls each write."""


def request(table: str, write: Write) -> dict[str, Any]:
    """Return the request that does one write, alone or as part of a transaction."""
    made: dict[str, Any] = {"TableName": table}
    if isinstance(write, Put):
        made["Item"] = item_to_wire(write.item)
    else:
        made["Key"] = key_to_wire(write.key)
    expressions: dict[str, Expression | Actions] = {}
    if isinstance(write, Update):
        expressions["UpdateExpression"] = Actions(*_actions(write))
    if write.condition is not None:
        expressions["ConditionExpression"] = expression(write.condition)
        made["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return made | serialized(**expressions)


def partition_query(partition: str, prefix: str = "") -> dict[str, Any]:
    """Return what a query asks for: a partition, of it the sort keys that begin with `prefix`."""
    key = _path(PARTITION) == _operand(partition)
    return serialized(
        KeyConditionExpression=key & _path(SORT).startswith(prefix) if prefix else key
    )


def index_query(
    partitioned_by: str, ordered_by: str, partition: str, up_to: str | None
) -> dict[str, Any]:
    """Return what a query asks for: a partition of an index, `up_to` in its order, inclusive."""
    key = _path(partitioned_by) == _operand(partition)
    return serialized(
        KeyConditionExpression=key
        if up_to is None
        else key & (_path(ordered_by) <= _operand(up_to))
    )


def list_query(
    partitioned_by: str,
    ordered_by: str,
    partition: str,
    *,
    prefix: str = "",
    since: str = "",
    condition: Condition | None = None,
) -> dict[str, Any]:
    """Return what a query of a list asks for: begin and least of the order, and a filter."""
    key: Expression = _path(partitioned_by) == _operand(partition)
    if prefix:
        key &= _path(ordered_by).startswith(prefix)
    if since:
        key &= _path(ordered_by) >= _operand(since)
    if condition is None:
        return serialized(KeyConditionExpression=key)
    return serialized(KeyConditionExpression=key, FilterExpression=expression(condition))


def serialized(**expressions: Expression | Actions) -> dict[str, Any]:
    """Return expressions of one request as texts, with the names and values they speak of."""
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    made: dict[str, Any] = {
        parameter: each.serialize(names, values) for parameter, each in expressions.items()
    }
    if names:
        made["ExpressionAttributeNames"] = {mark: name for name, mark in names.items()}
    if values:
        made["ExpressionAttributeValues"] = values
    return made


def expression(condition: Condition) -> Expression:
    """Return a condition of the port as an expression."""
    if isinstance(condition, AnyOf | AllOf):
        combine = or_ if isinstance(condition, AnyOf) else and_
        return reduce(combine, map(expression, condition.conditions))
    path = _path(condition.attribute)
    if isinstance(condition, Absent):
        return path.does_not_exist()
    value = _operand(condition.value)
    if isinstance(condition, Equal):
        return path == value
    return path <= value if isinstance(condition, AtMost) else path >= value


def _actions(update: Update) -> list[Action]:
    sets = [SetAction(_path(name), _operand(value)) for name, value in update.set.items()]
    return [*sets, *(RemoveAction(_path(name)) for name in update.remove)]


@lru_cache(maxsize=512)
def _path(attribute: str) -> Path:
    # A text would be split at its dots.
    return Path([attribute])


def _operand(value: Value) -> Operand:
    return Operand(to_wire(value))


# pynamodb imports most of itself for its first path: let that be while a function starts.
_path(PARTITION)
