"""Renews the lease of the region that holds it, every minute."""

from __future__ import annotations

from typing import Any

from mdmr.continuity.renewing import renew, renewal_age
from mdmr.runtime.compose import hub, region
from mdmr.runtime.observe import Event, about, count, logger, measure, task


@task
def handler(event: Event) -> dict[str, Any]:
    """Renew once and return what that came to; a renewal that is refused fails."""
    about(scheduled_time=event.get("scheduled_time"))
    if age := renewal_age(hub(), region()):
        measure("LeaseRenewalAge", age.total_seconds())
    renewal = renew(hub(), region())
    about(lease=renewal.value)
    logger.debug("looked after the lease")
    count("LeaseRenewals")
    return {"lease": renewal.value}
