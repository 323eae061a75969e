"""The command, and a hub that answers from memory: as its unit tests have them."""

from __future__ import annotations

from tests.unit.cli.conftest import hub, mdmr, storage

__all__ = ["hub", "mdmr", "storage"]
