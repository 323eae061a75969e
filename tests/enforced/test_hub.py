"""The hub works under exactly its roles, and an organization by exactly the template's policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub

from tests.enforced.roles import Roles, Signer
from tests.support.working import files_of

LDC, AGENT = "ORG11111", "ORG22222"
NAME = f"{LDC}.{AGENT}.1000.00.202508201005.DAT"
REQUEST = Path(__file__).parents[1] / "scenarios" / "story"
DOCUMENT = {
    "organizations": [
        {"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]},
        {"org_id": AGENT, "name": "Billing Services", "roles": ["AGENT"]},
    ],
    "authorizations": [
        {"ldc": LDC, "organization": AGENT, "file_id": "1000", "right": "SUBMIT"},
        {"ldc": LDC, "organization": AGENT, "file_id": "4000", "right": "SUBMIT"},
        {"ldc": LDC, "organization": AGENT, "file_id": "8000", "right": "SUBMIT"},
    ],
    "parameters": {LDC: {"schedule.approval": "on"}},
}


@pytest.fixture(scope="module")
def running(hub: LocalHub) -> Iterator[LocalHub]:
    hub.operator.start()
    hub.operator.apply(DOCUMENT)
    hub.embedded.settle()
    yield hub
    assert hub.embedded.busy() == []


@pytest.fixture(scope="module")
def agent(roles: Roles) -> Signer:
    return roles.organization("the-agent", AGENT)


def test_a_schedule_is_checked_and_approved_under_the_roles_alone(
    running: LocalHub, agent: Signer, roles: Roles, aws: EmbeddedAws
) -> None:
    at = aws.now() + timedelta(days=30)
    name = f"{LDC}.{AGENT}.8000.00.{aws.now():%Y%m%d%H%M%S}.DAT"
    content = (
        f"FNR|{name}\nFHR|8000|00|{LDC}|{AGENT}|{aws.now():%Y%m%d%H%M%S}|1\n"
        f"DTL|BC01|{at:%Y%m%d}|{at + timedelta(days=30):%Y%m%d}|A\n"
    )
    s3 = roles.client(agent, "s3")
    with roles.now():
        s3.put_object(Bucket=running.inbound_bucket, Key=f"{AGENT}/{name}", Body=content)
    aws.advance_to(aws.now() + timedelta(minutes=10))

    (waiting,) = running.operator.ask("schedule.waiting", organization=LDC)["files"]
    asked = {"receipt": waiting["receipt"], "why": "as agreed", "request": "a request"}
    file = running.operator.ask("schedule.approve", **asked)["file"]
    aws.settle()

    with roles.now():
        listed = s3.list_objects_v2(Bucket=running.outbound_bucket, Prefix=f"{AGENT}/")
        reports = [each["Key"] for each in listed["Contents"] if ".IR03." in each["Key"]]
    assert (file["state"], len(reports)) == ("LOADED", 1)


def test_sets_are_held_worked_and_let_go_on_under_the_roles_alone(
    running: LocalHub, agent: Signer, roles: Roles, aws: EmbeddedAws
) -> None:
    s3 = roles.client(agent, "s3")

    def send(tx_id: str, number: int) -> None:
        for name, body in files_of("", tx_id, number, at=aws.now()).items():
            with roles.now():
                s3.put_object(Bucket=running.inbound_bucket, Key=f"{AGENT}/{name}", Body=body)
        aws.settle()

    def states() -> dict[str, str]:
        names = [f"{LDC}-{AGENT}-4000-{tx_id}" for tx_id in ("first", "second", "ninth")]
        told = [running.operator.ask("sets", set=each)["sets"][0] for each in names]
        return {each["set"].rpartition("-")[2]: each["state"] for each in told}

    send("second", 2)
    send("ninth", 9)
    send("first", 1)
    assert states() == {"first": "COMPLETE", "second": "COMPLETE", "ninth": "HELD"}
    running.operator.ask("sets.number", ldc=LDC, next=9, why="as agreed", request="a request")
    aws.settle()
    assert states()["ninth"] == "COMPLETE"


def test_a_file_is_uploaded_worked_and_answered_under_the_roles_alone(
    running: LocalHub, agent: Signer, roles: Roles, aws: EmbeddedAws
) -> None:
    (content,) = (path.read_bytes() for path in REQUEST.rglob(NAME) if "expected" not in str(path))
    s3 = roles.client(agent, "s3")
    with roles.now():
        s3.put_object(Bucket=running.inbound_bucket, Key=f"{AGENT}/{NAME}", Body=content)
    aws.advance_to(aws.now() + timedelta(minutes=20))

    with roles.now():
        listed = s3.list_objects_v2(Bucket=running.outbound_bucket, Prefix=f"{AGENT}/")
        keys = [each["Key"] for each in listed["Contents"]]
        assert {"2000", "IR01"} <= {key.split(".")[2] for key in keys}
        for key in keys:
            fetched = s3.get_object(Bucket=running.outbound_bucket, Key=key)["Body"].read()
            assert fetched.startswith(b"FNR|")


def test_a_refused_file_is_answered_too(
    running: LocalHub, agent: Signer, roles: Roles, aws: EmbeddedAws
) -> None:
    s3 = roles.client(agent, "s3")
    with roles.now():
        s3.put_object(Bucket=running.inbound_bucket, Key=f"{AGENT}/no-name", Body=b"?")
    aws.settle()
    with roles.now():
        listed = s3.list_objects_v2(Bucket=running.outbound_bucket, Prefix=f"{AGENT}/")
    assert any(".FR01." in each["Key"] for each in listed["Contents"])


def test_what_came_in_the_clear_to_a_proxy_before_the_buckets_is_refused(
    running: LocalHub, roles: Roles
) -> None:
    client = roles.client(roles.organization("in-the-clear", AGENT), "s3")
    client.meta.events.register(
        "before-sign.s3",
        lambda request, **_: request.headers.add_header("X-Forwarded-Proto", "http"),
    )
    with roles.now(), pytest.raises(ClientError, match="AccessDenied"):
        client.put_object(Bucket=running.inbound_bucket, Key=f"{AGENT}/x", Body=b"x")


def test_a_certificate_of_somebody_else_is_not_trusted(aws: EmbeddedAws) -> None:
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        aws.session().client("s3", endpoint_url=aws.endpoint).list_buckets()


@pytest.mark.parametrize(
    "asked",
    [
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:aws:kms:ca-central-1:1:key/x"},
        {"ServerSideEncryption": "aws:kms"},
        {"ServerSideEncryption": "AES256"},
        {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0" * 32},
        {"StorageClass": "DEEP_ARCHIVE"},
    ],
    ids=lambda asked: "-".join(asked.values())[:30],
)
def test_an_upload_that_the_hub_could_not_read_is_refused(
    running: LocalHub, agent: Signer, roles: Roles, asked: dict[str, str]
) -> None:
    s3 = roles.client(agent, "s3")
    with roles.now(), pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=running.inbound_bucket, Key=f"{AGENT}/x", Body=b"x", **asked)


def test_an_upload_that_names_the_key_of_the_hub_comes_in(
    running: LocalHub, agent: Signer, roles: Roles, aws: EmbeddedAws
) -> None:
    s3 = roles.client(agent, "s3")
    with roles.now():
        put = s3.put_object(
            Bucket=running.inbound_bucket,
            Key=f"{AGENT}/named",
            Body=b"x",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=running.outputs["HubKeyArn"],
            StorageClass="STANDARD",
        )
    assert put["VersionId"]
    aws.settle()
