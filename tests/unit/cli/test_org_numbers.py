"""`mdmr org` with thousands of numbers from before: batches, CSV, and what is told of a break."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from mdmr.identifiers import legacy_ids
from mdmr.identifiers.legacy_ids import Standing
from mdmr.operation import commands, plan
from mdmr.operation.commands import answer
from mdmr.organizations import history
from mdmr.ports.hub import Hub
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr_local.document_batches import BATCH
from typer.testing import Result

from tests.support.market import LDC, NOON

Mdmr = Callable[..., Result]
HEAD = "ldc,sdp_id,universal_sdp_id\n"
FIRST = 20_000_000


class Function:
    """The operate function on a hub in memory. `break_at` numbers the call that breaks off.

    `before`: it breaks before the hub works; else the answer of the hub is lost.
    """

    def __init__(self) -> None:
        self.hub: MemoryHub = memory_hub(FixedClock(NOON))
        self.asked: list[dict[str, Any]] = []
        self.break_at: int | None = None
        self.error: BaseException = ReadTimeoutError(endpoint_url="https://hub")
        self.before = False

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == "mdmr-dev-operate"
        assert len(Payload) < 6_000_000
        request = json.loads(Payload)
        self.asked.append(request)
        due = len(self.asked) == self.break_at
        if due and self.before:
            raise self.error
        told = json.dumps(answer(self.hub, request, "ca-central-1")).encode()
        if due:
            raise self.error
        return {"Payload": io.BytesIO(told)}

    @property
    def kept(self) -> int:
        """How many pairs have a number from before."""
        items = self.hub.directory.items()
        return sum(str(item["pk"]).startswith("PAIR#") for item in items)


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Function:
    made = Function()
    monkeypatch.setattr(boto3, "client", lambda service, **_: {"lambda": made}[service])
    return made


def table(folder: Path, rows: Iterable[int], head: str = HEAD) -> Path:
    path = folder / "numbers.csv"
    lines = (f"{LDC},SP-{row},{FIRST + row}\n" for row in rows)
    path.write_text(head + "".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return table(tmp_path, range(2 * BATCH + 100))


def test_numbers_of_a_table_are_checked_together_and_applied_in_batches(
    mdmr: Mdmr, function: Function, many: Path
) -> None:
    result = mdmr("org", "apply", "--numbers", many, "--yes")

    assert result.exit_code == 0
    assert [each["action"] for each in function.asked] == ["plan"] * 3 + ["apply"] * 3
    assert function.kept == 2 * BATCH + 100
    assert f"+ {2 * BATCH + 100} numbers, from number {FIRST}" in result.stdout
    assert "Applied." in result.stdout
    assert result.stderr.splitlines() == [
        "numbers checked: 1100 of 1100",
        "numbers applied: 1100 of 1100",
    ]


def test_a_document_and_a_table_go_together(mdmr: Mdmr, function: Function, tmp_path: Path) -> None:
    document = tmp_path / "hub.yaml"
    document.write_text(
        f"organizations: [{{org_id: {LDC}, name: Example Hydro, roles: [LDC]}}]\n"
        f"universal_sdp_ids: [{{ldc: {LDC}, sdp_id: X, universal_sdp_id: 10000000}}]\n"
    )
    result = mdmr("org", "apply", document, "--numbers", table(tmp_path, range(3)), "--yes")

    assert (result.exit_code, function.kept) == (0, 4)
    assert [each["action"] for each in function.asked] == ["plan", "plan", "apply", "apply"]
    what = {each.what for each in history.of_organization(function.hub.state, LDC)}
    assert {f"organization {LDC}", f"number 10000000 for {LDC} X"} < what


def test_a_conflict_in_the_last_batch_is_found_before_anything_is_applied(
    mdmr: Mdmr, function: Function, many: Path
) -> None:
    row = {"ldc": LDC, "sdp_id": "ANOTHER", "universal_sdp_id": str(FIRST + 1_099)}
    document = {"universal_sdp_ids": [row]}
    assert answer(function.hub, {"action": "apply", "by": "x", "document": document}, "x")["ok"]

    result = mdmr("org", "apply", "--numbers", many, "--yes")

    assert (result.exit_code, function.kept) == (1, 1)
    assert result.stderr.splitlines()[-1] == (
        f"refused: {many}:1101: {FIRST + 1_099} belongs to {LDC} ANOTHER"
    )
    assert {each["action"] for each in function.asked} == {"plan"}


@pytest.mark.parametrize("before", [True, False])
def test_a_break_tells_exactly_what_is_done_and_the_same_command_goes_on(
    mdmr: Mdmr, function: Function, many: Path, *, before: bool
) -> None:
    function.break_at, function.before = 5, before

    result = mdmr("org", "apply", "--numbers", many, "--yes")

    assert result.exit_code == 1
    assert "cannot be asked" in result.stderr
    assert result.stderr.splitlines()[-4:] == [
        f"Applied: 500 of 1100 numbers, up to {many}:501.",
        f"Not known: 500 numbers, from {many}:502 to {many}:1001. The hub did not answer.",
        f"Not applied: the numbers from {many}:1002 on.",
        "Run the same command again. It applies the rest; what is applied stays as it is.",
    ]
    assert function.kept == (BATCH if before else 2 * BATCH)

    function.break_at = None
    function.asked.clear()
    assert mdmr("org", "apply", "--numbers", many, "--yes").exit_code == 0
    assert function.kept == 1_100
    applied = [each for each in function.asked if each["action"] == "apply"]
    assert len(applied) == (2 if before else 1)
    changes = list(history.of_organization(function.hub.state, LDC))
    assert len(changes) == len({each.what for each in changes}) == 1_100


def test_ctrl_c_tells_it_too(mdmr: Mdmr, function: Function, many: Path) -> None:
    function.break_at, function.error, function.before = 4, KeyboardInterrupt(), True

    result = mdmr("org", "apply", "--numbers", many, "--yes")

    assert (result.exit_code, function.kept) == (1, 0)
    assert result.stderr.splitlines()[-4:] == [
        "Stopped.",
        f"Not known: 500 numbers, from {many}:2 to {many}:501. The hub did not answer.",
        f"Not applied: the numbers from {many}:502 on.",
        "Run the same command again. It applies the rest; what is applied stays as it is.",
    ]


def test_who_is_faster_than_a_batch_is_told_with_how_far_it_came(
    mdmr: Mdmr, function: Function, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"ldc": LDC, "sdp_id": "ANOTHER", "universal_sdp_id": str(FIRST + 40)}
    document = {"universal_sdp_ids": [row]}
    real = legacy_ids.claim

    def late(hub: Hub, standings: Sequence[Standing], by: str) -> None:
        monkeypatch.setattr(legacy_ids, "claim", real)
        assert answer(hub, {"action": "apply", "by": "x", "document": document}, "x")["ok"]
        real(hub, standings, by)

    monkeypatch.setattr(legacy_ids, "claim", late)
    result = mdmr("org", "apply", "--numbers", many, "--yes")

    assert result.exit_code == 1
    assert f"refused: {many}:42: " in result.stderr
    assert f"Applied: 40 of 1100 numbers, up to {many}:41." in result.stderr
    assert f"Not applied: the numbers from {many}:42 on." in result.stderr
    assert function.kept == 41
    # What is kept is in the history, also of a batch that broke off.
    assert len(list(history.of_organization(function.hub.state, LDC))) == 41


def test_many_changes_of_the_registry_are_done_in_several_calls(
    mdmr: Mdmr, function: Function, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "MAX_CHANGES", 4)
    document = tmp_path / "hub.yaml"
    rows = "".join(
        f"  - {{org_id: ORG1000{at}, name: Hydro {at}, roles: [LDC]}}\n" for at in range(10)
    )
    document.write_text(f"organizations:\n{rows}parameters: {{global: {{usdp.run_min: 30}}}}\n")
    function.break_at = 4

    result = mdmr("org", "apply", document, "--yes")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-3:] == [
        "Applied: 8 of 11 changes of organizations, authorizations and parameters.",
        "Not known: the changes after those. The hub stopped early.",
        "Run the same command again. It applies the rest; what is applied stays as it is.",
    ]
    function.break_at = None
    assert mdmr("org", "apply", document, "--yes").exit_code == 0
    assert "Nothing to apply." in mdmr("org", "apply", document, "--yes").stdout


def test_a_request_of_too_many_numbers_is_refused(function: Function) -> None:
    rows = [
        {"ldc": LDC, "sdp_id": f"SP-{at}", "universal_sdp_id": str(FIRST + at)}
        for at in range(commands.MAX_NUMBERS + 1)
    ]
    request = {"action": "plan", "by": "x", "document": {"universal_sdp_ids": rows}}
    refused = answer(function.hub, request, "ca-central-1")
    assert refused["faults"] == [
        {"path": "universal_sdp_ids", "text": "must be at most 1000 in one request, are 1001"}
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "1: must name the columns ldc, sdp_id, universal_sdp_id, and can name issued"),
        ("ldc;sdp_id;universal_sdp_id\n", "1: must name the columns"),
        ("ldc,sdp_id,universal_sdp_id,sdp_id\n", "1: must name the columns"),
        (HEAD + f"{LDC},SP-1\n", "2: has 2 fields: must have 3"),
        (HEAD + f"{LDC},SP-1,20000000\n{LDC},SP-1,20000001\n", "3: "),
        (HEAD + f"{LDC},SP-1,20000000\n\n{LDC},SP-2,20000000\n", "4: universal_sdp_id: "),
        (HEAD + f"{LDC},SP 1,20000000\n", "2: sdp_id: 'SP 1' is no "),
        (HEAD + f"{LDC},SP-1,02000000\n", "2: universal_sdp_id: "),
        (HEAD + f'{LDC},"SP-1,20000000\n', "2: is not CSV"),
        (HEAD + f"{LDC},SP-\xe9,20000000\n", "2: is not UTF-8"),
        (HEAD + "x" * 2_000, "2: is too long: must have at most 1000 characters"),
        (
            "ldc,sdp_id,universal_sdp_id,issued\n" + f"{LDC},SP-1,20000000,perhaps\n",
            "2: issued 'perhaps': must be true, false or empty",
        ),
    ],
)
def test_a_faulty_table_is_refused_with_its_line(
    mdmr: Mdmr, function: Function, tmp_path: Path, content: str, told: str
) -> None:
    path = tmp_path / "numbers.csv"
    path.write_bytes(content.encode("latin-1"))

    result = mdmr("org", "apply", "--numbers", path, "--yes")

    assert (result.exit_code, function.asked) == (2, [])
    assert f"{path}:{told}" in result.stderr


def test_a_table_as_spreadsheets_write_it_is_read(
    mdmr: Mdmr, function: Function, tmp_path: Path
) -> None:
    path = tmp_path / "numbers.csv"
    text = (
        f"universal_sdp_id,issued,ldc,sdp_id\r\n20000000,no,{LDC},sp-1 \r\n20000001,,{LDC},SP-2\r\n"
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert mdmr("org", "apply", "--numbers", path, "--yes").exit_code == 0
    found = {each.what: each.after for each in history.of_organization(function.hub.state, LDC)}
    assert found == {
        f"number 20000000 for {LDC} SP-1": "to be issued when asked for",
        f"number 20000001 for {LDC} SP-2": "issued",
    }


def test_a_file_or_a_table_must_be_given(mdmr: Mdmr, function: Function, tmp_path: Path) -> None:
    assert mdmr("org", "plan").exit_code == 2
    assert mdmr("org", "plan", "--numbers", tmp_path / "none.csv").exit_code == 2
    assert function.asked == []
