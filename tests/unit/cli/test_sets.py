"""`mdmr explain`, `mdmr sync release`, `refuse` and `next-number`: file sets, for the operator."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from tests.support.answers import FILE_SET, SET_NAME
from tests.support.command import Lambda
from tests.support.market import LDC

Mdmr = Callable[..., Result]


def test_a_set_is_explained_line_by_line(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["sets"] = {"ok": True, "sets": [FILE_SET]}
    told = mdmr("explain", f"folder/{SET_NAME}").stdout.splitlines()
    assert hub.asked[-1]["set"] == SET_NAME
    assert told[0].startswith(f"{SET_NAME}  COLLECTING since 2025-08-20 12:05")
    assert told[1:3] == [
        "  sequence number 3; the next number of the LDC is 2",
        "  State: waits for files",
    ]
    assert told[3].startswith("  Until: 2025-08-20 13:05")
    assert told[4:] == [
        "  Next:  rejected with I002 and I004",
        "  file has not arrived: a file",
        "  file is not in the Manifest: another",
        "  set with this number has not arrived: 2",
        "  fault in the Manifest: line 2: File Count: says 6, the file has 5 MAN records",
    ]


def test_what_nobody_knows_is_said_so(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["sets"] = {"ok": True, "sets": [{**FILE_SET, "number": None, "until": None}]}
    told = mdmr("explain", SET_NAME).stdout
    assert "sequence number not known yet" in told
    assert "Until: not known" in told
    hub.answers["sets"] = {"ok": True, "sets": []}
    assert mdmr("explain", LDC).stdout == f"{LDC}: no set is being processed, and none waits.\n"


def test_sets_are_handed_on_as_json(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["sets"] = {"ok": True, "sets": [FILE_SET]}
    assert json.loads(mdmr("explain", SET_NAME, "--json").stdout) == [FILE_SET]


@pytest.mark.parametrize(("command", "decision"), [("release", "RELEASE"), ("refuse", "REFUSE")])
def test_a_stopped_set_is_decided_with_a_reason(
    mdmr: Mdmr, hub: Lambda, command: str, decision: str
) -> None:
    hub.answers["sets.decide"] = {"ok": True, "sets": [FILE_SET]}
    assert mdmr("sync", command, SET_NAME, "--why", "checked").stdout.startswith(SET_NAME)
    asked = hub.asked[-1]
    assert (asked["set"], asked["decision"], asked["why"]) == (SET_NAME, decision, "checked")
    answer = mdmr("sync", command, SET_NAME, "--why", "checked", "--json").stdout
    assert json.loads(answer) == [FILE_SET]
    assert mdmr("sync", command, SET_NAME).exit_code == 2


def test_the_next_number_of_an_ldc_is_set(mdmr: Mdmr, hub: Lambda) -> None:
    hub.answers["sets.number"] = {"ok": True, "ldc": LDC, "next": 7}
    said = mdmr("sync", "next-number", LDC, "7", "--why", "asked for").stdout
    assert said == f"The next sequence number of {LDC} is 7.\n"
    assert (hub.asked[-1]["ldc"], hub.asked[-1]["next"]) == (LDC, 7)
    answer = mdmr("sync", "next-number", LDC, "7", "--why", "asked for", "--json").stdout
    assert json.loads(answer) == {"ldc": LDC, "next": 7}
    assert mdmr("sync", "next-number", LDC, "0", "--why", "asked for").exit_code == 2


def test_a_refusal_is_told(mdmr: Mdmr, hub: Lambda) -> None:
    fault = {"path": "set", "text": "is not stopped"}
    hub.answers["sets.decide"] = {"ok": False, "faults": [fault]}
    result = mdmr("sync", "release", SET_NAME, "--why", "checked")
    assert (result.exit_code, result.stderr) == (1, "refused: set: is not stopped\n")
