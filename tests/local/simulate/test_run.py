"""Runs of small scenarios on the embedded AWS, and what they leave behind."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.errors import EmbeddedAwsError, StuckError
from mdmr_local.hub import LocalHub, deploy_hub
from mdmr_local.simulate import run as running
from mdmr_local.simulate.outcome import Outcome
from mdmr_local.simulate.reading import read_scenario

from tests.support.scenario_folders import NAME, write

WAITS = "ORG11111.ORG11111.5000.00.20250820000600.DAT"
REFUSED = "ORG11111.ORG11111.1000.01.202508200007.DAT"
LATE = "ORG11111.ORG11111.1000.00.202508200050.DAT"
ANSWER = "ORG11111/ORG11111.ORG11111.2000.01.202508200015.DAT"


def run(folder: Path, out: Path, seed: int | None, until: datetime | None = None) -> Outcome:
    return running.run(read_scenario(folder, until=until), out, seed=seed, progress=lambda _: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file for each end that a file can come to within the hour."""
    files = [f"inbound/ORG11111/{name}" for name in (NAME, WAITS, REFUSED, LATE)]
    return write(tmp_path_factory.mktemp("scenario"), *files)


@pytest.fixture(scope="module")
def ended(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """The folder that a run until a minute before the last slot's end left, and its outcome."""
    out = tmp_path_factory.mktemp("out") / "new" / "folder"
    return out, run(folder, out, seed=1, until=datetime(2025, 8, 20, 5, 59, tzinfo=UTC))


def test_a_run_ends_well_when_every_file_is_final_or_waits(ended: tuple[Path, Outcome]) -> None:
    assert ended[1].failures == []


def test_each_inbound_object_has_a_line_with_its_final_state(ended: tuple[Path, Outcome]) -> None:
    with (ended[0] / "files.csv").open(newline="") as file:
        rows = list(csv.reader(file))

    at_7 = "2025-08-20T00:07:00-05:00"
    assert rows[0] == ["arrival_time", "prefix", "name", "final_state", "code", "time_done"]
    assert rows[1:] == [
        ["2025-08-20T00:05:00-05:00", "ORG11111", NAME, "DONE", "", "2025-08-20T00:15:00-05:00"],
        ["2025-08-20T00:06:00-05:00", "ORG11111", WAITS, "ACCEPTED", "", ""],
        [at_7, "ORG11111", REFUSED, "REJECTED", "F003", at_7],
        ["2025-08-20T00:50:00-05:00", "ORG11111", LATE, "ACCEPTED", "", ""],
    ]


def test_the_figures_tell_what_came_in_and_out_and_what_is_open(
    ended: tuple[Path, Outcome],
) -> None:
    figures: dict[str, Any] = json.loads((ended[0] / "run.json").read_text())

    assert figures["virtual_start"] == "2025-08-20T00:00:00-05:00"
    assert figures["virtual_end"] == "2025-08-20T00:59:00-05:00"
    assert figures["files_in"] == {"1000": 3, "5000": 1}
    assert figures["files_out"] == {"2000": 1, "FR01": 1, "IR01": 1}
    assert (figures["records_in"], figures["records_out"]) == (3, 3)
    # The slot of the last file waits for its end.
    assert figures["executions"] == 2
    assert figures["function_calls"] > 0
    assert figures["peak_memory_bytes"] > 0
    assert figures["wall_seconds"] > 0
    assert [(each["file_name"], each["reason"]) for each in figures["still_open"]] == [
        (WAITS, "no process yet"),
        (LATE, "waits for the run identifiers-20250820T010000"),
    ]


def test_the_events_stand_in_order_each_once(ended: tuple[Path, Outcome]) -> None:
    events = [json.loads(line) for line in (ended[0] / "events.jsonl").read_text().splitlines()]

    assert list(events[0]) == ["time", "kind", "organization", "file_name", "bucket_key"]
    assert [each["time"] for each in events] == sorted(each["time"] for each in events)
    keys = [each["bucket_key"] for each in events if each["kind"] == "FILE_DELIVERED"]
    written = (ended[0] / "outbound").glob("*/*")
    assert sorted(keys) == sorted(f"{path.parent.name}/{path.name}" for path in written)


def test_a_run_with_the_same_seed_gives_the_same_bytes(
    folder: Path, ended: tuple[Path, Outcome], tmp_path: Path
) -> None:
    run(folder, tmp_path / "out", seed=1, until=ended[1].end)

    first, second = (_contents(out / "outbound") for out in (ended[0], tmp_path / "out"))
    assert first == second


def test_another_seed_gives_other_numbers(
    folder: Path, ended: tuple[Path, Outcome], tmp_path: Path
) -> None:
    run(folder, tmp_path / "out", seed=2, until=datetime(2025, 8, 20, 5, 15, tzinfo=UTC))

    first, second = (out / "outbound" / ANSWER for out in (ended[0], tmp_path / "out"))
    assert first.read_bytes() != second.read_bytes()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (EmbeddedAwsError("it is gone"), ["it is gone"]),
        (StuckError("nothing ends", ["a call"]), ["nothing ends", "in flight: a call"]),
    ],
)
def test_what_breaks_a_run_is_told_and_what_was_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: list[str]
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(running, "deploy_hub", broken)

    outcome = run(write(tmp_path / "scenario"), tmp_path / "out", seed=1)

    assert outcome.failures == told
    assert json.loads((tmp_path / "out" / "run.json").read_text())["failures"] == told
    assert (tmp_path / "out" / "events.jsonl").exists()


def test_a_message_in_the_dead_queue_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deployed(embedded: EmbeddedAws, environment: str) -> LocalHub:
        hub = deploy_hub(embedded, environment)
        queue = hub.outputs["DeadQueueUrl"]
        embedded.client("sqs").send_message(QueueUrl=queue, MessageBody="nobody could work it")
        return hub

    monkeypatch.setattr(running, "deploy_hub", deployed)
    until = datetime(2025, 8, 20, 5, 1, tzinfo=UTC)

    outcome = run(write(tmp_path / "scenario"), tmp_path / "out", seed=1, until=until)

    assert outcome.failures == ["dead message: nobody could work it"]


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*/*")}
