"""Tells what time it is."""

# ruff: noqa: INP001 - a folder to upload

from datetime import UTC, datetime
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Return the instant; one that was scheduled makes sure that it is the right one.

    Raises:
        RuntimeError: it is not the scheduled time.
    """
    now = datetime.now(UTC)
    if "scheduled_time" in event and datetime.fromisoformat(event["scheduled_time"]) != now:
        raise RuntimeError(f"{now} is not {event['scheduled_time']}")
    return {"worked": now.isoformat()}
