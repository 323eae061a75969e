"""The sweep: hands over again what got stuck."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mdmr.exchange.inbound.sweep import sweep
from mdmr.ports.authority import NotActiveError
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, task


@task
def handler(event: Event) -> dict[str, Any]:
    """Sweep once and return how much was handed over again, by kind; nothing where not active."""
    about(scheduled_time=event.get("scheduled_time"))
    try:
        swept = asdict(sweep(hub()))
    except NotActiveError:
        # The schedule runs in both regions; the lease tells which one sweeps.
        logger.info("not active")
        return {}
    if any(swept.values()):
        about(**swept)
        logger.warning("handed over again")
        count("SweptUp", sum(swept.values()))
    return swept
