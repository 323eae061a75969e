"""Times as they are given to the command and shown by it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer

from mdmr_cli.exits import ExitCode, fail

Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Earliest time: ISO 8601 with offset. Default: no limit."),
]
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def read_since(text: str | None) -> datetime | None:
    """Return the instant that was given. Ends the command with 2 when it is none."""
    from mdmr.operation.faults import Reader

    reader = Reader()
    instant = reader.instant(text, "--since")
    if reader.faults:
        fail(ExitCode.FAULTY, (f"{each.path}: {each.text}" for each in reader.faults))
    return instant


def est(text: str) -> str:
    """Return an instant as the hub tells it in the form people read, in EST.

    >>> est("2025-08-20T05:05:00.000Z")
    '2025-08-20 00:05:00'
    """
    from mdmr.calendar.instants import est_shown, from_text

    return est_shown(from_text(text))


def lasting(span: timedelta) -> str:
    """Return a span of time in its two largest units.

    >>> lasting(timedelta(hours=26, minutes=5))
    '1 d 2 h'
    """
    seconds = max(int(span.total_seconds()), 0)
    parts = []
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
