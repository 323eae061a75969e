"""What an execution of the gateway machine does when its wait is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from msgspec.structs import replace

from mdmr.continuity import committing
from mdmr.continuity.attending import attend
from mdmr.exchange.announcing.spreading import spread
from mdmr.exchange.announcing.telling_held import tell_held
from mdmr.exchange.ledger import incidents
from mdmr.exchange.ledger.held import Window
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Value

GATEWAY_FAILED = "GATEWAY_FAILED"


def tend(hub: Hub, data: Mapping[str, Value], *, until: datetime) -> datetime | None:
    """Do what an execution was started for; return when to do it again, None when it is done.

    `data` has `order` (attend to the gateway), `held` (tell of a held window) or `notice` (tell
    everyone of it). What takes long goes on until `until`, then at once again. Repeated, it does
    nothing new. Raises KeyError for anything else, and what the use cases raise.
    """
    if "order" in data:
        return attend(hub, int(str(data["order"])), until)
    if "held" in data:
        return tell_held(hub, Window.of(cast("Item", data["held"])))
    spread(hub, str(data["notice"]))
    return None


def tell_failure(hub: Hub, data: Mapping[str, Value], error: str) -> None:
    """Open an incident: what an execution was started for (`data`) failed for good with an error.

    Raises NotActiveError, StateBusyError.
    """
    held_for = Window.of(cast("Item", data["held"])).sender if "held" in data else ""
    opened = incidents.opened(
        subject=_subject(data), organization=held_for, what=GATEWAY_FAILED, at=hub.clock.now()
    )
    told = replace(opened, set={**opened.set, "fault": error})
    hub.state.commit(hub.lease.mandate(committing.SUBJECT).check, told)


def _subject(data: Mapping[str, Value]) -> str:
    if "held" in data:
        return Window.of(cast("Item", data["held"])).id
    return f"order {data['order']}" if "order" in data else f"notice {data['notice']}"
