"""The process of Billing Cycle Schedules: their files are worked in slots."""

from __future__ import annotations

from mdmr.exchange.ledger.slot_process import SlotProcess

SCHEDULES = SlotProcess("schedules", "schedule.run_min")
