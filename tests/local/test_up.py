"""`mdmr local up`: the command in a process of its own, stopped and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.local.application import wait_until

pytestmark = pytest.mark.usefixtures("own_runs")
# No test waits for a slot's end in real time: a refused file is answered at once.
REFUSED = "ORG11111/ORG11111.ORG11111.1000.01.202508200005.DAT"
_UP = (sys.executable, "-c", "from mdmr_cli.main import app; app()", "local", "up", "--port", "0")


class Hub:
    """A running hub as a person sees it: by the lines that the command printed."""

    def __init__(self, lines: list[str], pid: int = 0) -> None:
        self.lines = lines
        self.pid = pid
        self.environment = dict(re.findall(r"(AWS_\w+)=(\S+)", self._line("s3 cp")))
        self.inbound, self.outbound = (
            re.findall(r"s3://([^/]+)/", self._line(command))[0] for command in ("s3 cp", "s3 ls")
        )

    def _line(self, part: str) -> str:
        return next(line for line in self.lines if part in line)

    def s3(self) -> Any:  # noqa: ANN401 - boto3 types it at run time
        return boto3.client(
            "s3",
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=self.environment["AWS_DEFAULT_REGION"],
        )

    def found(self) -> list[str]:
        page = self.s3().list_objects_v2(Bucket=self.outbound)
        return [each["Key"] for each in page.get("Contents", ())]

    def status(self) -> str:
        command = (sys.executable, "-c", "from mdmr_cli.main import app; app()", "status")
        asked = (*command, "--environment", "sand", "--org", "ORG11111", "--json")
        environment = {**os.environ, **self.environment}
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
        return done.stdout


@contextmanager
def up(*arguments: object) -> Iterator[Hub]:
    """Give a running hub; at the end it is asked to stop as by Ctrl-C, and must end well."""
    given = [str(each) for each in arguments]
    with subprocess.Popen(
        (*_UP, *given), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        try:
            yield Hub(lines, process.pid)
        finally:
            # The whole group, as a terminal does it.
            os.killpg(process.pid, signal.SIGINT)
            code = process.wait(60)
    assert code == 0


def test_what_came_in_and_went_out_survives_a_restart(tmp_path: Path) -> None:
    with up("--data", tmp_path / "data") as hub:
        hub.s3().put_object(Bucket=hub.inbound, Key=REFUSED, Body=b"any bytes")
        wait_until(lambda: bool(hub.found()), seconds=30)
        found, status = hub.found(), hub.status()
        before = hub.s3().get_object(Bucket=hub.outbound, Key=found[0])["Body"].read()

    with up("--data", tmp_path / "data") as hub:
        assert hub.found() == found
        assert hub.s3().get_object(Bucket=hub.outbound, Key=found[0])["Body"].read() == before
        assert hub.status() == status

    assert '"code": "F003"' in status
    assert b"|F003|VERSION NOT SUPPORTED\n" in before


def test_a_document_of_ones_own_takes_the_place_of_the_sandbox(tmp_path: Path) -> None:
    document = tmp_path / "hub.yaml"
    document.write_text("organizations: [{org_id: ORG77777, name: Own Power, roles: [LDC]}]\n")

    with up("--document", document) as hub:
        shown = "".join(hub.lines)

    assert ("ORG77777" in shown, "ORG11111" in shown) == (True, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [("organizations: [{org_id: ORG1}]", 2), ("weather: fine", 2)],
)
def test_a_faulty_document_starts_nothing(tmp_path: Path, text: str, code: int) -> None:
    document = tmp_path / "hub.yaml"
    document.write_text(text)

    done = subprocess.run((*_UP, "--document", str(document)), capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (code, b"")


def test_a_port_that_is_taken_is_told() -> None:
    with up() as hub:
        port = hub.environment["AWS_ENDPOINT_URL"].rpartition(":")[2]
        done = subprocess.run(
            (*_UP[:-1], port), capture_output=True, text=True, timeout=60, check=False
        )

        told = (
            f"port {port} is in use by process {hub.pid} (mdmr local up): choose another one with "
            f"--port, or stop that hub: mdmr local stop --port {port}\n"
        )

    assert (done.returncode, done.stderr) == (1, told)
