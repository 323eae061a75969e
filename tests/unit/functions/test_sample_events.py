"""The sample events of `events`: each is what its handler gets, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mdmr.exchange.ledger.receipts import of_organization
from mdmr.ports.objects import ObjectVersion

from functions.intake import app as intake
from functions.route import app as route
from functions.set_aside import app as set_aside
from tests.support.handled import Handled, handled
from tests.support.market import AGENT, name, request

EVENTS = Path(__file__).parents[3] / "events"
CONTEXT: Any = SimpleNamespace(aws_request_id="request", function_name="test")
KEY, VERSION = f"{AGENT}/{name()}", "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"


@pytest.fixture
def hub() -> Iterator[Handled]:
    """A hub with the upload of which the samples tell."""
    with handled() as platform:
        content = request(name(), "SP-1")
        found = ObjectVersion(KEY, VERSION, len(content), platform.clock.now())
        platform.hub.inbound._versions[KEY] = [(found, content)]
        yield platform


def sample(path: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / path).read_text(encoding="utf-8"))
    return event


def states(hub: Handled) -> list[tuple[str, str]]:
    found = of_organization(hub.hub.state, AGENT)
    return [(each.state.value, each.code) for each in found]


def failed(event: dict[str, Any], answer: dict[str, Any]) -> list[bool]:
    """Return for each record whether it is handed back."""
    back = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    return [record["messageId"] in back for record in event["Records"]]


@pytest.mark.parametrize("path", ["uploads.json", "told-by-the-sweep.json"])
def test_uploads_are_routed_to_their_lines(hub: Handled, path: str) -> None:
    event = sample(f"route/{path}")
    assert not any(failed(event, route.handler(event, CONTEXT)))
    assert len(hub.hub.intake_queue) == len(event["Records"])
    hub.settle()
    assert states(hub) == [("ACCEPTED", "")]


def test_what_tells_of_no_upload_is_handed_back(hub: Handled) -> None:
    event = sample("route/no-upload.json")
    assert all(failed(event, route.handler(event, CONTEXT)))
    assert len(hub.hub.intake_queue) == 0


def test_an_upload_is_taken_in(hub: Handled) -> None:
    event = sample("intake/upload.json")
    assert failed(event, intake.handler(event, CONTEXT)) == [False]
    assert states(hub) == [("ACCEPTED", "")]


def test_an_upload_that_is_gone_is_handed_back_and_set_aside(hub: Handled) -> None:
    event = sample("intake/version-gone.json")
    assert failed(event, intake.handler(event, CONTEXT)) == [True]
    event = sample("set_aside/version-gone.json")
    assert failed(event, set_aside.handler(event, CONTEXT)) == [False]
    assert states(hub) == [("REJECTED", "F099")]


def test_every_sample_is_of_a_function() -> None:
    functions = {each.parent.name for each in EVENTS.glob("*/*.json")}
    assert functions <= {each.parent.name for each in EVENTS.parent.glob("functions/*/app.py")}
