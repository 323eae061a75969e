"""The short way from boto3 to the emulator: what comes over it is what comes over HTTP."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.settings import Settings
from mdmr_local.wire import offered
from mdmr_local.wire.endpoint import WireEndpoint, connect

from tests.local.application import Application

START = datetime(2025, 8, 20, 5, 0, tzinfo=UTC)
KEY = {"pk": {"S": "a"}, "sk": {"S": "1"}}
ITEM = {
    **KEY,
    "text": {"S": "\u00e9t\u00e9"},
    "many": {"L": [{"N": "1.5"}, {"NULL": True}, {"M": {"B": {"BOOL": False}}}]},
    "set": {"SS": ["x", "y"]},
}
# As large as what is sent in several pieces.
LARGE = bytes(range(256)) * 4_000
Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def http(application: Application) -> Client:
    """Clients as boto3 makes them, of the same emulator and account."""
    aws = application.aws

    def client(service: str) -> Any:  # noqa: ANN401 - what boto3 gives has no type
        return boto3.client(
            service,
            endpoint_url=aws.endpoint,
            region_name=aws.region,
            aws_access_key_id=aws.account,
            aws_secret_access_key="local",
            config=Config(s3={"addressing_style": "path"}),
        )

    return client


@pytest.fixture(scope="module")
def names(application: Application) -> Iterator[tuple[str, str]]:
    """A table and a bucket."""
    dynamodb, s3 = application.client("dynamodb"), application.client("s3")
    table, bucket = "wire-table", f"wire-{application.aws.account}"
    dynamodb.create_table(
        TableName=table,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    where = {"LocationConstraint": application.aws.region}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    yield table, bucket
    dynamodb.delete_table(TableName=table)


def _said(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - what boto3 gives has no type
    """An answer without what is another in each."""
    metadata = answer.pop("ResponseMetadata")
    assert metadata["RequestId"]
    assert metadata["RetryAttempts"] == 0
    return {**answer, "status": metadata["HTTPStatusCode"]}


def test_clients_of_a_simulation_ask_over_the_wire(application: Application, http: Client) -> None:
    assert isinstance(application.client("dynamodb")._endpoint, WireEndpoint)
    assert not isinstance(application.client("iam")._endpoint, WireEndpoint)
    assert not isinstance(http("dynamodb")._endpoint, WireEndpoint)


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("get_item", {"Key": KEY}),
        ("get_item", {"Key": {**KEY, "sk": {"S": "binary"}}}),
        ("get_item", {"Key": {**KEY, "sk": {"S": "none"}}, "ReturnConsumedCapacity": "TOTAL"}),
        (
            "query",
            {
                "KeyConditionExpression": "pk = :p",
                "ExpressionAttributeValues": {":p": {"S": "a"}},
                "Limit": 1,
            },
        ),
        ("update_item", {"Key": KEY, "UpdateExpression": "SET x = sk", "ReturnValues": "ALL_NEW"}),
        ("describe_time_to_live", {}),
    ],
)
def test_items_are_answered_as_over_http(
    application: Application,
    http: Client,
    names: tuple[str, str],
    operation: str,
    given: dict[str, Any],
) -> None:
    wire = application.client("dynamodb")
    wire.put_item(TableName=names[0], Item=ITEM)
    wire.put_item(
        TableName=names[0], Item={**KEY, "sk": {"S": "binary"}, "bytes": {"B": b"\x00\xff"}}
    )
    over_wire, over_http = (
        _said(getattr(client, operation)(TableName=names[0], **given))
        for client in (wire, http("dynamodb"))
    )
    assert over_wire == over_http


def test_batches_and_statements_are_answered_as_over_http(
    application: Application, http: Client, names: tuple[str, str]
) -> None:
    statement = f"INSERT INTO \"{names[0]}\" VALUE {{'pk': ?, 'sk': ?}}"
    statements = [{"Statement": statement, "Parameters": [{"S": "b"}, {"S": "1"}]}] * 2

    def answers(client: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what boto3 gives
        client.put_item(TableName=names[0], Item=ITEM)
        client.delete_item(TableName=names[0], Key={"pk": {"S": "b"}, "sk": {"S": "1"}})
        return [
            _said(client.batch_get_item(RequestItems={names[0]: {"Keys": [KEY]}})),
            _said(client.batch_execute_statement(Statements=statements)),
        ]

    assert answers(application.client("dynamodb")) == answers(http("dynamodb"))


def test_a_refusal_is_the_same_exception(
    application: Application, http: Client, names: tuple[str, str]
) -> None:
    check = {
        "Put": {
            "TableName": names[0],
            "Item": ITEM,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    refused = []
    for client in (application.client("dynamodb"), http("dynamodb")):
        client.put_item(TableName=names[0], Item=ITEM)
        with pytest.raises(client.exceptions.TransactionCanceledException) as told:
            client.transact_write_items(TransactItems=[check])
        refused.append(_said(told.value.response))
    assert refused[0] == refused[1]
    assert refused[0]["CancellationReasons"][0]["Item"] == ITEM


def test_objects_are_answered_as_over_http(
    application: Application, http: Client, names: tuple[str, str]
) -> None:
    def answers(client: Any) -> list[Any]:  # noqa: ANN401 - what boto3 gives
        bucket, key = names[1], "a folder/\u00e9 + 1%"
        put = _said(client.put_object(Bucket=bucket, Key=key, Body=LARGE, Metadata={"for": "all"}))
        whole = _said(client.get_object(Bucket=bucket, Key=key))
        part = _said(client.get_object(Bucket=bucket, Key=key, Range="bytes=2-5"))
        assert whole.pop("Body").read() == LARGE
        assert part.pop("Body").read() == LARGE[2:6]
        told = [
            put,
            whole,
            part,
            _said(client.head_object(Bucket=bucket, Key=key)),
            _said(client.list_objects_v2(Bucket=bucket, Prefix="a folder/")),
            _said(client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})),
        ]
        with pytest.raises(ClientError) as gone:
            client.get_object(Bucket=bucket, Key=key)
        return [_without_headers(each) for each in [*told, _said(gone.value.response)]]

    assert answers(application.client("s3")) == answers(http("s3"))


def _without_headers(said: dict[str, Any]) -> dict[str, Any]:
    """An answer without the checksums that boto3 asks for over HTTP unless told otherwise."""
    return {name: value for name, value in said.items() if not name.startswith("Checksum")}


def test_a_body_is_sent_from_a_file_and_read_in_parts(
    application: Application, names: tuple[str, str]
) -> None:
    s3 = application.client("s3")
    file = io.BytesIO(b"skipped" + LARGE)
    file.seek(7)
    s3.put_object(Bucket=names[1], Key="file", Body=file)
    body = s3.get_object(Bucket=names[1], Key="file")["Body"]
    parts = list(body.iter_chunks(100_000))
    assert {len(each) for each in parts[:-1]} == {100_000}
    assert b"".join(parts) == LARGE


def test_an_answer_that_is_left_unread_is_none_of_the_next(
    application: Application, names: tuple[str, str]
) -> None:
    s3 = application.client("s3")
    s3.put_object(Bucket=names[1], Key="large", Body=LARGE)
    left = s3.get_object(Bucket=names[1], Key="large")["Body"]
    assert left.read(10) == LARGE[:10]
    assert s3.get_object(Bucket=names[1], Key="large")["Body"].read() == LARGE
    left.close()
    assert s3.get_object(Bucket=names[1], Key="large")["Body"].read() == LARGE


def test_a_client_is_used_from_many_threads(
    application: Application, names: tuple[str, str]
) -> None:
    s3, read = application.client("s3"), []
    for number in range(8):
        s3.put_object(Bucket=names[1], Key=str(number), Body=LARGE[number:])

    def ask(number: int) -> None:
        for _ in range(5):
            body = s3.get_object(Bucket=names[1], Key=str(number))["Body"].read()
            read.append(body == LARGE[number:])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [True] * 40


def test_messages_and_functions_are_answered(application: Application) -> None:
    sqs = application.client("sqs")
    queue = sqs.create_queue(QueueName="wire")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="<&>")
    message = sqs.receive_message(QueueUrl=queue)["Messages"][0]
    assert message["Body"] == "<&>"
    answer = application.client("lambda").invoke(
        FunctionName=application.outputs["Record"], Payload=b"{}"
    )
    assert json.loads(answer["Payload"].read())["greeting"] == "hello"


def test_a_request_is_counted_like_one_over_http(
    application: Application, http: Client, names: tuple[str, str]
) -> None:
    counts = []
    for client in (application.client("s3"), http("s3")):
        before = application.aws.usage().requests
        client.put_object(Bucket=names[1], Key="counted", Body=b"x")
        client.list_object_versions(Bucket=names[1], Prefix="counted")
        after = application.aws.usage().requests
        counts.append({kind: after[kind] - before.get(kind, 0) for kind in after})
    assert counts[0] == counts[1]
    assert (counts[0]["s3 PutObject"], counts[0]["s3 List"]) == (1, 1)


def test_an_emulator_that_has_ended_cannot_be_reached() -> None:
    with EmbeddedAws(virtual_start=START) as aws:
        client = aws.client("dynamodb")
        client._endpoint._shipped._event_emitter.unregister("needs-retry.dynamodb")
        assert client.list_tables()["TableNames"] == []
    with pytest.raises(EndpointConnectionError):
        client.list_tables()


def test_signatures_tls_and_real_time_are_over_http() -> None:
    simulated = Settings(virtual_start=0.0)
    assert offered(simulated)
    for other in (
        Settings(),
        Settings(virtual_start=0.0, enforce=True),
        Settings(virtual_start=0.0, certificate="some.pem"),
        Settings(virtual_start=0.0, corrected=False),
    ):
        assert not offered(other)
    elsewhere = boto3.client("dynamodb", region_name="ca-central-1")
    assert connect(elsewhere)._endpoint.host == elsewhere.meta.endpoint_url
    assert not isinstance(elsewhere._endpoint, WireEndpoint)
