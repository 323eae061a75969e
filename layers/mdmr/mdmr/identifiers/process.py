"""The process of Universal SDP IDs: request files are worked in slots."""

from __future__ import annotations

from mdmr.exchange.ledger.slot_process import SlotProcess

IDENTIFIERS = SlotProcess("identifiers", "usdp.run_min")
