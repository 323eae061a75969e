"""What the operator's command calls: starting the hub, its registry, a look at files."""

from __future__ import annotations

from typing import Any

from mdmr.operation import commands, gateway
from mdmr.runtime.compose import hub, region
from mdmr.runtime.observe import Event, about, count, logger, task


@task
def handler(event: Event) -> dict[str, Any]:
    """Do one command; what cannot be done is told as faults, not raised."""
    about(action=event.get("action"))
    answer = commands.answer(hub(), event, region())
    logger.info("answered")
    count("GatewayChanges", gateway.changes_in(answer))
    return answer
