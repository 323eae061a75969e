"""`mdmr status`: where an organization's files stand."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from tests.unit.cli.conftest import Lambda

Mdmr = Callable[..., Result]
FILE = {
    "id": "1",
    "name": "A.DAT",
    "arrived": "2025-08-20T05:05:00.000Z",
    "state": "REJECTED",
    "code": "F003",
    "reason": "F003",
    "since": "2025-08-20T05:06:00.000Z",
}


@pytest.fixture(autouse=True)
def _files(hub: Lambda) -> None:
    hub.answers["files"] = {"ok": True, "files": [FILE]}


def test_the_files_are_shown_with_their_states_in_est(
    mdmr: Mdmr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")

    result = mdmr("status", "--org", "ORG11111")

    row = next(line for line in result.stdout.splitlines() if "A.DAT" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "2025-08-20 00:05:00",
        "A.DAT",
        "REJECTED",
        "2025-08-20 00:06:00",
        "F003",
    ]


def test_as_json_the_answer_is_handed_on(mdmr: Mdmr, hub: Lambda) -> None:
    since = "2025-08-01T00:00:00-05:00"

    result = mdmr("status", "--org", "ORG11111", "--since", since, "--json")

    assert json.loads(result.stdout) == {"organization": "ORG11111", "files": [FILE]}
    assert (hub.asked[0]["organization"], hub.asked[0]["since"]) == ("ORG11111", since)


def test_the_organization_must_be_named(mdmr: Mdmr) -> None:
    assert mdmr("status").exit_code == 2
