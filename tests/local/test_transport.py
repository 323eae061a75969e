"""`mdmr send`, `status` and `fetch` of an organization, against the hub on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub
from mdmr_local.up import hub_up

from tests.local.application import wait_until

ORG = "ORG11111"
DOCUMENT = {"organizations": [{"org_id": ORG, "name": "Example Hydro", "roles": ["LDC"]}]}
# Refused, so that the answer comes at once and no test waits for a slot's end in real time.
NAME = f"{ORG}.{ORG}.1000.01.202508200005.DAT"
Mdmr = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with hub_up(None, 0, DOCUMENT) as hub:
        yield hub


@pytest.fixture
def mdmr(hub: LocalHub) -> Mdmr:
    """Run the command as a person does who has only the usual AWS settings."""
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": hub.embedded.account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": hub.embedded.region,
        "AWS_ENDPOINT_URL": hub.embedded.endpoint,
        "MDMR_ENVIRONMENT": hub.stack,
    }

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-c", "from mdmr_cli.main import app; app()")
        given = [str(each) for each in arguments]
        return subprocess.run(
            (*command, *given), env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_the_buckets_are_named_by_the_rule_that_the_command_goes_by(hub: LocalHub) -> None:
    aws: EmbeddedAws = hub.embedded
    place = f"{aws.account}-{aws.region}"
    assert hub.inbound_bucket == f"mdmr-{hub.stack}-inbound-{place}"
    assert hub.outbound_bucket == f"mdmr-{hub.stack}-outbound-{place}"


def test_a_file_is_sent_followed_and_its_answer_fetched(
    hub: LocalHub, mdmr: Mdmr, tmp_path: Path
) -> None:
    path, began = tmp_path / NAME, datetime.now(UTC).replace(microsecond=0)
    # Bigger than one part of an upload.
    path.write_bytes(b"x" * 9_000_000)

    refused = mdmr("send", path)
    assert (refused.returncode, "F003" in refused.stdout) == (1, True)

    assert mdmr("status", NAME).returncode == 1
    sent = mdmr("send", path, "--no-check", "--json")
    assert (sent.returncode, sent.stderr) == (0, "")
    assert json.loads(sent.stdout)["sent"][0]["key"] == f"{ORG}/{NAME}"
    wait_until(lambda: any(".FR01." in key for key in hub.outbound_keys()), seconds=30)

    for source in ((), ("--from-answers",)):
        (told,) = _json(mdmr("status", NAME, "--json", *source))
        assert (told["state"], told["code"], told["acts"]) == ("REJECTED", "F003", "the sender")

    asked = ("fetch", "--org", ORG, "--since", began.isoformat(), "--to", tmp_path / "new")
    (first,) = _json(mdmr(*asked, "--json"))
    (again,) = _json(mdmr(*asked, "--json"))
    assert (first["what"], again["what"]) == ("fetched", "here already")
    answer = Path(first["path"])
    assert f"|{NAME}|".encode() in answer.read_bytes()
    assert mdmr("check", answer).returncode == 0


def _json(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    files: list[dict[str, Any]] = json.loads(done.stdout)["files"]
    return files
