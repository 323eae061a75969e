from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mdmr.ports.authority import NotActiveError, OtherRegionActiveError
from mdmr.runtime import observe
from mdmr.runtime.observe import TaskFailedError, about, count, sqs_batch, sqs_together, task

SECRET = "K1A 0B6 4711 kWh"
REQUEST = "00000000-0000-4000-8000-000000000000"
FILE, SLOT = "0123456789abcdef" * 2, "identifiers-20250820T101500"
CONTEXT: Any = SimpleNamespace(aws_request_id=REQUEST, function_name="mdmr-dev-intake")


def message(number: int) -> str:
    return f"00000000-0000-4000-8000-00000000000{number}"


def record(number: int, body: object) -> dict[str, Any]:
    return {
        "messageId": message(number),
        "body": body if isinstance(body, str) else json.dumps(body),
    }


@pytest.fixture(autouse=True)
def _metrics_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe._metrics.provider, "namespace", "mdmr")
    monkeypatch.setattr(observe._metrics.provider, "service", "mdmr")


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """Read the lines logged so far, as JSON."""
    lines: list[str] = []
    (handler,) = observe.logger.handlers
    monkeypatch.setattr(handler, "emit", lambda entry: lines.append(handler.format(entry)))
    observe.logger.setLevel(logging.INFO)
    return lambda: [json.loads(line) for line in [*lines, *capsys.readouterr().out.splitlines()]]


def test_only_the_messages_that_failed_come_again(log: Any) -> None:  # noqa: ANN401
    seen = []

    @sqs_batch
    def handler(message: Mapping[str, Any]) -> None:
        seen.append(message["n"])
        if message["n"] == 2:
            raise ValueError(SECRET)

    event = {"Records": [record(n, {"n": n}) for n in (1, 2, 3)]}
    assert handler(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": message(2)}]}
    assert seen == [1, 2, 3]
    failed, counted = log()
    assert failed["correlation_id"] == message(2)
    assert failed["fault"]["kind"] == "ValueError"
    assert counted["Failures"] == [1]


def test_a_message_that_is_no_json_fails_alone() -> None:
    handler = sqs_batch(lambda _: None)
    event = {"Records": [record(1, SECRET), record(2, {})]}
    assert handler(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": message(1)}]}


def test_a_message_for_another_region_is_let_go(log: Any) -> None:  # noqa: ANN401
    @sqs_batch
    def handler(_: Mapping[str, Any]) -> None:
        raise OtherRegionActiveError

    assert handler({"Records": [record(1, {})]}, CONTEXT) == {"batchItemFailures": []}
    left, counted = log()
    assert (left["level"], left["message"]) == ("INFO", "left to the active region")
    assert counted["LeftToActiveRegion"] == [1]


def test_a_message_of_a_region_whose_own_renewal_is_late_comes_again() -> None:
    @sqs_batch
    def handler(_: Mapping[str, Any]) -> None:
        raise NotActiveError

    failed = handler({"Records": [record(1, {})]}, CONTEXT)["batchItemFailures"]
    assert failed == [{"itemIdentifier": message(1)}]


def test_messages_worked_together_come_again_one_by_one(log: Any) -> None:  # noqa: ANN401
    seen: list[str] = []

    @sqs_together
    def handler(messages: Mapping[str, Any]) -> list[str]:
        seen.extend(messages)
        return [message(2)]

    event = {"Records": [record(1, {}), record(2, {}), record(3, SECRET), record(4, "[]")]}
    failed = handler(event, CONTEXT)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == [message(2), message(3), message(4)]
    assert seen == [message(1), message(2)]
    left, counted = log()
    assert left["messages"] == [message(2), message(3), message(4)]
    assert counted["Failures"] == [3]


def test_messages_worked_together_all_come_again_when_the_work_fails(log: Any) -> None:  # noqa: ANN401
    @sqs_together
    def handler(_: Mapping[str, Any]) -> list[str]:
        raise ValueError(SECRET)

    failed = handler({"Records": [record(1, {}), record(2, {})]}, CONTEXT)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == [message(1), message(2)]
    assert SECRET not in json.dumps(log())


def test_a_log_line_tells_what_it_is_about_and_the_next_message_starts_anew(log: Any) -> None:  # noqa: ANN401
    @sqs_batch
    def handler(message: Mapping[str, Any]) -> None:
        about(**message)
        observe.logger.info("done")

    handler(
        {
            "Records": [
                record(1, {"organization": "ORG11111", "file": FILE}),
                record(2, {"code": None}),
            ]
        },
        CONTEXT,
    )
    first, second = log()
    assert {
        name: first[name] for name in ("organization", "file", "correlation_id", "request_id")
    } == {
        "organization": "ORG11111",
        "file": FILE,
        "correlation_id": message(1),
        "request_id": REQUEST,
    }
    assert "organization" not in second
    assert "code" not in second


def test_a_task_returns_what_its_work_returns() -> None:
    @task
    def handler(event: Mapping[str, Any]) -> dict[str, Any]:
        return {"slot": event["slot"]}

    assert handler({"slot": "1"}, CONTEXT) == {"slot": "1"}


def test_a_task_fails_under_the_faults_name_without_its_message(log: Any) -> None:  # noqa: ANN401
    @task
    def handler(_: Mapping[str, Any]) -> None:
        try:
            int(SECRET)
        except ValueError as fault:
            raise LookupError(SECRET) from fault

    with pytest.raises(TaskFailedError) as failure:
        handler({"correlation_id": SLOT}, CONTEXT)
    assert type(failure.value).__name__ == "LookupError"
    assert failure.value.__suppress_context__
    assert "test_observe.py" in str(failure.value)
    (failed, _) = log()
    assert failed["correlation_id"] == SLOT
    assert failed["fault"]["cause"]["kind"] == "ValueError"


def test_no_log_line_tells_the_content_of_a_fault(log: Any) -> None:  # noqa: ANN401
    def fails(_: Mapping[str, Any]) -> None:
        fault: Any = {"Error": {"Code": "ValidationException", "Message": SECRET}}
        raise ClientError(fault, "PutItem") from ValueError(SECRET)

    with pytest.raises(TaskFailedError) as failure:
        task(fails)({"line": SECRET}, CONTEXT)
    sqs_batch(fails)({"Records": [record(1, {"line": SECRET}), record(2, SECRET)]}, CONTEXT)
    lines = log()
    assert SECRET not in json.dumps(lines) + str(failure.value)
    assert lines[0]["fault"]["code"] == "ValidationException"
    assert lines[0]["fault"]["operation"] == "PutItem"


def test_counts_are_written_once_when_the_invocation_ends(log: Any) -> None:  # noqa: ANN401
    @task
    def handler(_: Mapping[str, Any]) -> None:
        count("SweptUp", 2)
        count("SweptUp", 3)

    handler({}, CONTEXT)
    handler({}, CONTEXT)
    first, second = log()
    assert first["SweptUp"] == second["SweptUp"] == [2, 3]
    assert first["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "mdmr"
