"""What functions ask of AWS while they live through a world, and what their roles do not allow.

The emulator tells policies no partition keys, so that no other run shows whether a role may write
the items that its function writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from unittest.mock import patch

from mdmr.ports.state import Absent, Check, Delete, Key, Put, Update, Write, key_of

from tests.simulation.story import Story
from tests.simulation.worker import Invocation, composed
from tests.support.crashing import Effect
from tools.policies.decisions import Decision
from tools.policies.kinds import DIRECTORY, HUB_STATE, kind_of
from tools.policies.patterns import Context
from tools.policies.stack import Stack

_TABLES = {"state": HUB_STATE, "directory": DIRECTORY}
_BUCKETS = {
    "inbound": "InboundBucket",
    "outbound": "OutboundBucket",
    "data": "DataBucket",
    "evidence": "EvidenceBucket",
}
_WRITES: dict[type[Write], str] = {
    Put: "PutItem",
    Update: "UpdateItem",
    Delete: "DeleteItem",
    Check: "ConditionCheckItem",
}


class Asked(NamedTuple):
    """A function asked for an action: on a table's items of a kind, or on a part of a bucket.

    `part` is the partition key of a kind, `index` for an index, or a key of the part of a bucket.
    """

    function: str
    action: str
    resource: str
    part: str


def asked_in(seed: int) -> set[Asked]:
    """Return all that functions ask for while they live through a seed."""
    found: set[Asked] = set()
    happens = Invocation._happen

    def happen(invocation: Invocation, effect: Effect) -> Any:  # noqa: ANN401
        # Its arguments may be gone once it has happened.
        found.update(_asked(invocation.function.name, effect))
        return happens(invocation, effect)

    with patch.object(Invocation, "_happen", happen), composed():
        story = Story(seed)
        try:
            story.run()
        finally:
            story.close()
    return found


def forbidden(stack: Stack, asked: set[Asked]) -> list[str]:
    """Return what of it the functions' own roles do not allow, a line each."""
    return sorted(
        f"{each.function}: {each.action} {each.resource} {each.part}"
        for each in asked
        if not _allowed(stack, each)
    )


def _allowed(stack: Stack, each: Asked) -> bool:
    role = stack.roles[each.function.removesuffix("Function") + "Role"]
    arn = stack.resolver.arn(each.resource)
    context: Context = {}
    if each.resource in _BUCKETS.values():
        arn = f"{arn}/{each.part}"
    elif each.part == "index":
        arn = f"{arn}/index/any"
    else:
        context = {"dynamodb:leadingkeys": (each.part,)}
    return stack.decide(role, each.action, arn, context) is Decision.ALLOWED


def _asked(function: str, effect: Effect) -> Iterator[Asked]:
    if effect.port in _TABLES:
        table = _TABLES[effect.port]
        for action, part in _of_table(table, effect):
            yield Asked(function, f"dynamodb:{action}", table, part)
    elif effect.port in _BUCKETS:
        for action in _of_bucket(effect):
            yield Asked(function, f"s3:{action}", _BUCKETS[effect.port], _part(effect))


def _of_table(table: str, effect: Effect) -> Iterator[tuple[str, str]]:
    def known(key: Key) -> str:
        kind = kind_of(table, key.partition)
        return key.partition if kind is None else kind.partition

    given = effect.arguments
    match effect.method:
        case "get":
            yield "GetItem", known(given[0])
        case "get_many":
            yield from (("BatchGetItem", known(key)) for key in given[0])
        case "query":
            yield "Query", known(Key(given[0], ""))
        case "query_index":
            yield "Query", "index"
        case "commit":
            yield from ((_WRITES[type(each)], known(_key(each))) for each in given)
        case "put_all":
            for each in given[0]:
                new = each.condition == Absent()
                yield "PartiQLInsert" if new else "PutItem", known(_key(each))
        case "put_all_new":
            yield from (("PartiQLInsert", known(key_of(item))) for item in given[0])
        case _:
            raise NotImplementedError(effect.name)


def _of_bucket(effect: Effect) -> Iterator[str]:
    match effect.method:
        case "read" | "stream" | "describe":
            yield "GetObjectVersion" if effect.port == "inbound" else "GetObject"
        case "put_new" | "put_again":
            yield "PutObject"
        case "versions":
            return
        case _:
            raise NotImplementedError(effect.name)


def _part(effect: Effect) -> str:
    """Return a key of the part of a bucket that an effect is about: `staged/x`."""
    return f"{str(effect.arguments[0]).partition('/')[0]}/x"


def _key(write: Write) -> Key:
    return key_of(write.item) if isinstance(write, Put) else write.key
