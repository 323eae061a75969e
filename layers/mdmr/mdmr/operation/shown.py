"""Files and deliveries as an answer tells them: plain data, times as ISO 8601 in UTC."""

from __future__ import annotations

from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.outbound.delivery import Delivery

_KEPT = "kept as it is: the gateway is HOLD"


def file(receipt: Receipt, *, kept: bool = False) -> dict[str, Any]:
    """Return a file with its present state, since when and why, and how it came to it.

    Of one that nothing is decided about yet the state lasts since it arrived. `kept`: it is
    inside, and the gateway keeps it from being worked.
    """
    arrival = receipt.arrival
    last = receipt.history[-1] if receipt.history else None
    return {
        "id": receipt.id,
        "key": arrival.key,
        "version_id": arrival.version_id,
        "name": arrival.name,
        "arrived": to_text(arrival.arrived),
        "size": arrival.size,
        "state": receipt.state.value,
        "code": receipt.code,
        "slot": receipt.work_id,
        "reason": _KEPT if kept else last.reason if last else "not decided yet",
        "kept": kept,
        "since": to_text(last.at if last else arrival.arrived),
        "history": [
            {"what": step.state.value, "at": to_text(step.at), "why": step.reason}
            for step in receipt.history
        ],
    }


def delivery(each: Delivery) -> dict[str, Any]:
    """Return a delivery with its present state, since when, its tries, and how it came to it."""
    return {
        "id": each.id,
        "file": str(each.name),
        "file_id": each.report.file_id,
        "ldc": each.report.org_1,
        "recipient": each.report.recipient,
        "state": each.state,
        "decided": to_text(each.decided),
        "since": to_text(each.history[-1].at),
        "tries": each.tries,
        "next_try": to_text(each.retry_at) if each.open and each.retry_at else None,
        "size": each.size,
        "sha256": each.sha256,
        "resend": each.resend.number if each.resend else 0,
        "history": [
            {"what": step.what, "at": to_text(step.at), "why": step.why} for step in each.history
        ],
    }
