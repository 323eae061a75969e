"""Nothing that comes from elsewhere reaches a person's screen as it is: every command is tried."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mdmr_cli import local as local_command
from mdmr_cli.progress import progress
from mdmr_local import listening
from mdmr_local import running as running_hubs
from mdmr_local.running import Run
from mdmr_local.simulate import run as running
from mdmr_local.simulate.outcome import Delivered, FileEnd, Outcome
from typer.testing import Result

from tests.desk.odd import HOSTILE, MARKUP, ODD, SURROGATE, TYPED
from tests.support.answers import (
    CHANGES,
    DELIVERY,
    DIRECTORY,
    EVIDENCE_RECORD,
    FILE_SET,
    GATEWAY,
    ORG_PLAN,
    ORGANIZATION,
    PREVIEW,
    REJECTED_FILE,
    SCHEDULE_FILE,
    lease,
    owed,
)
from tests.support.command import INBOUND, OUTBOUND, Lambda, Storage, built
from tests.support.market import AGENT, LDC, name
from tests.support.scenario_folders import write

# What the hub says in words of its own: times, and states that the command looks up.
OWN_WORDS = {
    *("at", "since", "arrived", "decided", "until", "from", "to", "start", "end", "as_of"),
    *("known_at", "planned", "drain_at", "renewed_at", "next_try", "state", "mode", "action"),
    *("region", "second_region", "status", "log", "digest"),
}
Mdmr = Callable[..., Result]
START = datetime(2025, 8, 20, 5, tzinfo=UTC)


def poisoned(answer: Any, key: str = "") -> Any:  # noqa: ANN401 - any data of JSON
    """Return an answer of the hub with something odd in each text that is not the hub's own."""
    if isinstance(answer, dict):
        return {name: poisoned(each, name) for name, each in answer.items()}
    if isinstance(answer, list):
        return [poisoned(each, key) for each in answer]
    return f"{answer}{HOSTILE}" if isinstance(answer, str) and key not in OWN_WORDS else answer


@dataclass(frozen=True)
class Given:
    """What a command is run with: the arguments, and what stands for the hub."""

    folder: Path
    hub: Lambda | None = None
    storage: Storage | None = None


Arguments = Callable[[Given], Sequence[object]]


def _asked(action: str, answer: dict[str, Any], *arguments: object) -> Arguments:
    """Return the arguments of a command that asks the operate function for one action."""

    def arrange(given: Given) -> Sequence[object]:
        assert given.hub is not None
        given.hub.answers[action] = poisoned({"ok": True, **answer})
        return arguments

    return arrange


def _document(given: Given) -> Path:
    path = given.folder / "hub.yaml"
    path.write_text(
        f"organizations: [{{org_id: {LDC}, name: '{MARKUP}', roles: [LDC]}}]\n", encoding="utf-8"
    )
    return path


def _applied(command: str, *options: str) -> Arguments:
    def arrange(given: Given) -> Sequence[object]:
        assert given.hub is not None
        given.hub.answers |= {"plan": poisoned(ORG_PLAN), "apply": poisoned(ORG_PLAN)}
        return ("org", command, _document(given), *options)

    return arrange


def _regions(given: Given) -> Sequence[object]:
    assert given.hub is not None
    given.hub.answers["lease.show"] = poisoned(lease(second=None))
    return ("hub", "regions")


def _file(given: Given, file_name: str) -> Path:
    path = given.folder / file_name
    path.write_bytes(f"FNR|{HOSTILE}\n".encode("utf-8", "replace"))
    return path


# What a name of a file of this machine can hold: the bytes that are no UTF-8 too.
ON_DISK = f"{ODD}[red]:smile:\udc9b".replace("\0", "")


def _checked(given: Given) -> Sequence[object]:
    _file(given, f"ORG{ON_DISK}.DAT")
    _file(given, name("4000", tail=".tx1.01.01"))
    (given.folder / f"other{ON_DISK}").mkdir()
    return ("check", given.folder)


def _sent(given: Given) -> Sequence[object]:
    assert given.storage is not None
    given.storage.error = ClientError({"Error": {"Code": "X", "Message": HOSTILE}}, "PutObject")
    return ("send", _file(given, name()), "--no-check")


def _stored(given: Given) -> None:
    assert given.storage is not None
    for bucket in (INBOUND, OUTBOUND):
        given.storage.put(bucket, f"{AGENT}/{HOSTILE}", b"")
        given.storage.put(bucket, f"{AGENT}/{MARKUP.replace('/', '')}\x1b\u202e", b"")


def _fetched(given: Given) -> Sequence[object]:
    _stored(given)
    return ("fetch", "--org", AGENT, "--to", given.folder / f"to{MARKUP.replace('/', '')}\u202e")


def _previewed(given: Given) -> Sequence[object]:
    assert given.hub is not None
    given.hub.answers["sync.preview"] = poisoned(PREVIEW)
    return ("sync", "preview", _file(given, name("4000", tail=".tx1.01.01")))


