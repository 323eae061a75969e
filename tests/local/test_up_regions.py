"""`mdmr local up --regions 2`: a newcomer uploads a file and sees it in both regions."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import Any

from tests.local.application import wait_until
from tests.local.test_up import REFUSED, Hub, up

REGIONS = ("ca-central-1", "ca-west-1")


def printed(hub: Hub, part: str) -> tuple[dict[str, str], list[str]]:
    """Return the environment and the words of a printed line for the shell."""
    words = shlex.split(hub._line(part))
    given = [word for word in words if word.startswith("AWS_")]
    return dict(word.split("=", 1) for word in given), words[len(given) :]


def mdmr(hub: Hub, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command with the settings that were printed."""
    environment, _ = printed(hub, "hub regions")
    command = (sys.executable, "-c", "from mdmr_cli.main import app; app()", *words)
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def shown(hub: Hub) -> dict[str, Any]:
    """Return what the line shows that the command printed for it."""
    _, words = printed(hub, "hub regions")
    done = mdmr(hub, *words[1:], "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def solo(hub: Hub) -> set[bool]:
    leases = shown(hub)["leases"].values()
    return {holding["solo"] for lease in leases for holding in lease["holdings"]}


def test_a_file_is_seen_in_both_regions() -> None:
    with up("--regions", 2) as hub:
        told = "".join(hub.lines)
        hub.s3().put_object(Bucket=hub.inbound, Key=REFUSED, Body=b"any bytes")
        wait_until(lambda: bool(hub.found()), seconds=60)
        found = shown(hub)

    for region in REGIONS:
        assert f"inbound-000000000000-{region}" in told
        assert f"outbound-000000000000-{region}" in told
    for lease in found["leases"].values():
        (holding,) = lease["holdings"]
        assert holding == {"active": REGIONS[0], "epoch": 1, "phase": "run", "solo": False}
    upload = found["files"].pop(REFUSED)
    assert upload["receipt"] == dict.fromkeys(REGIONS, "REJECTED F003")
    assert len(set(upload["inbound"].values())) == 1
    ((report, where),) = found["files"].items()
    assert report.startswith("ORG11111/ORG11111.ORG11111.FR01.")
    assert (where["inbound"], set(where["outbound"])) == ({}, set(REGIONS))


def test_a_region_goes_on_alone_and_has_its_standby_again() -> None:
    with up("--regions", 2) as hub:
        ordered = ("--environment", "sand", "--why", "a drill", "--yes")
        assert mdmr(hub, "hub", "alone", *ordered).stdout == "This region works alone now.\n"
        assert solo(hub) == {True}
        assert (
            mdmr(hub, "hub", "pair", *ordered).stdout
            == "This region works with its standby again.\n"
        )
        assert solo(hub) == {False}
        shown_to_people = mdmr(hub, "hub", "regions", "--environment", "sand")
    assert shown_to_people.returncode == 0
    assert all(region in shown_to_people.stdout for region in REGIONS)
