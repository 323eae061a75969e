"""Answers for a batch of request records: each pair gets its one number."""

from __future__ import annotations

from collections.abc import Sequence

from mdmr.identifiers.numbers import Given, Wanted, give
from mdmr.identifiers.requests import Answer, Request, Status
from mdmr.identifiers.universal_id import Pair
from mdmr.ports.state import StateStore


def answers(
    directory: StateStore,
    secret: bytes,
    requests: Sequence[Request],
    *,
    receipt_id: str,
    epoch: int,
) -> list[Answer]:
    """Return the answers in the order of the requests, all of one file (`receipt_id`).

    Of several records with one pair the first is the one that a number is issued to.
    """
    first: dict[Pair, Request] = {}
    for request in requests:
        if request.pair is not None:
            first.setdefault(request.pair, request)
    wanted = [Wanted(pair, f"{receipt_id}#{each.line}") for pair, each in first.items()]
    given = dict(zip(first, give(directory, secret, wanted, epoch), strict=True))
    return [_answer(request, given, first) for request in requests]


def _answer(request: Request, given: dict[Pair, Given], first: dict[Pair, Request]) -> Answer:
    if request.pair is None:
        return Answer(request, request.refused or Status.INCOMPLETE_DATA)
    number = given[request.pair]
    issued = number.issued and first[request.pair] is request
    status = Status.ISSUED if issued else Status.ALREADY_ISSUED
    return Answer(request, status, number.universal_sdp_id)
