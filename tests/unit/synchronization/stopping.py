"""Sets at which a step failed, at each point of their way, and what was told of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger import incidents, receipts
from mdmr.exchange.outbound.resending import Asked
from mdmr.ports.state import Item
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending, deciding, finding
from mdmr.synchronization.sets.attending import Looked, Outcome
from mdmr.synchronization.sets.states import Decision, SetState
from mdmr.synchronization.sets.stopping import STOPPED_SET

from tests.support.market import AGENT
from tests.support.set_steps import process_step
from tests.support.story import Platform
from tests.support.towns import HOUSE, SHOP, meter, sdp
from tests.support.working import (
    files_of,
    reports,
    send,
    stage,
    step,
)

NOW = datetime(2025, 10, 21, 15, 0, 30, tzinfo=EST)
MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
TOWN = sdp(HOUSE) + sdp(SHOP) + meter(1) + f"REL|SM|{HOUSE}|M-1|20250901000000|\n"
NEXT = f"REL|SA|{HOUSE}|ACC-1|20251001000000|\n"
ASKED = Asked("a request", "test", "as agreed")
ERROR = "RuntimeError"


def sent(hub: Platform, told: str, number: int, tx_id: str = "") -> SetId:
    """Send a set a minute after the last one."""
    hub.clock.advance(MINUTE)
    name = tx_id or f"tx{number:04}"
    return send(hub, files_of(told, name, number, at=hub.clock.now()))


def looked(hub: Platform, set_id: SetId) -> Looked:
    return attending.look(hub.hub, set_id)


def stopped(hub: Platform, set_id: SetId, failed: str = "Load", tried: int = 5) -> str:
    """Let a state of the machine have failed for good, and return what comes next."""
    return process_step(hub.hub, set_id, "stop", error=ERROR, failed=failed, tried=tried)


def decided(hub: Platform, set_id: SetId, decision: Decision) -> None:
    hub.clock.advance(QUARTER)
    deciding.decide(hub.hub, set_id, decision, ASKED)


def status_of(hub: Platform, name: str = "IR06") -> list[str]:
    """Return the status section of the LDC's last report from its status on."""
    return split(reports(hub, name)[-1][0])[9:]


def rows_of(hub: Platform, name: str) -> list[list[str]]:
    return [split(line) for line in reports(hub, name)[-1] if line.startswith("DTL|")]


def incident_of(hub: Platform, set_id: SetId, what: str = STOPPED_SET) -> Item:
    item = hub.hub.state.get(incidents.incident_key(subject=str(set_id), what=what))
    assert item is not None
    return item


def files(hub: Platform) -> set[str]:
    return {each.state.value for each in receipts.of_organization(hub.hub.state, AGENT)}


def failing(where: object, name: str) -> AbstractContextManager[object]:
    def fail(*_given: Any, **_named: Any) -> None:  # noqa: ANN401 - any function's
        raise RuntimeError

    return patch.object(where, name, fail)


def gathering(hub: Platform) -> SetId:
    """A set whose Manifest the hub cannot get over."""
    set_id = sent(hub, TOWN, 1)
    with failing(finding, "_manifest"), pytest.raises(RuntimeError):
        looked(hub, set_id)
    return set_id


def held(hub: Platform) -> SetId:
    set_id = sent(hub, TOWN, 2)
    assert looked(hub, set_id).each.state is SetState.HELD
    return set_id


def in_staging(hub: Platform) -> SetId:
    set_id = sent(hub, TOWN, 1)
    assert looked(hub, set_id).outcome is Outcome.STAGE
    return set_id


def in_loaded(hub: Platform) -> SetId:
    set_id = sent(hub, TOWN, 1)
    assert stage(hub.hub, set_id).state is SetState.LOADED
    return set_id


def in_processing(hub: Platform) -> SetId:
    set_id = in_loaded(hub)
    step(hub.hub, set_id, "plan", "0000")
    return set_id


def all_applied(hub: Platform) -> SetId:
    set_id = in_processing(hub)
    for name in ("decide", "apply"):
        step(hub.hub, set_id, name, "0000")
    return set_id


ANYWHERE: dict[str, Callable[[Platform], SetId]] = {
    "gathering": gathering,
    "held": held,
    "staging": in_staging,
    "loaded": in_loaded,
    "processing": in_processing,
    "applied": all_applied,
}
