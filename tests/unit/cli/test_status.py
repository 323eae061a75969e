"""`mdmr status`: where an organization's files stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mdmr.calendar.instants import to_text
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.rejection import FILE_REJECTION
from mdmr_cli.times import lasting
from typer.testing import Result

from tests.support.answers import REJECTED_FILE, owed
from tests.support.command import DELIVERED, OUTBOUND, Lambda, Storage
from tests.support.market import AGENT, LDC, framed, name

Mdmr = Callable[..., Result]


def still(state: str) -> dict[str, Any]:
    """Return a file that came in and reached its state two days ago."""
    since = to_text(datetime.now(UTC) - timedelta(days=2, minutes=1))
    return {
        **REJECTED_FILE,
        "name": name(),
        "state": state,
        "code": "",
        "reason": "why",
        "since": since,
    }


def test_a_file_that_the_gateway_keeps_inside_waits_for_the_operator(
    mdmr: Mdmr, hub: Lambda
) -> None:
    kept = [still("ACCEPTED") | {"kept": each} for each in (True, False)]
    hub.answers["files"] = {"ok": True, "files": kept}
    told = json.loads(mdmr("status", "--org", AGENT, "--json").stdout)
    assert [each["acts"] for each in told["files"]] == ["the operator", "nobody"]


class TestAsTheHubTells:
    @pytest.fixture(autouse=True)
    def _files(self, hub: Lambda) -> None:
        hub.answers["files"] = {"ok": True, "files": [REJECTED_FILE, still("HELD")]}

    def test_the_files_are_shown_with_their_states_in_est(
        self, mdmr: Mdmr, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "240")

        result = mdmr("status", "--org", AGENT)

        rows = [line for line in result.stdout.splitlines() if ".DAT" in line]
        first, second = ([cell.strip() for cell in row.strip("│").split("│")] for row in rows)
        assert first == [
            "2025-08-20 00:05:00",
            REJECTED_FILE["name"],
            "REJECTED",
            "2025-08-20 00:06:00",
            "took 1 min",
            "F003 VERSION NOT SUPPORTED",
            "the sender",
        ]
        assert second[4:] == ["2 d 1 min", "why", "the operator"]

    def test_as_json_the_answer_is_handed_on_with_duration_and_actor(
        self, mdmr: Mdmr, hub: Lambda
    ) -> None:
        since = "2025-08-01T00:00:00-05:00"

        result = mdmr("status", "--org", AGENT, "--since", since, "--json")

        told = json.loads(result.stdout)
        assert told["organization"] == AGENT
        assert told["files"][0] == {
            **REJECTED_FILE,
            "seconds": 60,
            "acts": "the sender",
            "final": True,
            "phase": "failed",
        }
        assert (hub.asked[0]["organization"], hub.asked[0]["since"]) == (AGENT, since)

    def test_of_one_file_the_sender_is_read_from_its_name(self, mdmr: Mdmr, hub: Lambda) -> None:
        mdmr("status", f"some/folder/{REJECTED_FILE['name']}", "--json")

        assert (hub.asked[0]["organization"], hub.asked[0]["file"]) == (
            AGENT,
            REJECTED_FILE["name"],
        )

    def test_of_an_id_no_organization_is_asked_for(self, mdmr: Mdmr, hub: Lambda) -> None:
        mdmr("status", "a" * 32)

        assert (hub.asked[0]["organization"], hub.asked[0]["file"]) == (None, "a" * 32)

    def test_a_file_that_is_not_known_ends_with_1(self, mdmr: Mdmr, hub: Lambda) -> None:
        hub.answers["files"] = {"ok": True, "files": [], "deliveries": []}

        result = mdmr("status", name(at="20250101000000"))

        assert (result.exit_code, result.stdout) == (1, "")
        assert "the hub knows no such file or delivery" in result.stderr

    @pytest.mark.parametrize(
        ("state", "acts"),
        [("ARRIVED", "nobody"), ("DONE", "nobody"), ("FAILED", "the operator")],
    )
    def test_who_must_act_depends_on_the_state(
        self, mdmr: Mdmr, hub: Lambda, state: str, acts: str
    ) -> None:
        hub.answers["files"] = {"ok": True, "files": [still(state)]}

        result = mdmr("status", "--org", AGENT, "--json")

        assert json.loads(result.stdout)["files"][0]["acts"] == acts

    def test_what_is_owed_is_shown_with_who_must_act(
        self, mdmr: Mdmr, hub: Lambda, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "240")
        rows = [owed("WITHHELD"), owed("FAILED_DELIVERY"), owed("INTENDED")]
        hub.answers["files"] = {"ok": True, "files": [still("FAILED")], "deliveries": rows}

        result = mdmr("status", "--org", AGENT)

        lines = result.stdout.splitlines()
        cells = [
            [cell.strip() for cell in line.strip("│").split("│")]
            for line in lines
            if "FR01" in line
        ]
        assert [(row[3], row[5], row[7]) for row in cells[:3]] == [
            ("WITHHELD", "took 1 min", "the LDC (authorization, registration)"),
            ("FAILED_DELIVERY", "2 d 1 min", "the operator"),
            ("INTENDED", "2 d 1 min", "nobody"),
        ]
        assert cells[2][6] == "1 attempts failed, next attempt 2025-08-20 00:16:00"
        assert lines[-2:] == [
            "When the cause is fixed: mdmr files retry 1 --why TEXT",
            f"When the cause is fixed: mdmr redeliver {name('FR01')} --why TEXT",
        ]

    def test_a_delivery_alone_is_enough_to_be_known(self, mdmr: Mdmr, hub: Lambda) -> None:
        hub.answers["files"] = {"ok": True, "files": [], "deliveries": [owed("WITHHELD")]}

        result = mdmr("status", name("FR01"))

        assert (result.exit_code, "Files of" in result.stdout) == (0, False)

    @pytest.mark.parametrize(
        "arguments",
        [(), ("some.txt",), ("a" * 32, "--from-answers"), ("--org", AGENT, "--since", "yesterday")],
    )
    def test_usage_is_told(self, mdmr: Mdmr, arguments: tuple[str, ...]) -> None:
        assert mdmr("status", *arguments).exit_code == 2


class TestAsTheAnswersTell:
    @pytest.fixture(autouse=True)
    def _answers(self, storage: Storage) -> None:
        refused = f"{LDC}.{AGENT}.FR01.00.20250820101500.DAT"
        row = f"DTL|20250820101400|{REJECTED_FILE['name']}|{AGENT}|{LDC}|1000|1|{'a' * 64}|F003|NOT"
        columns = records.columns(FILE_REJECTION.details[0])
        storage.put(OUTBOUND, f"{AGENT}/{refused}", framed(refused, [columns, row]))
        worked = name("2000", version="01", at="202508201015")
        header = f"FHR|2000|01|{LDC}|{AGENT}|20250820101500|0|{name()}"
        content, later = framed(worked, [], header=header), DELIVERED + timedelta(minutes=1)
        storage.put(OUTBOUND, f"{AGENT}/{worked}", content, later)
        storage.put(OUTBOUND, f"{AGENT}/{name('IR01')}", b"no answer to a single file")
        storage.put(OUTBOUND, f"{AGENT}/strange", b"")

    def test_a_file_is_answered_or_refused_with_who_must_act(self, mdmr: Mdmr) -> None:
        result = mdmr("status", "--org", AGENT, "--from-answers", "--json")

        told = [
            (each["name"], each["state"], each["code"], each["acts"])
            for each in json.loads(result.stdout)["files"]
        ]
        assert told == [
            (name(), "ANSWERED", "", "nobody"),
            (REJECTED_FILE["name"], "REJECTED", "F003", "the sender"),
        ]

    def test_the_answers_are_shown(self, mdmr: Mdmr, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "240")

        result = mdmr("status", REJECTED_FILE["name"], "--from-answers")

        (row,) = (line for line in result.stdout.splitlines() if ".DAT" in line)
        assert "F003 VERSION NOT SUPPORTED" in row

    def test_a_file_without_answer_ends_with_1(self, mdmr: Mdmr) -> None:
        since = "2025-08-20T10:15:30-05:00"

        assert mdmr("status", name(), "--from-answers", "--since", since).exit_code == 0
        assert (
            mdmr("status", REJECTED_FILE["name"], "--from-answers", "--since", since).exit_code == 1
        )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (0, "0 s"), (59, "59 s"), (3_600, "1 h"), (93_900, "1 d 2 h"), (61, "1 min 1 s")],
)
def test_a_span_of_time_is_told_in_its_largest_units(seconds: int, text: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == text
