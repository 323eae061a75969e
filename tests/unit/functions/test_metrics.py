"""What the handlers tell of a story in metrics and in lines that can be found by the file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.ports.codec import from_item

from functions.fail_file import app as fail_file
from functions.operate import app as operate
from functions.renew_lease import app as renew_lease
from functions.summarize_identifiers import app as summarize_identifiers
from functions.sweep import app as sweep
from tests.support.calls import SLOT
from tests.support.handled import Handled, handled
from tests.support.market import AGENT, LDC, name, request
from tests.support.story import HOUR
from tests.unit.continuity.regions import HERE, MINUTE, Regions

CONTEXT: Any = SimpleNamespace(aws_request_id="request", function_name="mdmr-dev-x")


@pytest.fixture
def hub() -> Iterator[Handled]:
    with handled() as platform:
        yield platform


def told(lines: list[str]) -> dict[str, list[float]]:
    """Return the values of every metric in lines of a log."""
    found: dict[str, list[float]] = {}
    for line in map(json.loads, lines):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for each in directive["Metrics"]:
                found.setdefault(each["Name"], []).extend(line[each["Name"]])
    return found


def call(
    app: Any,  # noqa: ANN401 - a handler's module
    hub: object,
    event: Mapping[str, Any],
) -> dict[str, list[float]]:
    """Return the metrics of one call of a handler."""
    printed = io.StringIO()
    with patch.object(app, "hub", lambda: hub), redirect_stdout(printed):
        app.handler(event, CONTEXT)
    return told(printed.getvalue().splitlines())


def test_a_file_is_timed_from_its_arrival_to_its_answer() -> None:
    with handled() as platform:
        platform.send(AGENT, name(), request(name(), "SP-1"))
        platform.pass_time(HOUR)
    found = told(platform.logged)
    assert found["FilesReceived"] == found["FilesAccepted"] == [1]
    assert found["FilesDelivered"] == [1, 1]
    assert found["ArrivalToReport"] == [600]
    assert found["DecisionToDelivery"] == [0, 0]


def test_a_file_is_counted_as_what_intake_decided() -> None:
    with handled() as platform:
        platform.send(AGENT, "odd", b"odd")
        platform.settle()
    found = told(platform.logged)
    assert found["FilesRejected"] == [1]
    assert not found.keys() & {"FilesAccepted", "FilesHeld"}


def test_every_line_about_a_file_and_its_report_tells_its_receipt() -> None:
    with handled() as platform:
        arrival = platform.send(AGENT, "odd", b"odd")
        platform.settle()
    lines = [json.loads(line) for line in platform.logged]
    messages = [each["message"] for each in lines if each.get("file") == arrival.id]
    assert messages == ["decided", "delivered"]


def test_a_sweep_tells_what_it_found_and_how_old_the_oldest_is(hub: Handled) -> None:
    assert call(sweep, hub.hub, {}) == {
        "Sweeps": [1],
        "SweptUp": [0],
        "OldestUnfinishedAge": [0],
    }
    hub.upload(f"{AGENT}/odd", b"odd")
    hub.clock.advance(timedelta(minutes=90))
    hub.upload(f"{AGENT}/odd too", b"odd")
    found = call(sweep, hub.hub, {})
    assert (found["SweptUp"], found["OldestUnfinishedAge"]) == ([2], [5400])


def test_what_the_gateway_keeps_is_not_overdue(hub: Handled) -> None:
    order = {"action": "gateway.change", "mode": "HOLD", "by": "ada", "why": "test", "scope": "ALL"}
    with patch.object(operate, "region", lambda: HERE):
        assert call(operate, hub.hub, order)["GatewayChanges"] == [1]
        assert call(operate, hub.hub, order)["GatewayChanges"] == [0]
    hub.send(AGENT, name(), request(name(), "SP-1"))
    hub.settle()
    hub.clock.advance(48 * HOUR)
    assert call(sweep, hub.hub, {})["OldestUnfinishedAge"] == [0]


def test_the_end_of_a_run_counts_and_names_its_files(hub: Handled) -> None:
    arrival = hub.send(AGENT, name(), request(name(), "SP-1"))
    hub.pass_time(HOUR)
    hub.logged.clear()
    event = {"slot": _slot_of(hub), "ldc": LDC}
    assert call(summarize_identifiers, hub.hub, event)["FilesDone"] == [1]
    (line,) = map(json.loads, hub.logged)
    assert (line["message"], line["file"]) == ("answered", arrival.id)


def test_a_run_in_which_no_file_fails_opens_no_incident(hub: Handled) -> None:
    event = {"slot": SLOT.id, "ldc": LDC, "error": "ValueError"}
    assert call(fail_file, hub.hub, event) == {}


def test_the_age_of_the_last_renewal_is_told_where_the_lease_is() -> None:
    regions = Regions()
    regions.clock.advance(2 * MINUTE)
    with handled(), patch.object(renew_lease, "region", lambda: HERE):
        found = call(renew_lease, regions.here, {})
    assert found == {"LeaseRenewalAge": [120], "LeaseRenewals": [1]}


def _slot_of(hub: Handled) -> str:
    (item,) = (each for each in hub.hub.state.items() if str(each["pk"]).startswith("RECEIPT"))
    return from_item(Receipt, item).work_id
