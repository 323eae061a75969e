"""The hourly sweep: hands over again what got stuck."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mdmr.exchange.sweep import sweep
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, task


@task
def handler(event: Event) -> dict[str, Any]:
    """Sweep once and return how much was handed over again, by kind."""
    about(scheduled_time=event.get("scheduled_time"))
    swept = asdict(sweep(hub()))
    if any(swept.values()):
        about(**swept)
        logger.warning("handed over again")
        count("SweptUp", sum(swept.values()))
    return swept
