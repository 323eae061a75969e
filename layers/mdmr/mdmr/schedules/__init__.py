"""Billing Cycle Schedules: the billing periods of each cycle of an LDC, told a year ahead."""
