"""What has happened in a hub before the pages are read: what they speak of is there."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import yaml
from mdmr_local.deploy import deploy
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import TEMPLATE, LocalHub
from mdmr_local.up import SANDBOX

from tools.sam_template import ROOT

# A day that the pages' file names are of, 10:05 EST.
START = datetime(2025, 8, 20, 15, 5, tzinfo=UTC)
STACK, SANDBOX_STACK = "dev", "sand"
AGENT = "ORG22222"
REQUEST = f"ORG11111.{AGENT}.1000.00.202508201005.DAT"
_STORY = ROOT / "tests/scenarios/story/inbound" / AGENT / REQUEST
_DOCUMENT = yaml.safe_load(SANDBOX.read_text(encoding="utf-8"))


def deployed(embedded: EmbeddedAws, stack: str = STACK) -> LocalHub:
    """Return a hub of the environment that a page is written for, in operation."""
    outputs = deploy(embedded, TEMPLATE, f"mdmr-{stack}", {"Environment": stack})
    hub = LocalHub(embedded, stack, outputs)
    hub.operator.start()
    hub.operator.apply(_DOCUMENT)
    embedded.settle()
    return hub


def what_the_pages_speak_of(hub: LocalHub) -> dict[str, str]:
    """Let a request be answered, a delivery and a file fail; return the words in capitals."""
    with _STORY.open("rb") as content:
        hub.upload(AGENT, REQUEST, content)
    hub.embedded.advance_to(START + timedelta(minutes=10))
    _failed_deliveries(hub)
    _failed_files(hub)
    sqs, account = hub.embedded.client("sqs"), hub.embedded.account
    dead = hub.outputs["DeadQueueUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody=json.dumps({"delivery": "unknown"}))
    return {
        "TOPIC_ARN": hub.outputs["NotificationTopicArn"],
        "ALARMS_ARN": hub.outputs["AlarmTopicArn"],
        "QUEUE_ARN": f"arn:aws:sqs:{hub.embedded.region}:{account}:mdmr-events",
        "QUEUE_URL": f"{hub.embedded.endpoint}/{account}/mdmr-events",
        # What is so only while a page is read: asked for where it is used.
        "PLAN_ID": '"$(first-plan)"',
        "RECEIPT_HANDLE": '"$(first-handle "$queue")"',
        "RECEIPT_ID": '"$(first-failed)"',
    }


def files_at_hand(folder: Path) -> None:
    """Put into a folder the files that commands name and no page shows."""
    lines = _STORY.read_text(encoding="utf-8").splitlines(keepends=True)
    sound = "".join(lines[:2] + lines[2:3] * 6)
    (folder / REQUEST).write_text(sound, encoding="utf-8")
    (folder / "my-organizations.yaml").write_text(yaml.safe_dump(_DOCUMENT), encoding="utf-8")
    (folder / "set1").mkdir()
    for path in _STORY.parent.glob("*.4000.00.*.tx0001.*.DAT"):
        shutil.copy(path, folder / "set1")
    (folder / "event.json").write_text('{"id": "1", "kind": "FILE_REJECTED"}', encoding="utf-8")


def reopened(hub: LocalHub) -> None:
    """Open the gateway wherever a page left it closed."""
    for each in hub.operator.ask("gateway.show")["gateway"]["modes"]:
        if each["mode"] != "OPEN":
            given = {"mode": "OPEN", "scope": each["scope"], "why": "next page"}
            hub.operator.ask("gateway.change", **given)
    hub.embedded.settle()


def _failed_deliveries(hub: LocalHub) -> None:
    """Let other writers' objects stand where reports are to go, until these are given up."""
    s3, begun = hub.embedded.client("s3"), START + timedelta(minutes=25)
    keys = [f"{AGENT}/{AGENT}.{AGENT}.FR01.00.20250820103{each}00.DAT" for each in range(2)]
    for minute, key in enumerate(keys):
        hub.embedded.advance_to(begun + timedelta(minutes=minute))
        s3.put_object(Bucket=hub.outbound_bucket, Key=key, Body=b"in the way")
        hub.upload(AGENT, f"odd {minute}", BytesIO(b"odd"))
    hub.embedded.advance_to(begun + timedelta(minutes=65))
    for key in keys:
        s3.delete_object(Bucket=hub.outbound_bucket, Key=key)


def _failed_files(hub: LocalHub) -> None:
    """Let requests' bytes be gone when they are to be answered."""
    s3 = hub.embedded.client("s3")
    for time in ("1130", "1131"):
        name = REQUEST.replace("1005", time)
        hub.upload(AGENT, name, BytesIO(_STORY.read_bytes().replace(b"1005", time.encode())))
        hub.embedded.settle()
        at = {"Bucket": hub.inbound_bucket, "Key": f"{AGENT}/{name}"}
        s3.delete_object(**at, VersionId=s3.head_object(**at)["VersionId"])
    hub.embedded.advance_to(hub.embedded.now() + timedelta(minutes=45))
