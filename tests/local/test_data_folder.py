"""A data folder: one hub at a time; refused and kept where it is damaged; a full disk tells."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from mdmr_local.deploy import deploy
from mdmr_local.durable.datafile import NAME
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.errors import DataFolderError
from mdmr_local.running import LOCK_NAME, InUseError, claim

from tests.local.application import Application, wait_until
from tests.local.conftest import TEMPLATE

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a folder that has the application in it, closed in good order."""
    folder = tmp_path_factory.mktemp("made")
    with EmbeddedAws(data_dir=folder) as aws:
        deploy(aws, TEMPLATE, "application", {})
        aws.save()
    return {each.name: each.read_bytes() for each in folder.iterdir()}


@pytest.fixture
def folder(made: dict[str, bytes], tmp_path: Path) -> Path:
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_it_has_one_file_when_it_is_stopped_and_a_lock_that_nobody_holds(
    made: dict[str, bytes],
) -> None:
    assert set(made) == {NAME, LOCK_NAME}


def test_it_is_in_use_by_one_process_whose_number_and_port_are_told(folder: Path) -> None:
    with EmbeddedAws(data_dir=folder) as aws:
        told = f"{folder} is in use by process {os.getpid()}, port {aws.port}"
        with pytest.raises(DataFolderError) as raised:
            EmbeddedAws(data_dir=folder).start()
    assert str(raised.value) == told
    claim(folder).close()


def test_a_lock_of_a_process_that_is_gone_is_taken_over(folder: Path) -> None:
    gone = subprocess.run(["true"], check=True)
    assert gone.returncode == 0
    lock = {"pid": 2**22, "port": 4566, "data": str(folder), "since": "2025-08-20T05:00:00+00:00"}
    (folder / LOCK_NAME).write_text(json.dumps(lock))
    with EmbeddedAws(data_dir=folder) as aws:
        assert json.loads((folder / LOCK_NAME).read_text())["port"] == aws.port


def test_a_lock_that_tells_nothing_yet_is_a_lock(folder: Path) -> None:
    record = claim(folder)
    (folder / LOCK_NAME).write_bytes(b"")
    with pytest.raises(InUseError, match="in use by another process"):
        claim(folder)
    record.close()


@pytest.mark.parametrize("size", [0, 50, 100_000])
def test_a_truncated_file_is_refused_by_name_and_kept(folder: Path, size: int) -> None:
    os.truncate(folder / NAME, size)
    before = (folder / NAME).read_bytes()
    with pytest.raises(DataFolderError, match=NAME):
        EmbeddedAws(data_dir=folder).start()
    assert (folder / NAME).read_bytes() == before
    claim(folder).close()


def test_a_folder_of_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DataFolderError, match=f"thesis.txt in it and no {NAME}"):
        EmbeddedAws(data_dir=tmp_path).start()
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_folder_whose_file_is_gone_but_not_its_log_is_refused(folder: Path) -> None:
    (folder / NAME).rename(folder / f"{NAME}-wal")
    with pytest.raises(DataFolderError, match=f"{NAME} is missing"):
        EmbeddedAws(data_dir=folder).start()


@pytest.fixture
def small_disk(tmp_path: Path, made: dict[str, bytes]) -> Iterator[Path]:
    """A file system of 48 MiB with the folder in it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = f"size={48 * MEBIBYTE}"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("mounting needs root; test_journal.py has a disk that is full")
    try:
        data = disk / "data"
        data.mkdir()
        for name, content in made.items():
            (data / name).write_bytes(content)
        yield data
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path, leave: int) -> Path:
    found = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - leave)
    return ballast


def test_a_full_disk_refuses_an_upload_and_takes_it_when_there_is_room_again(
    small_disk: Path,
) -> None:
    with EmbeddedAws(data_dir=small_disk) as aws:
        application = Application(aws, deploy(aws, TEMPLATE, "application", {}))
        s3, bucket = application.client("s3"), application.outputs["Inbound"]
        s3.put_object(Bucket=bucket, Key="object", Body=b"first")
        wait_until(lambda: len(application.instants("upload")) == 1)

        work = application.outputs["Work"]
        later = json.dumps({"name": "waited"})
        application.client("sqs").send_message(QueueUrl=work, MessageBody=later, DelaySeconds=2)
        ballast = fill(small_disk.parent, 4 * MEBIBYTE)
        with pytest.raises(ClientError, match="is full") as raised:
            s3.put_object(Bucket=bucket, Key="refused", Body=b"second")
        assert raised.value.response["Error"]["Code"] == "ServiceUnavailable"
        assert str(small_disk) in aws.fault()
        assert "is full" in aws.fault()
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
        with pytest.raises(ClientError, match="is full"):
            application.send(name="refused")
        time.sleep(2.5)
        asked = application.client("sqs").get_queue_attributes(
            QueueUrl=work, AttributeNames=["ApproximateNumberOfMessages"]
        )
        assert asked["Attributes"] == {"ApproximateNumberOfMessages": "1"}
        assert application.instants("waited") == []

        ballast.unlink()
        wait_until(lambda: len(application.instants("waited")) == 1)
        assert aws.fault() == ""
        s3.put_object(Bucket=bucket, Key="object", Body=b"third")
        wait_until(lambda: len(application.instants("upload")) == 2)
        aws.stop()

        aws.start()
        assert s3_bodies(aws, bucket) == [b"third", b"first"]


def s3_bodies(aws: EmbeddedAws, bucket: str) -> list[bytes]:
    s3 = aws.client("s3")
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    return [
        s3.get_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])["Body"].read()
        for each in versions
    ]


def test_what_was_acknowledged_until_the_disk_was_full_is_there_after_a_kill(
    small_disk: Path,
) -> None:
    taken: list[bytes] = []
    with EmbeddedAws(data_dir=small_disk) as aws:
        bucket = deploy(aws, TEMPLATE, "application", {})["Inbound"]
        s3 = aws.client("s3")
        refused = ""
        while not refused:
            content = b"%d " % len(taken) * 200_000
            try:
                s3.put_object(Bucket=bucket, Key=f"object {len(taken)}", Body=content)
            except ClientError as error:
                refused = str(error)
            else:
                taken.append(content)
        assert "is full" in refused
        assert len(taken) > 3
        os.kill(aws.process_id, signal.SIGKILL)
        aws.stop()

        aws.start()
        assert sorted(s3_bodies(aws, bucket)) == sorted(taken)
