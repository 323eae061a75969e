"""`mdmr directory show`: an SDP in a window of 80 columns."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from tests.support.answers import DIRECTORY
from tests.support.command import Lambda

Mdmr = Callable[..., Result]


@pytest.fixture
def knowing(hub: Lambda) -> Lambda:
    hub.answers["directory.show"] = DIRECTORY
    return hub


def test_an_sdp_is_shown_over_time_and_what_is_in_force_is_marked(
    mdmr: Mdmr, knowing: Lambda
) -> None:
    result = mdmr("directory", "show", "48217730", "--as-of", "2025-10-21T11:00-05:00")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "SDP 48217730 of ORG11111; times EST",
        "* in force 2025-10-21 11:00:00, as known now",
        "",
        "SDP 48217730",
        f"  SDP      * 2025-09-01                                {'X' * 25}",
        f"{'':55}{'X' * 25}",
        f"{'':55};P;E;AC",
        "  SM         2025-09-01           2025-10-21 11:00:00  M-1001",
        "           * 2025-10-21 11:00:00                       M-1002",
        "  CTC 01 48217730 01",
        "           * 2025-09-01                                1",
        "  learned 2025-09-02 10:05:00 from ORG11111-ORG22222-4000-tx0001: SDP, SM, CTC",
        "    01 48217730 01, VEES, PRM, SAG, SB",
    ]
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    (asked,) = knowing.asked
    assert asked["universal_sdp_id"] == "48217730"
    assert [asked["as_of"], asked["known_at"]] == ["2025-10-21T11:00-05:00", None]


def test_as_of_when_it_is_known_is_told(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["directory.show"] = {**DIRECTORY, "known_at": "2025-10-01T05:00:00.000Z"}
    result = mdmr("directory", "show", "48217730", "--known-at", "2025-10-01")
    assert "as known 2025-10-01 00:00:00" in result.stdout
    assert hub.asked[0]["known_at"] == "2025-10-01"


def test_as_json_the_answer_is_given_whole(mdmr: Mdmr, knowing: Lambda) -> None:
    result = mdmr("directory", "show", "48217730", "--json", "-e", "prod")
    assert json.loads(result.stdout) == {key: DIRECTORY[key] for key in DIRECTORY if key != "ok"}
    assert knowing.functions == ["mdmr-prod-operate"]


def test_an_unknown_sdp_ends_with_1(mdmr: Mdmr, hub: Lambda) -> None:
    faults = [{"path": "universal_sdp_id", "text": "the directory knows no SDP 1"}]
    hub.answers["directory.show"] = {"ok": False, "faults": faults}
    result = mdmr("directory", "show", "1")
    assert (result.exit_code, "knows no SDP 1" in result.stderr) == (1, True)
