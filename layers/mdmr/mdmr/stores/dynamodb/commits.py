"""One commit: a single write by itself, several as a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from mdmr.ports.state import Check, ConditionFailedError, Delete, Item, Put, Update, Write
from mdmr.stores.dynamodb.expressions import KIND_OF_WRITE, request
from mdmr.stores.dynamodb.faults import (
    BUSY,
    OUT_OF_REACH,
    UNFIT,
    busy,
    code_of,
    is_busy,
    is_unanswered,
    refusal,
    was_repeated,
)
from mdmr.stores.dynamodb.wire import item_from_wire
from mdmr.stores.limits import UnfitError
from mdmr.stores.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def commit(client: DynamoDBClient, table: str, patience: Patience, writes: Sequence[Write]) -> None:
    """Do all writes or none. Raises ConditionFailedError, StateBusyError, UnfitError."""
    if len(writes) == 1 and not isinstance(writes[0], Check):
        _commit_one(client, patience, writes[0], request(table, writes[0]))
    else:
        parts = [{KIND_OF_WRITE[type(write)]: request(table, write)} for write in writes]
        _commit_together(client, patience, parts)


def _commit_one(
    client: DynamoDBClient, patience: Patience, write: Write, asked: dict[str, Any]
) -> None:
    operations = {Put: client.put_item, Update: client.update_item, Delete: client.delete_item}
    operation: Any = operations[type(write)]
    unanswered = False
    for _ in patience.tries():
        try:
            operation(**asked)
        except OUT_OF_REACH:
            unanswered = True
        except ClientError as fault:
            if code_of(fault) == "ConditionalCheckFailedException":
                found = _found(fault.response)
                if (unanswered or was_repeated(fault)) and _is_own(asked, found):
                    return
                raise ConditionFailedError({0: found}) from None
            if not is_busy(fault):
                raise refusal(fault) from fault
            unanswered = unanswered or is_unanswered(fault)
        else:
            return
    raise busy("a write")


def _is_own(asked: Mapping[str, Any], found: Item | None) -> bool:
    """Return whether a Put that was sent twice met what its own first sending wrote."""
    return "Item" in asked and found == item_from_wire(asked["Item"])


def _commit_together(
    client: DynamoDBClient, patience: Patience, parts: list[dict[str, Any]]
) -> None:
    # With one token for all sendings a transaction whose answer was lost is not done twice.
    token = str(uuid4())
    transact: Any = client.transact_write_items
    for _ in patience.tries():
        try:
            transact(TransactItems=parts, ClientRequestToken=token)
        except OUT_OF_REACH:
            continue
        except ClientError as fault:
            if code_of(fault) == "TransactionCanceledException":
                _judge(fault)
            elif not is_busy(fault):
                raise refusal(fault) from fault
        else:
            return
    raise busy("a transaction")


def _judge(fault: ClientError) -> None:
    """Raise what a cancelled transaction means; return when it has to be tried again.

    As long as one write was turned away for the moment, the conditions of the others say too
    little: the one that was turned away may fail as well.
    """
    reasons: Sequence[Mapping[str, Any]] = fault.response.get("CancellationReasons", [])
    codes = {str(reason.get("Code", "None")) for reason in reasons} - {"None"}
    if codes & UNFIT:
        raise UnfitError(str(fault)) from fault
    if codes == {"ConditionalCheckFailed"}:
        raise ConditionFailedError(
            {
                at: _found(reason)
                for at, reason in enumerate(reasons)
                if reason.get("Code") == "ConditionalCheckFailed"
            }
        ) from None
    if not codes & BUSY:
        raise fault


def _found(answered: Mapping[str, Any]) -> Item | None:
    return item_from_wire(answered["Item"]) if answered.get("Item") else None
