"""What a request about one file names: the file, who asks it, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.outbound.resending import Asked
from mdmr.operation.faults import Fault, Reader
from mdmr.ports.hub import Hub


def about_file(hub: Hub, request: Mapping[str, Any]) -> tuple[Receipt | None, Asked, list[Fault]]:
    """Return the file of a request and what is asked, with every fault of the request.

    `receipt` is the file's id, `request` that of the request itself, `why` a few words. The file is
    None when the request does not name one that there is, which is a fault.
    """
    reader = Reader()
    receipt_id, request_id = (
        reader.filled(request.get(each), each) for each in ("receipt", "request")
    )
    why = reader.short(request.get("why"), "why")
    found = receipts.find(hub.state, receipt_id) if receipt_id else None
    if receipt_id and found is None:
        reader.fault("receipt", f"{receipt_id} is the id of no file")
    return found, Asked(request_id, str(request["by"]), why), reader.faults
