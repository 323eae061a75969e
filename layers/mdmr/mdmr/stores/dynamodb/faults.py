"""What DynamoDB answers when it does not do what it was asked, and how often it is asked again.

Turned away for the moment (throttled, in conflict with a transaction, out of reach): asked again a
bounded number of times with growing, random pauses, then StateBusyError. A fault of the request:
UnfitError. Anything else is passed on as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from botocore import exceptions as sdk

from mdmr.ports.state import StateBusyError
from mdmr.stores.limits import UnfitError
from mdmr.stores.patience import Patience

OUT_OF_REACH = (sdk.ConnectionError, sdk.HTTPClientError)
"""No answer came: what was asked may have been done."""

UNKNOWN = "InternalServerError"

BUSY = frozenset(
    {
        UNKNOWN,
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Codes of a request, of one write of a transaction, and of one statement of a batch."""

UNFIT = frozenset({"ItemCollectionSizeLimitExceeded", "ValidationError", "ValidationException"})


def code_of(fault: sdk.ClientError) -> str:
    """Return the code of an answered fault."""
    return str(fault.response.get("Error", {}).get("Code", ""))


def is_busy(fault: sdk.ClientError) -> bool:
    """Return whether trying again is right."""
    return code_of(fault) in BUSY or is_unanswered(fault)


def is_unanswered(fault: sdk.ClientError) -> bool:
    """Return whether DynamoDB failed inside: what was asked may have been done."""
    metadata: Any = fault.response.get("ResponseMetadata", {})
    return (
        code_of(fault) == UNKNOWN
        or metadata.get("HTTPStatusCode", 0) >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def was_repeated(fault: sdk.ClientError) -> bool:
    """Return whether the client had sent the request more than once on its own."""
    metadata: Any = fault.response.get("ResponseMetadata", {})
    return bool(metadata.get("RetryAttempts"))


def refusal(fault: sdk.ClientError) -> Exception:
    """Return what to raise for an answered fault that trying again does not mend."""
    return UnfitError(str(fault)) if code_of(fault) in UNFIT else fault


def busy(operation: str) -> StateBusyError:
    """Return what to raise when patience has ended."""
    return StateBusyError(f"{operation} was turned away each time")


def answer(patience: Patience, operation: Callable[..., Any], **request: object) -> dict[str, Any]:
    """Return the answer to a reading request. Raises StateBusyError, UnfitError."""
    for _ in patience.tries():
        try:
            answered: dict[str, Any] = operation(**request)
        except OUT_OF_REACH:
            continue
        except sdk.ClientError as fault:
            if not is_busy(fault):
                raise refusal(fault) from fault
        else:
            return answered
    raise busy("a read")
