"""`mdmr files retry`: a file that failed is taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable

from typer.testing import Result

from tests.support.command import Lambda
from tests.support.market import name

Mdmr = Callable[..., Result]
FILE = {"id": "1", "name": name(), "state": "ACCEPTED", "slot": "identifiers-20250820T123000"}


def test_a_failed_file_is_taken_up_with_a_reason_and_a_request_of_its_own(
    mdmr: Mdmr, hub: Lambda
) -> None:
    hub.answers["files.retry"] = {"ok": True, "file": FILE}

    results = [mdmr("files", "retry", "1", "--why", "mended") for _ in range(2)]

    joins = f"{name()} is ACCEPTED again. The run identifiers-20250820T123000 will process it.\n"
    assert [each.stdout for each in results] == [joins] * 2
    assert [(each["receipt"], each["why"]) for each in hub.asked] == [("1", "mended")] * 2
    assert len({each["request"] for each in hub.asked}) == 2


def test_as_json_the_file_is_handed_on(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["files.retry"] = {"ok": True, "file": FILE}

    assert json.loads(mdmr("files", "retry", "1", "--why", "x", "--json").stdout) == FILE


def test_why_it_cannot_be_is_told_and_a_reason_is_needed(mdmr: Mdmr, hub: Lambda) -> None:
    fault = {"path": "receipt", "text": "1 was refused"}
    hub.answers["files.retry"] = {"ok": False, "faults": [fault]}

    result = mdmr("files", "retry", "1", "--why", "mended")

    assert (result.exit_code, result.stderr) == (1, "refused: receipt: 1 was refused\n")
    assert mdmr("files", "retry", "1").exit_code == 2
