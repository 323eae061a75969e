"""The sweep: hands over again what got stuck."""

from __future__ import annotations

from typing import Any

from mdmr.exchange.inbound.sweep import sweep
from mdmr.ports.authority import NotActiveError
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, measure, task


@task
def handler(event: Event) -> dict[str, Any]:
    """Sweep once and return how much was handed over again, by kind; nothing where not active."""
    about(scheduled_time=event.get("scheduled_time"))
    try:
        swept = sweep(hub())
    except NotActiveError:
        # The schedule runs in both regions; the lease tells which one sweeps.
        logger.info("not active")
        count("Sweeps")
        return {}
    total = sum(swept.by_kind.values())
    if total:
        about(**swept.by_kind)
        logger.warning("handed over again")
    count("Sweeps")
    count("SweptUp", total)
    if swept.incidents:
        count("IncidentsOpened", swept.incidents)
    measure("OldestUnfinishedAge", swept.oldest.total_seconds())
    return swept.by_kind
