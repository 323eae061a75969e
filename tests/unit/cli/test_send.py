"""`mdmr send`: checked files into the own prefix."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from boto3.exceptions import S3UploadFailedError
from typer.testing import Result

from tests.support.command import INBOUND, Storage
from tests.support.market import AGENT, LDC, name, request
from tests.support.staging_sets import a_set

Mdmr = Callable[..., Result]
CONTENT = request(name(), "SP-1")


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / name()
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / name(at="20250821120000")
    path.write_bytes(b"x")
    return path


def sent(storage: Storage) -> dict[str, bytes]:
    assert {bucket for bucket, _ in storage.objects} <= {INBOUND}
    return {key: content for (_, key), (content, _) in storage.objects.items()}


def test_a_file_goes_to_the_prefix_of_the_sender_in_its_name(
    mdmr: Mdmr, storage: Storage, right: Path
) -> None:
    result = mdmr("send", right)

    assert result.exit_code == 0
    assert result.stdout == f"sent s3://{INBOUND}/{AGENT}/{name()} ({len(CONTENT)} bytes)\n"
    assert sent(storage) == {f"{AGENT}/{name()}": CONTENT}


def test_with_a_finding_in_one_file_none_is_sent(
    mdmr: Mdmr, storage: Storage, right: Path, wrong: Path
) -> None:
    result = mdmr("send", right, wrong)

    assert (result.exit_code, sent(storage)) == (1, {})
    assert "F015" in result.stdout
    assert "Nothing was sent." in result.stderr


def test_unchecked_a_file_is_sent_as_it_is(mdmr: Mdmr, storage: Storage, wrong: Path) -> None:
    assert mdmr("send", wrong, "--no-check").exit_code == 0
    assert list(sent(storage).values()) == [b"x"]


@pytest.mark.parametrize("options", [(), ("--no-check",)])
def test_a_name_of_another_sender_is_refused(
    mdmr: Mdmr, storage: Storage, right: Path, options: tuple[str, ...]
) -> None:
    result = mdmr("send", right, "--org", LDC, *options)

    assert (result.exit_code, sent(storage)) == (1, {})
    assert "F008 ORG_ID_2 " in result.stderr


def test_a_name_that_tells_no_sender_needs_one(
    mdmr: Mdmr, storage: Storage, tmp_path: Path
) -> None:
    path = tmp_path / "requests.txt"
    path.write_bytes(b"x")

    assert mdmr("send", path).exit_code == 2
    assert mdmr("send", path, "--org", AGENT).exit_code == 1
    assert mdmr("send", path, "--org", AGENT, "--no-check").exit_code == 0
    assert list(sent(storage)) == [f"{AGENT}/requests.txt"]


def test_as_json_what_was_sent_is_data(mdmr: Mdmr, storage: Storage, right: Path) -> None:
    result = mdmr("send", right, "--json")

    assert json.loads(result.stdout) == {
        "sent": [
            {
                "file": str(right),
                "bucket": INBOUND,
                "key": f"{AGENT}/{name()}",
                "size": len(CONTENT),
            }
        ]
    }
    assert sent(storage)


def test_as_json_findings_are_data_too(mdmr: Mdmr, storage: Storage, wrong: Path) -> None:
    result = mdmr("send", wrong, "--json")
    told = json.loads(result.stdout)

    assert (result.exit_code, told["sent"], sent(storage)) == (1, [], {})
    assert {each["code"] for each in told["files"][0]["findings"]} == {"F015", "F016"}


def test_an_upload_that_fails_is_told(mdmr: Mdmr, storage: Storage, right: Path) -> None:
    storage.error = S3UploadFailedError("AccessDenied")

    result = mdmr("send", right, "--json")

    assert (result.exit_code, json.loads(result.stdout)) == (1, {"sent": []})
    assert "AccessDenied" in result.stderr


class TestASet:
    def files(self, folder: Path, *, spoilt: str = "") -> list[Path]:
        made = a_set(submitter=AGENT)
        paths = []
        for (number, segment), lines in sorted(made.lines.items()):
            path = folder / made.name(number, segment)
            text = "".join(f"{line}\n" for line in lines)
            path.write_text(text.replace("|ON|", "|QC|") if number == spoilt else text)
            paths.append(path)
        return paths

    def test_is_sent_as_a_whole(self, mdmr: Mdmr, storage: Storage, tmp_path: Path) -> None:
        assert mdmr("send", *self.files(tmp_path)).exit_code == 0
        assert len(sent(storage)) == 7

    def test_that_would_be_rejected_is_not_sent(
        self, mdmr: Mdmr, storage: Storage, tmp_path: Path
    ) -> None:
        result = mdmr("send", *self.files(tmp_path)[1:])

        assert (result.exit_code, sent_keys(storage)) == (1, [])
        assert "I001 MANIFEST NOT RECEIVED" in result.stdout
        assert "--part-of-set" in result.stderr
        told = json.loads(mdmr("send", *self.files(tmp_path)[1:], "--json").stdout)
        assert [each["code"] for each in told["sets"][0]["reasons"]] == ["I001"]

    def test_that_would_fail_staging_is_not_sent(
        self, mdmr: Mdmr, storage: Storage, tmp_path: Path
    ) -> None:
        result = mdmr("send", *self.files(tmp_path, spoilt="02"))

        assert (result.exit_code, sent_keys(storage)) == (1, [])
        assert "S016" in result.stdout

    def test_is_sent_in_parts_when_that_is_said(
        self, mdmr: Mdmr, storage: Storage, tmp_path: Path
    ) -> None:
        for each in self.files(tmp_path):
            assert mdmr("send", each, "--part-of-set").exit_code == 0
        assert len(sent(storage)) == 7

    def test_has_the_records_of_a_part_checked_too(
        self, mdmr: Mdmr, storage: Storage, tmp_path: Path
    ) -> None:
        premise = self.files(tmp_path, spoilt="02")[2]

        assert mdmr("send", premise, "--part-of-set").exit_code == 1
        assert sent_keys(storage) == []


def sent_keys(storage: Storage) -> list[str]:
    return [key for _, key in storage.objects]
