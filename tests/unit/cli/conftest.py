"""The command, and a hub that answers from memory."""

from __future__ import annotations

from tests.support.command import hub, mdmr, storage

__all__ = ["hub", "mdmr", "storage"]
