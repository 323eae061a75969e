"""A hub with a data folder is killed at random instants: nothing is lost, nothing is told twice.

A few kills in the suite; `make kills` does fifty, or as many as MDMR_KILLS says.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from mdmr.calendar.instants import EST
from mdmr.exchange.ledger.receipts import Arrival, receipt_key
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub, deploy_hub
from mdmr_local.running import claim
from mdmr_local.up import put_into_operation

from tests.local.application import wait_until
from tests.local.test_deploy_again import DOCUMENT as MARKET
from tests.local.test_deploy_again import changed
from tests.support.market import AGENT, LDC
from tests.support.towns import HOUSE, SHOP, sdp
from tests.support.working import files_of

KILLS = int(os.environ.get("MDMR_KILLS", "3"))
SEED = int(os.environ.get("MDMR_KILLS_SEED") or 0) or random.randrange(1, 10**6)
# From the first upload on: amid the uploads, the staging, the processing and the reports.
LATEST_KILL_SECONDS = 4.0
REPORTS = {"IR14": AGENT, "IR06": LDC, "IR07": LDC}
AUTHORIZED = [
    {"ldc": LDC, "organization": AGENT, "file_id": file_id, "right": "SUBMIT"}
    for file_id in ("1000", "4000")
]
DOCUMENT: dict[str, Any] = {**MARKET, "authorizations": AUTHORIZED, "parameters": {}}


# A command as `mdmr local up` is one: it starts the emulator and lives as long as that does.
_COMMAND = """
import sys, time
from pathlib import Path
from mdmr_local.embedded import EmbeddedAws
with EmbeddedAws(data_dir=Path(sys.argv[1])) as aws:
    print(aws.process_id, aws.endpoint, flush=True)
    while aws.is_running():
        time.sleep(0.05)
"""


class KilledHub:
    """A hub on a data folder, and what its senders put into it."""

    def __init__(self, folder: Path) -> None:
        self.acknowledged: dict[str, bytes] = {}
        self._folder = folder
        self._start()
        self.hub = deploy_hub(self.aws, "SAND")
        put_into_operation([self.hub], DOCUMENT)

    def upload(self, files: Mapping[str, bytes]) -> None:
        """Upload what is not there, as a sender does who was cut off before."""
        s3 = self.aws.client("s3")
        for name, content in files.items():
            at = {"Bucket": self.hub.inbound_bucket, "Key": f"{AGENT}/{name}"}
            try:
                if not s3.list_objects_v2(Bucket=at["Bucket"], Prefix=at["Key"])["KeyCount"]:
                    s3.put_object(**at, Body=content)
                    self.acknowledged[at["Key"]] = content
            except (BotoCoreError, ClientError):
                return  # cut off

    def kill(self, what: str) -> None:
        """Kill the emulator, whose command ends then, or the command, whose emulator ends then."""
        os.kill(self._emulator if what == "emulator" else self._command.pid, signal.SIGKILL)
        self._command.wait(60)

    def stop(self) -> None:
        self._command.terminate()
        self._command.wait(60)
        claim(self._folder).close()  # when the emulator has ended, too

    def start(self) -> None:
        self._start()
        self.hub = LocalHub(self.aws, self.hub.stack, self.hub.outputs)
        put_into_operation([self.hub], DOCUMENT)

    def _start(self) -> None:
        command = [sys.executable, "-c", _COMMAND, str(self._folder)]
        self._command = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._command.stdout is not None
        emulator, endpoint = self._command.stdout.readline().split()
        self._command.stdout.close()
        self._emulator = int(emulator)
        # Seen from outside, as its senders see it.
        self.aws = EmbeddedAws(data_dir=self._folder)
        self.aws.endpoint = endpoint

    def is_complete(self, number: int) -> bool:
        found = rows.find(self.hub.state, SetId(LDC, AGENT, "4000", f"tx{number:04}"))
        return found is not None and found.state.value == "COMPLETE"

    def without_receipt(self) -> list[str]:
        arrivals = [Arrival.of(found) for found in self.hub.inbound.versions("")]
        return [each.key for each in arrivals if self.hub.state.get(receipt_key(each.id)) is None]

    def reports_of(self, number: int) -> Counter[str]:
        """Return how many reports about a set there are, by kind."""
        found: Counter[str] = Counter()
        for key in self.hub.outbound_keys():
            kind = key.split(".")[2]
            if REPORTS.get(kind) == key.partition("/")[0]:
                found[kind] += f"|tx{number:04}|" in self.hub.fetch(key).decode()
        return found


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KilledHub]:
    hub = KilledHub(tmp_path_factory.mktemp("data"))
    yield hub
    hub.stop()


def files_of_round(number: int) -> dict[str, bytes]:
    """Return what is sent before a kill: a set, requests, and a file that is refused."""
    day = f"202510{number % 28 + 1:02}"
    told = sdp(HOUSE) + sdp(SHOP) if number == 1 else changed(HOUSE, f"0{3 + number % 2}", day)
    now = datetime.now(UTC).astimezone(EST)
    requests = {}
    for each in range(3):
        at = datetime(2025, 8, 20, tzinfo=EST) + timedelta(minutes=3 * number + each)
        name = f"{LDC}.{AGENT}.1000.00.{at:%Y%m%d%H%M}.DAT"
        header = f"FHR|1000|00|{LDC}|{AGENT}|{at:%Y%m%d%H%M}00|1"
        requests[name] = f"FNR|{name}\n{header}\nDTL|{LDC}|SP-{number}-{each}\nEOF|1\n".encode()
    refused = {f"no name of a file {number}": b"refused"}
    return requests | refused | files_of(told, f"tx{number:04}", number, at=now)


@pytest.mark.parametrize("number", range(1, KILLS + 1))
def test_a_kill_loses_nothing_and_repeats_nothing(killed: KilledHub, number: int) -> None:
    seconds = random.Random(f"{SEED} {number}").uniform(0.0, LATEST_KILL_SECONDS)
    files = files_of_round(number)
    sender = Thread(target=killed.upload, args=(files,))
    sender.start()
    time.sleep(seconds)
    what = ("command", "emulator")[number % 2]
    told = f"seed {SEED}, {what} killed after {seconds:.3f} s"
    print(told)  # noqa: T201 - shown if the test fails
    killed.kill(what)
    sender.join()

    killed.start()
    killed.upload(files)
    wait_until(lambda: killed.is_complete(number), seconds=300)
    wait_until(lambda: not killed.without_receipt(), seconds=30)
    wait_until(lambda: sum(killed.reports_of(number).values()) >= len(REPORTS), seconds=30)

    versions = Counter(found.key for found in killed.hub.inbound.versions(""))
    assert set(versions.values()) == {1}, told
    assert set(killed.acknowledged) <= set(versions), told
    assert killed.reports_of(number) == dict.fromkeys(REPORTS, 1), told


def test_after_all_kills_each_set_was_told_once_and_all_is_as_it_was_sent(
    killed: KilledHub,
) -> None:
    s3, bucket = killed.aws.client("s3"), killed.hub.inbound_bucket
    for key, content in killed.acknowledged.items():
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == content
    for number in range(1, KILLS + 1):
        assert killed.reports_of(number) == dict.fromkeys(REPORTS, 1), f"set {number}, seed {SEED}"
    assert list(killed.hub.state.query_index("unfinished", "INCIDENT")) == []
