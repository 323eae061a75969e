"""The embedded AWS in real time: quick, and kept from run to run."""

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mdmr_local.deploy import deploy
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.errors import EmbeddedAwsError

from tests.local.application import Application, wait_until
from tests.local.conftest import TEMPLATE


def _deployed(aws: EmbeddedAws) -> Application:
    return Application(aws, deploy(aws, TEMPLATE, "application", {}))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def kept(data_dir: Path) -> Iterator[EmbeddedAws]:
    """An emulator that keeps its state; the tests of this module restart it in turn."""
    with EmbeddedAws(data_dir=data_dir) as aws:
        yield aws


def test_an_upload_reaches_the_function_well_within_a_second(kept: EmbeddedAws) -> None:
    application = _deployed(kept)

    def seconds_of_upload(number: int) -> float:
        began = time.perf_counter()
        application.client("s3").put_object(
            Bucket=application.outputs["Inbound"], Key="object", Body=b"%d" % number
        )
        wait_until(lambda: len(application.instants("upload")) == number + 1, seconds=30)
        return time.perf_counter() - began

    seconds_of_upload(0)  # starts the worker
    assert seconds_of_upload(1) < 0.5


def test_waits_and_retries_pass_in_real_time(kept: EmbeddedAws) -> None:
    application = _deployed(kept)
    application.finished(application.start(do="record", name="warm"))
    application.items("warm")
    until = datetime.now(UTC) + timedelta(seconds=0.5)
    execution = application.start(do="wait", name="real", until=until.isoformat())
    application.finished(execution)
    assert timedelta(0) <= application.instants("real")[0] - until < timedelta(seconds=1)


def test_it_rests_when_nothing_happens(kept: EmbeddedAws) -> None:
    def seconds_used() -> float:
        fields = Path(f"/proc/{kept.process_id}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = seconds_used()
    time.sleep(1)
    assert seconds_used() - before < 0.2


def test_the_state_survives_a_restart(kept: EmbeddedAws) -> None:
    application = _deployed(kept)
    bucket = application.outputs["Inbound"]
    versions = application.client("s3").list_object_versions(Bucket=bucket)["Versions"]
    application.client("secretsmanager").create_secret(Name="secret", SecretString="hush")
    application.client("sqs").send_message(QueueUrl=application.outputs["Dead"], MessageBody="m")
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    waiting = application.start_machine(
        application.outputs["Machine"], {"do": "wait", "until": until}, name="slot"
    )
    made = application.client("cloudformation").describe_stacks()["Stacks"][0]["CreationTime"]
    kept.stop()

    kept.start()
    application = _deployed(kept)
    stack = application.client("cloudformation").describe_stacks()["Stacks"][0]
    assert (stack["CreationTime"], stack["StackStatus"]) == (made, "CREATE_COMPLETE")
    s3 = application.client("s3")
    assert s3.list_object_versions(Bucket=bucket)["Versions"] == versions
    bodies = [
        s3.get_object(Bucket=bucket, Key="object", VersionId=version["VersionId"])["Body"].read()
        for version in versions
    ]
    assert bodies == [b"1", b"0"]
    secret = application.client("secretsmanager").get_secret_value(SecretId="secret")
    assert secret["SecretString"] == "hush"
    received = application.client("sqs").receive_message(QueueUrl=application.outputs["Dead"])
    assert received["Messages"][0]["Body"] == "m"
    assert len(application.instants("upload")) == 2
    assert application.execution(waiting)["status"] == "RUNNING"
    assert application.client("scheduler").get_schedule(Name="daily")["State"] == "ENABLED"
    s3.put_object(Bucket=bucket, Key="object", Body=b"2")
    wait_until(lambda: len(application.instants("upload")) == 3, seconds=30)


def test_a_killed_emulator_comes_back_as_it_was_saved(kept: EmbeddedAws) -> None:
    application = _deployed(kept)
    application.record(name="saved")
    kept.save()
    os.kill(kept.process_id, signal.SIGKILL)
    wait_until(lambda: not kept.is_running())
    with pytest.raises(EmbeddedAwsError, match="does not answer"):
        kept.now()
    kept.stop()
    kept.start()
    application = _deployed(kept)
    assert len(application.instants("saved")) == 1


def test_virtual_time_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="real time only"):
        EmbeddedAws(virtual_start=datetime.now(UTC), data_dir=tmp_path)


def test_a_start_that_fails_shows_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(EmbeddedAwsError, match="did not start"), EmbeddedAws():
        pass


def test_the_statistics_are_json(kept: EmbeddedAws) -> None:
    assert json.loads(json.dumps(kept.statistics()))["peak_memory_bytes"] > 0
