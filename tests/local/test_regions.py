"""Two regions on the embedded AWS, deployed in the order in which AWS needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
import yaml
from mdmr.continuity.records import LEASE_KEYS, LEASE_LIFE
from mdmr.ports.state import Item, Key
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub
from mdmr_local.regions import PRIMARY, STANDBY, deploy_regions
from mdmr_local.up import SANDBOX

START = datetime(2025, 8, 20, 5, 0, 30, tzinfo=UTC)
NAME = "ORG11111.ORG11111.1000.01.202508200005.DAT"
REFUSED = f"ORG11111/{NAME}"
MINUTE = timedelta(minutes=1)


class Regions:
    """The primary and the standby of one hub."""

    def __init__(self, embedded: EmbeddedAws) -> None:
        self.embedded = embedded
        self.primary, self.standby = deploy_regions(embedded, "SAND")
        self.primary.operator.start()
        document: Mapping[str, Any] = yaml.safe_load(SANDBOX.read_text())
        self.primary.operator.apply(document)
        embedded.settle()

    @property
    def both(self) -> tuple[LocalHub, LocalHub]:
        return self.primary, self.standby

    def upload(self, hub: LocalHub, key: str, body: bytes) -> None:
        s3 = hub.embedded.client("s3")
        s3.put_object(Bucket=hub.inbound_bucket, Key=key, Body=body)
        self.embedded.settle()

    def pass_time(self, by: timedelta) -> None:
        self.embedded.advance_to(self.embedded.now() + by)


def versions(hub: LocalHub, bucket: str, key: str) -> list[tuple[str, str]]:
    """Return (version id, replication status) of an object's versions in a region."""
    s3 = hub.embedded.client("s3")
    found = s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", [])
    heads = [s3.head_object(Bucket=bucket, Key=key, VersionId=each["VersionId"]) for each in found]
    return [
        (each["VersionId"], head.get("ReplicationStatus", ""))
        for each, head in zip(found, heads, strict=True)
    ]


def receipts(hub: LocalHub, organization: str) -> list[Item]:
    return list(hub.state.query_index("by_organization", organization))


def executions(hub: LocalHub) -> list[Any]:
    states = hub.embedded.client("stepfunctions")
    machines = states.list_state_machines()["stateMachines"]
    return [
        execution
        for each in machines
        for execution in states.list_executions(stateMachineArn=each["stateMachineArn"])[
            "executions"
        ]
    ]


def messages(hub: LocalHub) -> dict[str, int]:
    """Return how many messages lie in each queue of a region, visible or not."""
    sqs = hub.embedded.client("sqs")
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    found = {}
    for url in sqs.list_queues()["QueueUrls"]:
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
        found[url.rpartition("/")[2]] = sum(int(told[each]) for each in names)
    return found


@pytest.fixture(scope="module")
def regions() -> Iterator[Regions]:
    with EmbeddedAws(virtual_start=START, workers=2, patience=60) as embedded:
        yield Regions(embedded)


def test_each_region_was_deployed_for_its_role(regions: Regions) -> None:
    for hub, peer in permutations(regions.both):
        told = hub.embedded.client("lambda").get_function_configuration(
            FunctionName=hub.outputs["RenewLeaseFunctionName"]
        )
        assert told["Environment"]["Variables"]["PEER_REGION"] == peer.embedded.region
    assert "IdentifierSecretArn" in regions.primary.outputs
    assert "IdentifierSecretArn" not in regions.standby.outputs


def test_a_refused_upload_and_its_report_lie_in_both_regions_once(regions: Regions) -> None:
    regions.upload(regions.primary, REFUSED, b"any bytes")
    here, there = (versions(each, each.inbound_bucket, REFUSED) for each in regions.both)
    assert [status for _, status in here + there] == ["COMPLETED", "REPLICA"]
    assert here[0][0] == there[0][0]

    (receipt,) = receipts(regions.primary, "ORG11111")
    assert receipts(regions.standby, "ORG11111") == [receipt]
    assert (receipt["state"], receipt["code"], receipt["epoch"]) == ("REJECTED", "F003", 1)

    (report,) = regions.primary.outbound_keys()
    assert list(regions.standby.outbound_keys()) == [report]
    assert regions.standby.fetch(report) == regions.primary.fetch(report)
    copies = [versions(each, each.outbound_bucket, report) for each in regions.both]
    assert [[status for _, status in each] for each in copies] == [["COMPLETED"], ["REPLICA"]]


def test_the_standby_decided_nothing(regions: Regions) -> None:
    """It hears of the replica as of any upload, and sweeps: nothing comes of either."""
    regions.upload(regions.primary, f"ORG11111/again-{NAME}", b"any bytes")
    # The primary answers it at its own pace.
    regions.pass_time(MINUTE)
    before = [regions.primary.state.get_many(_keys(each)) for each in _items(regions.primary)]
    regions.pass_time(8 * MINUTE)
    assert executions(regions.standby) == []
    assert set(messages(regions.standby).values()) == {0}
    assert len(list(regions.standby.outbound_keys())) == 2
    found = [regions.standby.state.get_many(_keys(each)) for each in _items(regions.standby)]
    assert found == before


def _items(hub: LocalHub) -> list[Item]:
    return receipts(hub, "ORG11111") + receipts(hub, "TO#ORG11111")


def _keys(item: Item) -> list[Key]:
    return [Key(str(item["pk"]), str(item["sk"]))]


def test_the_lease_is_renewed_every_minute(regions: Regions) -> None:
    regions.pass_time(LEASE_LIFE + MINUTE)
    for hub in regions.both:
        rows = hub.state.get_many(LEASE_KEYS).values()
        renewed = {datetime.fromisoformat(str(each["renewed_at"])) for each in rows}
        assert all(regions.embedded.now() - each <= MINUTE for each in renewed)
        assert {str(each["active"]) for each in rows} == {PRIMARY}


def test_an_upload_in_the_standby_is_decided_in_the_primary(regions: Regions) -> None:
    key = f"ORG44444/{NAME}"
    regions.upload(regions.standby, key, b"any bytes")
    (receipt,) = receipts(regions.primary, "ORG44444")
    assert receipt["state"] == "REJECTED"
    assert [status for _, status in versions(regions.primary, regions.primary.inbound_bucket, key)]
    for hub in regions.both:
        reports = [each for each in hub.outbound_keys() if each.startswith("ORG44444/")]
        assert len(reports) == 1


def test_both_regions_derive_the_same_numbers(regions: Regions) -> None:
    secrets = [
        regions.embedded.client("secretsmanager", region=region).get_secret_value(
            SecretId="mdmr-sand-identifier-secret"
        )["SecretString"]
        for region in (PRIMARY, STANDBY)
    ]
    assert len(set(secrets)) == 1


def test_deployed_again_it_is_found_as_it_is(regions: Regions) -> None:
    again = deploy_regions(regions.embedded, "SAND")
    assert [each.outputs for each in again] == [each.outputs for each in regions.both]