def _simulated(given: Given) -> Sequence[object]:
    return (
        "simulate",
        write(given.folder / "scenario"),
        "--out",
        given.folder / f"out{MARKUP[:5]}",
    )


def _local_up(given: Given) -> Sequence[object]:
    return ("local", "up", "--document", _document(given))


FILES = {"files": [REJECTED_FILE], "deliveries": [owed("FAILED_DELIVERY")]}
SETS = {"sets": [FILE_SET]}
WHY = ("--why", TYPED)
ASKED = {"delivery": DELIVERY}
GATE = {"gateway": {**GATEWAY, "plan": "GW-1"}}
EVIDENCE = {"last": 2, "first": 2, "records": [EVIDENCE_RECORD], "wrong": ["record 2"]}
COMMANDS: dict[tuple[str, ...], Arguments] = {
    ("check",): _checked,
    ("deliveries",): _asked("deliveries", {"deliveries": [DELIVERY]}, "deliveries", "--org", AGENT),
    ("directory", "show"): _asked("directory.show", DIRECTORY, "directory", "show", TYPED),
    ("explain",): _asked("sets", SETS, "explain", TYPED),
    ("fetch",): _fetched,
    ("files", "list"): _asked("files.list", FILES, "files", "list", "--org", AGENT),
    ("files", "retry"): _asked(
        "files.retry", {"file": {**REJECTED_FILE, "slot": "s"}}, "files", "retry", TYPED, *WHY
    ),
    ("gateway",): _asked("gateway.show", GATE, "gateway"),
    ("gateway", "show"): _asked("gateway.show", GATE, "gateway", "show"),
    ("gateway", "set"): _asked("gateway.change", GATE, "gateway", "set", TYPED, *WHY),
    ("gateway", "plan"): _asked(
        "gateway.plan", GATE, "gateway", "plan", TYPED, "--start", TYPED, *WHY
    ),
    ("gateway", "cancel"): _asked("gateway.cancel", GATE, "gateway", "cancel", TYPED, *WHY),
    ("hub", "alone"): _asked("lease.alone", {}, "hub", "alone", *WHY),
    ("hub", "pair"): _asked("lease.pair", {}, "hub", "pair", *WHY),
    ("hub", "evidence"): _asked("evidence", EVIDENCE, "hub", "evidence"),
    ("hub", "health"): _asked(
        "health", {"checks": [{"check": "x", "examined": 3, "findings": ["y"]}]}, "hub", "health"
    ),
    ("hub", "regions"): _regions,
    ("hub", "start"): _asked("start", {}, "hub", "start"),
    ("local", "status"): lambda _: ("local", "status"),
    ("local", "stop"): lambda _: ("local", "stop", "--all"),
    ("local", "up"): _local_up,
    ("org", "apply"): _applied("apply"),
    ("org", "plan"): _applied("plan"),
    ("org", "history"): _asked("history", {"history": CHANGES}, "org", "history", AGENT),
    ("org", "show"): _asked("organization", ORGANIZATION, "org", "show", AGENT),
    ("redeliver",): _asked("redeliver", ASKED, "redeliver", TYPED, *WHY),
    ("resend",): _asked("resend", ASKED, "resend", TYPED, *WHY),
    ("schedule", "approve"): _asked(
        "schedule.approve", {"file": SCHEDULE_FILE}, "schedule", "approve", TYPED, *WHY
    ),
    ("schedule", "refuse"): _asked(
        "schedule.refuse", {"file": SCHEDULE_FILE}, "schedule", "refuse", TYPED, *WHY
    ),
    ("schedule", "waiting"): _asked(
        "schedule.waiting", {"files": [SCHEDULE_FILE]}, "schedule", "waiting", LDC
    ),
    ("send",): _sent,
    ("simulate",): _simulated,
    ("status",): _asked("files", FILES, "status", TYPED.replace("/", ""), "--org", AGENT),
    ("sync", "next-number"): _asked(
        "sets.number", {"ldc": LDC, "next": 7}, "sync", "next-number", LDC, 7, *WHY
    ),
    ("sync", "preview"): _previewed,
    ("sync", "refuse"): _asked("sets.decide", SETS, "sync", "refuse", TYPED, *WHY),
    ("sync", "release"): _asked("sets.decide", SETS, "sync", "release", TYPED, *WHY),
}
ASKS = {
    ("gateway", "set"),
    ("gateway", "plan"),
    ("gateway", "cancel"),
    ("hub", "alone"),
    ("hub", "pair"),
    ("org", "apply"),
}
SAYS_NOTHING_FOREIGN = {("hub", "alone"), ("hub", "pair"), ("hub", "start"), ("local", "stop")}
OF_STORAGE = {("send",), ("fetch",)}


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - the library's type
    """Yield each command that can be run, by the words that name it."""
    subcommands = getattr(command, "commands", {})
    if not subcommands or getattr(command, "invoke_without_command", False):
        yield path
    for word, each in subcommands.items():
        yield from _commands(each, (*path, word))


