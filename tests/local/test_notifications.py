"""Notifications on the embedded AWS: who subscribes with a filter is told what it asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub, deploy_hub

START = datetime(2025, 8, 20, 5, 0, tzinfo=UTC)
ONE, OTHER, AGENT = "ORG11111", "ORG44444", "ORG22222"
DOCUMENT = {
    "organizations": [
        {"org_id": ONE, "name": "Example Hydro", "roles": ["LDC"]},
        {"org_id": OTHER, "name": "Sample Power", "roles": ["LDC"]},
        {"org_id": AGENT, "name": "Billing Services", "roles": ["AGENT"]},
    ]
}
Message = dict[str, Any]


class Subscriber:
    """A queue of an organization, subscribed as docs/ldc/notifications.md tells."""

    def __init__(self, hub: LocalHub, name: str, filter_policy: dict[str, list[str]]) -> None:
        sqs, sns = hub.embedded.client("sqs"), hub.embedded.client("sns")
        self._sqs = sqs
        self._url = sqs.create_queue(QueueName=name)["QueueUrl"]
        asked = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        sns.subscribe(
            TopicArn=hub.outputs["NotificationTopicArn"],
            Protocol="sqs",
            Endpoint=asked["Attributes"]["QueueArn"],
            Attributes={
                "FilterPolicyScope": "MessageBody",
                "FilterPolicy": json.dumps(filter_policy),
                "RawMessageDelivery": "true",
            },
        )

    def messages(self) -> list[Message]:
        """Take all messages out of the queue; the same event told twice is one."""
        found: dict[str, Message] = {}
        while got := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            for each in got:
                told = json.loads(each["Body"])
                found[told["id"]] = told
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=each["ReceiptHandle"])
        return sorted(found.values(), key=lambda each: (each["time"], each["kind"], each["file"]))


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with EmbeddedAws(virtual_start=START, patience=30) as embedded:
        deployed = deploy_hub(embedded, "SAND")
        deployed.operator.start()
        deployed.operator.apply(DOCUMENT)
        embedded.settle()
        yield deployed


def upload(hub: LocalHub, prefix: str, name: str) -> None:
    hub.upload(prefix, name, BytesIO(b"odd"))
    hub.embedded.settle()


def test_who_hears_all_organizations_is_found_and_who_hears_its_own_is_not(hub: LocalHub) -> None:
    def findings() -> list[str]:
        (check,) = hub.operator.ask("health")["checks"]
        found: list[str] = check["findings"]
        return found

    Subscriber(hub, "its-own", {"organization": [ONE]})
    assert findings() == []
    sqs, sns = hub.embedded.client("sqs"), hub.embedded.client("sns")
    url = sqs.create_queue(QueueName="everything")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    made = sns.subscribe(
        TopicArn=hub.outputs["NotificationTopicArn"],
        Protocol="sqs",
        Endpoint=asked["Attributes"]["QueueArn"],
        ReturnSubscriptionArn=True,
    )
    (finding,) = findings()
    assert made["SubscriptionArn"].rpartition(":")[2] in finding
    assert "has no filter" in finding
    sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])
    assert findings() == []


def test_a_queue_gets_exactly_the_events_of_its_organization(hub: LocalHub) -> None:
    all_of_one = Subscriber(hub, "all-of-one", {"organization": [ONE]})
    rejections = Subscriber(hub, "rejections", {"organization": [AGENT], "kind": ["FILE_REJECTED"]})
    for prefix in (ONE, OTHER, AGENT):
        upload(hub, prefix, f"odd of {prefix}")

    got = all_of_one.messages()
    assert [(each["kind"], each["organization"]) for each in got] == [
        ("FILE_DELIVERED", ONE),
        ("FILE_REJECTED", ONE),
    ]
    delivered, rejected = got
    assert hub.fetch(delivered["key"]).startswith(f"FNR|{delivered['file']}\n".encode())
    assert (rejected["file"], rejected["code"]) == (f"odd of {ONE}", "F001")
    (told,) = rejections.messages()
    assert (told["kind"], told["organization"]) == ("FILE_REJECTED", AGENT)


def test_a_delivery_is_tried_again_by_delayed_messages_and_given_up_with_an_event(
    hub: LocalHub,
) -> None:
    """Another writer's object stands where the report is to go, which no policy keeps out here."""
    failures = Subscriber(hub, "failures", {"kind": ["DELIVERY_FAILED"]})
    instant = hub.embedded.now() + timedelta(minutes=1)
    hub.embedded.advance_to(instant)
    s3 = hub.embedded.client("s3")
    for second in range(-1, 5):
        at = instant + timedelta(seconds=second, hours=-5)
        key = f"{AGENT}/{AGENT}.{AGENT}.FR01.00.{at:%Y%m%d%H%M%S}.DAT"
        s3.put_object(Bucket=hub.outbound_bucket, Key=key, Body=b"in the way")
    upload(hub, AGENT, "odd and in the way")
    assert failures.messages() == []
    assert _shown(hub)["next_try"] is not None

    hub.embedded.advance_to(instant + timedelta(minutes=59))
    assert failures.messages() == []
    assert _shown(hub)["tries"] == 3
    hub.embedded.advance_to(instant + timedelta(minutes=61))
    (told,) = failures.messages()
    shown = _shown(hub)
    assert (told["organization"], told["file"]) == (AGENT, shown["file"])
    assert (shown["state"], shown["tries"]) == ("FAILED_DELIVERY", 4)


def test_a_file_is_sent_again_with_the_same_bytes_and_an_event_of_its_own(hub: LocalHub) -> None:
    again = Subscriber(hub, "again", {"organization": [OTHER], "kind": ["FILE_DELIVERED"]})
    upload(hub, OTHER, "odd once more")
    (first,) = again.messages()
    content = hub.fetch(first["key"])
    request = {"file": first["file"], "why": "lost", "request": "one"}
    hub.operator.ask("resend", **request)
    hub.operator.ask("resend", **request)
    hub.embedded.settle()
    (second,) = again.messages()
    assert (first["resend"], second["resend"]) == (0, 1)
    assert (second["key"], second["sha256"]) == (first["key"], first["sha256"])
    assert hub.fetch(first["key"]) == content
    versions = hub.embedded.client("s3").list_object_versions(
        Bucket=hub.outbound_bucket, Prefix=first["key"]
    )["Versions"]
    assert len(versions) == 2


def _shown(hub: LocalHub) -> Message:
    newest: Message = hub.operator.ask("deliveries", organization=AGENT)["deliveries"][0]
    return newest
