from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import exceptions as sdk
from mdmr.ports.authority import GatewayUnsetError, NotActiveError
from mdmr.ports.objects import ObjectMissingError
from mdmr.ports.outside import Grouped
from mdmr.ports.state import StateBusyError
from mdmr.runtime import observe
from mdmr.runtime.again import OF_THE_FILE, OF_THE_MOMENT, again_soon, is_of_the_moment, pause
from mdmr.runtime.observe import sqs_batch_with
from mdmr.stores.memory.outside import FixedClock, MemoryOrderedQueue
from mdmr.stores.messages import NotSentError
from mdmr.stores.s3 import ObjectBusyError

from tests.support.market import NOON

RECEIVES = 5
CONTEXT: Any = SimpleNamespace(aws_request_id="request", function_name="test")
OF_THE_FILE_ITSELF = ValueError("of the file")


def answered(status: int, code: str = "") -> sdk.ClientError:
    """Return the fault of a request that AWS answered so."""
    told: Any = {"ResponseMetadata": {"HTTPStatusCode": status}, "Error": {"Code": code}}
    return sdk.ClientError(told, "GetObject")


class TestAFaultOfTheMoment:
    @pytest.mark.parametrize(
        "fault",
        [
            StateBusyError("x"),
            NotActiveError("x"),
            GatewayUnsetError("x"),
            ObjectBusyError("x"),
            NotSentError("x"),
            sdk.EndpointConnectionError(endpoint_url="x"),
            sdk.ReadTimeoutError(endpoint_url="x"),
            sdk.ConnectTimeoutError(endpoint_url="x"),
            sdk.IncompleteReadError(actual_bytes=1, expected_bytes=2),
            answered(500, "InternalError"),
            answered(503, "SlowDown"),
            answered(429, "TooManyRequestsException"),
            answered(400, "ThrottlingException"),
        ],
    )
    def test_is_known(self, fault: Exception) -> None:
        assert is_of_the_moment(fault)

    @pytest.mark.parametrize(
        "fault",
        [
            ValueError("x"),
            KeyError("x"),
            MemoryError(),
            ObjectMissingError("x"),
            answered(403, "AccessDenied"),
            answered(400, "KMS.DisabledException"),
            answered(404),
        ],
    )
    def test_is_no_other(self, fault: Exception) -> None:
        assert not is_of_the_moment(fault)


class TestThePauses:
    def test_let_those_behind_a_faulty_file_wait_for_three_minutes_at_most(self) -> None:
        pauses = [pause(each, OF_THE_FILE_ITSELF) for each in range(1, RECEIVES + 1)]
        assert sum(pauses, timedelta()) < timedelta(minutes=3)
        assert pauses == [*sorted(pauses[:-1]), timedelta()]

    def test_outlast_an_hour_without_a_store(self) -> None:
        pauses = [pause(each, StateBusyError("x")) for each in range(1, RECEIVES + 1)]
        assert sum(pauses, timedelta()) > timedelta(hours=1)

    def test_are_one_less_than_the_receives(self) -> None:
        assert len(OF_THE_FILE) == len(OF_THE_MOMENT) == RECEIVES - 1


class TestAMessageThatFailed:
    @pytest.fixture(autouse=True)
    def _metrics_namespace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(observe._metrics.provider, "namespace", "mdmr")
        monkeypatch.setattr(observe._metrics.provider, "service", "mdmr")

    @pytest.fixture
    def queue(self) -> MemoryOrderedQueue:
        queue = MemoryOrderedQueue(FixedClock(NOON))
        queue.send_all([Grouped("1", "line", {"n": 1}), Grouped("2", "line", {"n": 2})])
        return queue

    def test_comes_again_after_its_pause_and_its_line_waits(
        self, queue: MemoryOrderedQueue
    ) -> None:
        waiting = queue.receive()
        assert waiting is not None
        failed(queue, waiting.receipt)
        clock: Any = queue._clock
        clock.advance(timedelta(seconds=9))
        assert queue.receive() is None
        clock.advance(timedelta(seconds=1))
        again = queue.receive()
        assert again is not None
        assert again.message == {"n": 1}
        assert again.receives == 2

    def test_is_handed_back_even_if_its_pause_cannot_be_set(
        self, queue: MemoryOrderedQueue
    ) -> None:
        assert failed(queue, "unknown") == [{"itemIdentifier": "message"}]


def failed(queue: MemoryOrderedQueue, receipt: str) -> list[dict[str, str]]:
    """Let the work on a received message fail; return what is handed back."""

    @sqs_batch_with(again_soon(lambda: queue))
    def handler(_: object) -> None:
        raise OF_THE_FILE_ITSELF

    record = {
        "messageId": "message",
        "receiptHandle": receipt,
        "attributes": {"ApproximateReceiveCount": "1"},
        "body": "{}",
    }
    failures: list[dict[str, str]] = handler({"Records": [record]}, CONTEXT)["batchItemFailures"]
    return failures