def _takes_json(path: tuple[str, ...]) -> bool:
    command: Any = built()
    for word in path:
        command = command.commands[word]
    return any("--json" in each.opts for each in command.params)


ALL = sorted(_commands(built()))


def test_every_command_is_tried_here() -> None:
    assert sorted(COMMANDS) == ALL


@pytest.fixture
def arranged(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Given:
    """What stands for the hub, in a terminal so wide that no line is cut."""
    monkeypatch.setenv("COLUMNS", "5000")
    _stand_in_for_runs(monkeypatch)
    path: tuple[str, ...] = request.getfixturevalue("path")
    if path in OF_STORAGE:
        return Given(tmp_path, storage=request.getfixturevalue("storage"))
    return Given(tmp_path, hub=request.getfixturevalue("hub"))


def _stand_in_for_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(scenario: Any, out: Path, *, seed: int | None, progress: Any) -> Outcome:  # noqa: ANN401, ARG001 - as the run has them
        progress(HOSTILE)
        ended = FileEnd(START, HOSTILE, HOSTILE, "1000", "ACCEPTED", kept=HOSTILE)
        delivered = [Delivered(HOSTILE, HOSTILE, HOSTILE, 2)]
        return Outcome(START, START, files=[ended], delivered=delivered, failures=[HOSTILE])

    def up(*_: Any) -> Any:  # noqa: ANN401 - as the hub has them
        raise OSError(98, HOSTILE)

    monkeypatch.setattr(running, "run", run)
    monkeypatch.setattr(local_command, "_up", up)
    _stand_in_for_hubs(monkeypatch)


def _stand_in_for_hubs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a hub run on this machine until it is asked to stop."""
    there = [Run(4_711, 4_566, HOSTILE, HOSTILE)]

    monkeypatch.setattr(running_hubs, "runs", lambda: list(there))
    monkeypatch.setattr(listening, "fault_at", lambda _: HOSTILE)
    monkeypatch.setattr(os, "kill", lambda *_: there.clear())


def assert_printable(result: Result) -> None:
    for text in (result.stdout, result.stderr):
        assert [line for line in text.split("\n") if not line.isprintable()] == []
    fault = result.exception
    assert fault is None or isinstance(fault, SystemExit), fault


@pytest.mark.parametrize("path", ALL, ids=" ".join)
class TestEveryCommand:
    def test_shows_nothing_odd(self, path: tuple[str, ...], arranged: Given, mdmr: Mdmr) -> None:
        result = mdmr(*COMMANDS[path](arranged), typed="y\n")

        assert_printable(result)
        if path not in SAYS_NOTHING_FOREIGN:
            assert "\\u202e" in result.output
            assert MARKUP[:5] in result.output

    def test_gives_json_that_can_be_read(
        self, path: tuple[str, ...], arranged: Given, mdmr: Mdmr
    ) -> None:
        if not _takes_json(path):
            return
        yes = ["--yes"] if path in ASKS else []
        result = mdmr(*COMMANDS[path](arranged), "--json", *yes)

        assert_printable(result)
        assert result.stdout.isascii()
        assert json.loads(result.stdout) is not None, result.output

    def test_tells_a_refusal_and_a_failure_of_the_hub_in_print(
        self, path: tuple[str, ...], arranged: Given, mdmr: Mdmr
    ) -> None:
        arguments = COMMANDS[path](arranged)
        if arranged.hub is None:
            return
        for action in list(arranged.hub.answers):
            arranged.hub.answers[action] = {
                "ok": False,
                "faults": [{"path": HOSTILE, "text": HOSTILE}],
            }
        assert_printable(mdmr(*arguments, typed="y\n"))
        arranged.hub.error = json.dumps({"errorType": "X", "errorMessage": HOSTILE})
        assert_printable(mdmr(*arguments, typed="y\n"))

    def test_tells_a_fault_of_usage_in_print(
        self, path: tuple[str, ...], mdmr: Mdmr, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "5000")
        for odd in (f"--{ODD}", f"{ODD}{SURROGATE}"):
            result = mdmr(*path, *([odd] * 9))
            assert result.exit_code == 2
            assert_printable(result)


def test_progress_is_told_in_print(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:  # noqa: ANN401 - pytest's own
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress(f"{MARKUP}{ODD}", 10) as advance:
        advance(10)
    shown = capsys.readouterr().err
    assert f"{MARKUP}\\x1b[31m" in shown
    assert not set("\u202e\u200b\x07\x9b\u2066") & set(shown)


def test_a_faulty_document_is_told_in_print(tmp_path: Path, mdmr: Mdmr) -> None:
    path = tmp_path / f"odd\u202e{MARKUP.replace('/', '')}.yaml"
    path.write_text('organizations: [{org_id: "\\e[31m\\u202e"}]\n"\\e": 1\n')
    result = mdmr("org", "plan", path)
    assert result.exit_code == 2
    assert_printable(result)
