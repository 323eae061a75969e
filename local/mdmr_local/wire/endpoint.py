"""Puts the wire under a client of boto3, in place of signatures and HTTP."""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import urlencode, urlsplit

import msgspec
from botocore.client import ClientCreator
from botocore.endpoint import convert_to_response_dict
from botocore.exceptions import EndpointConnectionError
from botocore.utils import determine_content_length

from mdmr_local.wire.connection import Answer, Connections

_HTTP_ERRORS = 300
# Operations of DynamoDB whose answers boto3 gives as the JSON is: values of items are not decoded.
_PLAIN = frozenset(
    {
        "BatchExecuteStatement",
        "BatchGetItem",
        "DeleteItem",
        "ExecuteStatement",
        "GetItem",
        "PutItem",
        "Query",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
# But for binary ones.
_BINARY = (b'"B"', b'"BS"')
_read_json = msgspec.json.Decoder(dict[str, Any]).decode
# Services of which a client may not wait for an answer that has no end.
_CARRIED = frozenset(
    {"dynamodb", "events", "lambda", "monitoring", "s3", "secretsmanager", "sqs", "states"}
)


def connect(client: Any) -> Any:
    """Return a client of boto3 that asks the emulator over the wire from now on.

    A client that does not speak plain HTTP to this machine, or has nobody who signs, stays as it
    is.
    """
    address = urlsplit(client.meta.endpoint_url)
    signer = client._request_signer
    if (
        address.scheme == "http"
        and address.hostname == "127.0.0.1"
        and address.port
        and signer.signing_name in _CARRIED
        and signer._credentials is not None
    ):
        client._endpoint = WireEndpoint(client, (address.hostname, address.port))
        client._user_agent_creator = _Nameless()
    return client


def connect_all() -> None:
    """Have every client that boto3 makes in this process ask over the wire."""
    creator: Any = ClientCreator
    shipped = creator.create_client

    def create_client(*given: Any, **named: Any) -> Any:
        return connect(shipped(*given, **named))

    creator.create_client = create_client


class _Headers(dict[str, str]):
    """Headers by name in lower case, found by a name in any."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class _Nameless:
    """In place of what writes a header that tells of the caller's machine, anew for each call."""

    def to_string(self) -> str:
        return "mdmr-wire"


class WireEndpoint:
    """In place of a client's `botocore.endpoint.Endpoint`.

    Args:
        client: the client, as boto3 has made it.
        address: of the emulator.
    """

    def __init__(self, client: Any, address: tuple[str, int]) -> None:
        self._shipped = client._endpoint
        self._gives_items = client._request_signer.signing_name == "dynamodb"
        self._origin = f"http://{address[0]}:{address[1]}"
        self._connections = Connections(address, client.meta.config.read_timeout)
        keys = client._request_signer._credentials.get_frozen_credentials()
        scope = f"19700101/{client.meta.region_name}/{client._request_signer.signing_name}"
        self._added = {
            "host": f"{address[0]}:{address[1]}",
            # For whom and where; nobody looks at the signature.
            "authorization": f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{scope}/aws4_request, "
            "SignedHeaders=host, Signature=none",
        }
        if keys.token:
            self._added["x-amz-security-token"] = keys.token

    def __getattr__(self, name: str) -> Any:
        """Return what else the endpoint has as shipped."""
        return getattr(self._shipped, name)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()
        self._shipped.close()

    def make_request(self, operation: Any, asked: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Ask the emulator, again where boto3 would, and return the answer and what it says.

        Raises:
            EndpointConnectionError: the emulator has ended.
        """
        headers = {name.lower(): str(value) for name, value in asked["headers"].items()}
        if not asked["url"].startswith(self._origin) or "x-amz-trailer" in headers:
            shipped: tuple[Any, dict[str, Any]] = self._shipped.make_request(operation, asked)
            return shipped
        headers |= self._added
        attempts = 1
        while True:
            answer, said, error = self._tried(operation, asked, headers)
            failed = error is not None or answer is None or answer.status_code >= _HTTP_ERRORS
            got = None if answer is None else (answer, said)
            if not failed or not self._shipped._needs_retry(attempts, operation, asked, got, error):
                break
            attempts += 1
        if error is not None:
            raise error
        said["ResponseMetadata"]["RetryAttempts"] = attempts - 1
        return answer, said

    def _tried(
        self, operation: Any, asked: dict[str, Any], headers: dict[str, str]
    ) -> tuple[Answer | None, dict[str, Any], Exception | None]:
        body, size = _body(asked["body"])
        headers["content-length"] = str(size)
        path = asked["url"][len(self._origin) :]
        try:
            answer = self._connections.ask(asked["method"], path, headers, body, size)
            return answer, self._said(operation, answer), None
        except OSError:
            return None, {}, EndpointConnectionError(endpoint_url=self._origin)

    def _is_plain(self, operation: Any, answer: Answer) -> bool:
        return (
            self._gives_items
            and answer.status_code < _HTTP_ERRORS
            and operation.name in _PLAIN
            and not any(mark in answer.content for mark in _BINARY)
        )

    def _said(self, operation: Any, answer: Answer) -> dict[str, Any]:
        """Return what the answer says, read as boto3 reads it."""
        if self._is_plain(operation, answer):
            return _plain(answer)
        protocol = operation.service_model.resolved_protocol
        if protocol.startswith("rest"):
            answer.headers = _Headers(answer.headers)
        told = convert_to_response_dict(answer, operation)
        parser = self._shipped._response_parser_factory.create_parser(protocol)
        said: dict[str, Any] = parser.parse(told, operation.output_shape)
        if answer.status_code >= _HTTP_ERRORS:
            self._shipped._add_modeled_error_fields(told, said, operation, parser)
        return said


def _plain(answer: Answer) -> dict[str, Any]:
    """Return what an answer of plain JSON says."""
    read = _read_json(answer.content)
    said = {name: value for name, value in read.items() if value is not None}
    headers = answer.headers
    said["ResponseMetadata"] = {
        "RequestId": headers["x-amzn-requestid"],
        "HTTPStatusCode": answer.status_code,
        "HTTPHeaders": dict(headers),
    }
    return said


def _body(given: Any) -> tuple[bytes | IO[bytes], int]:
    """Return the body of a request and its size; of a file, what it has from where it is."""
    if isinstance(given, dict):
        given = urlencode(given, doseq=True)
    if isinstance(given, str):
        given = given.encode()
    if given is None or isinstance(given, (bytes, bytearray)):
        body = bytes(given or b"")
        return body, len(body)
    size = determine_content_length(given)
    if size is None:
        body = given.read()
        return body, len(body)
    return given, size
