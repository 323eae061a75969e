"""An upload that cannot be read, as it was archived, is refused at once and opens no incident."""

from __future__ import annotations

from typing import Any

import pytest
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.receipts import FileState
from mdmr.ports.objects import ObjectUnreadableError

from tests.support.crashing import Effect, watched
from tests.support.market import AGENT, name, request
from tests.support.story import platform


def archived(effect: Effect) -> Any:  # noqa: ANN401 - whatever the port's method returns
    if effect.name == "inbound.stream":
        raise ObjectUnreadableError(effect.arguments[0])
    return effect.happen()


@pytest.mark.parametrize(
    ("file_name", "code"), [(name(), "F013"), (name(ldc="ORG99999"), "F006"), ("odd", "F001")]
)
def test_an_archived_upload_is_refused_as_one_without_valid_bytes(
    file_name: str, code: str
) -> None:
    hub = platform()
    arrival = hub.upload(f"{AGENT}/{file_name}", request(file_name, "SP-1"))
    receipt = take_in(watched(hub.hub, archived), arrival)
    assert (receipt.state, receipt.code) == (FileState.REJECTED, code)
    assert receipt.sha256 == "0" * 64
    opened = [item for item in hub.hub.state.items() if str(item["pk"]).startswith("INCIDENT#")]
    assert opened == []
