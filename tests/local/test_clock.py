"""Virtual time: everything at its exact instant, and nothing moves while something works."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.errors import StuckError

from tests.local.application import Application

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_a_wait_ends_at_its_exact_instant(application: Application) -> None:
    aws = application.aws
    until = aws.now() + timedelta(hours=3, seconds=7)
    execution = application.start(do="wait", name="wait", until=until.isoformat())
    aws.advance_to(until - timedelta(milliseconds=1))
    assert application.instants("wait") == []
    aws.advance_to(until)
    assert application.instants("wait") == [until]
    assert application.execution(execution)["stopDate"] == until


def test_advancing_past_a_deadline_runs_it_at_its_instant_and_ends_at_the_asked_one(
    application: Application,
) -> None:
    aws = application.aws
    until = aws.now() + HOUR
    application.start(do="wait", name="passed", until=until.isoformat())
    aws.settle()
    assert aws.next_deadline() == until
    aws.advance_to(until + HOUR)
    assert application.instants("passed") == [until]
    assert aws.now() == until + HOUR


def test_time_stands_still_while_a_function_works(application: Application) -> None:
    aws = application.aws
    now = aws.now()
    application.client("lambda").invoke(
        FunctionName="record", InvocationType="Event", Payload=json.dumps({"sleep": 0.5})
    )
    assert aws.busy() != []
    application.start(do="wait", name="after the sleeper", until=(now + MINUTE).isoformat())
    aws.advance_to(now + HOUR)
    # Sleepers of other tests were there before.
    assert [each for each in application.instants("before the sleep") if each >= now] == [now]
    assert [each for each in application.instants("after the sleep") if each >= now] == [now]
    assert application.instants("after the sleeper") == [now + MINUTE]
    assert aws.busy() == []


def test_two_workers_see_the_same_time(application: Application) -> None:
    now = application.aws.now()
    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(lambda _: application.record(sleep=0.3), range(2)))
    assert len({result["pid"] for result in seen}) == 2
    assert {result["before"] for result in seen} == {now.isoformat()}


def test_a_retry_waits_for_its_backoff(application: Application) -> None:
    aws = application.aws
    now = aws.now()
    execution = application.start(do="record", name="flaky", **{"raise": "Flaky"})
    aws.advance_to(now + 2 * HOUR)
    expected = [now + timedelta(seconds=seconds) for seconds in (0, 600, 1500, 2400)]
    assert application.instants("flaky") == expected
    assert application.execution(execution)["status"] == "FAILED"


def test_an_asynchronous_invocation_is_retried_after_one_and_two_minutes(
    application: Application,
) -> None:
    aws = application.aws
    now = aws.now()
    application.client("lambda").invoke(
        FunctionName="record",
        InvocationType="Event",
        Payload=json.dumps({"name": "asynchronous", "raise": "Flaky"}),
    )
    aws.advance_to(now + HOUR)
    assert application.instants("asynchronous") == [now, now + MINUTE, now + 3 * MINUTE]


@pytest.mark.parametrize("how", [{"raise": True}, {"fail": True}])
def test_a_failing_message_comes_back_after_its_visibility_timeout_and_then_is_set_aside(
    application: Application, how: dict[str, bool]
) -> None:
    aws = application.aws
    now = aws.now()
    name = f"failing {list(how)}"
    application.send(name=name, **how)
    aws.settle()
    assert aws.next_deadline() == now + MINUTE
    aws.advance_to(now + 5 * MINUTE)
    assert application.instants(name) == [now, now + MINUTE, now + 2 * MINUTE]
    received = application.client("sqs").receive_message(QueueUrl=application.outputs["Dead"])
    assert json.loads(received["Messages"][0]["Body"])["name"] == name
    application.client("sqs").purge_queue(QueueUrl=application.outputs["Dead"])


def test_only_the_failed_message_of_a_batch_comes_back(application: Application) -> None:
    aws = application.aws
    now = aws.now()
    application.client("sqs").send_message_batch(
        QueueUrl=application.outputs["Work"],
        Entries=[
            {"Id": "a", "MessageBody": json.dumps({"name": "good of two"})},
            {"Id": "b", "MessageBody": json.dumps({"name": "bad of two", "fail": True})},
        ],
    )
    aws.advance_to(now + MINUTE)
    assert application.instants("good of two") == [now]
    assert application.instants("bad of two") == [now, now + MINUTE]
    aws.advance_to(now + 5 * MINUTE)


def test_a_schedule_runs_at_its_minute_of_its_zone_however_far_the_jump(
    application: Application,
) -> None:
    aws = application.aws
    begin = aws.now()
    aws.advance_to(begin + timedelta(days=4))
    runs = [item for item in application.items("daily") if item["now"]["S"] > begin.isoformat()]
    assert len(runs) == 4
    for run in runs:
        instant = datetime.fromisoformat(run["now"]["S"])
        assert (instant.hour, instant.minute, instant.second) == (11, 30, 0)
        event = json.loads(run["event"]["S"])
        assert event["scheduled_time"] == instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_is_due_at_an_instant_is_done_before_the_driver_acts_at_it(
    application: Application,
) -> None:
    aws = application.aws
    day = (aws.now() + timedelta(days=1)).replace(hour=11, minute=30, second=0, microsecond=0)
    application.start(do="wait", name="at half past", until=day.isoformat())
    aws.advance_to(day)
    assert application.instants("at half past") == [day]
    assert application.instants("daily")[-1] == day
    assert aws.next_deadline() is not None
    assert aws.now() == day


def test_every_service_has_the_virtual_time(application: Application) -> None:
    aws = application.aws
    now = aws.now()
    s3 = application.client("s3")
    s3.put_object(Bucket=application.outputs["Inbound"], Key="dated", Body=b"x")
    assert s3.head_object(Bucket=application.outputs["Inbound"], Key="dated")["LastModified"] == now
    application.send(name="dated")
    aws.settle()
    assert application.items("dated")[0]["sent"]["S"] == str(int(now.timestamp() * 1000))
    execution = application.start(do="nothing")
    aws.settle()
    assert application.execution(execution)["startDate"] == now
    assert application.execution(execution)["stopDate"] == now
    table = application.client("dynamodb").describe_table(TableName="records")["Table"]
    assert table["CreationDateTime"] <= now


def test_an_upload_reaches_the_function_at_its_instant(application: Application) -> None:
    aws = application.aws
    before = application.instants("upload")
    application.client("s3").put_object(
        Bucket=application.outputs["Inbound"], Key="uploaded", Body=b"x"
    )
    aws.settle()
    assert application.instants("upload") == [*before, aws.now()]


def test_who_waits_for_a_token_is_not_busy_and_goes_on_when_answered(
    application: Application,
) -> None:
    aws = application.aws
    execution = application.start(do="token")
    aws.settle()
    asked = aws.now()
    assert aws.busy() == []
    aws.advance_to(asked + timedelta(minutes=40))
    token = json.loads(application.items("token")[-1]["event"]["S"])["token"]
    states = application.client("stepfunctions")
    states.send_task_heartbeat(taskToken=token)
    aws.advance_to(asked + timedelta(minutes=80))
    assert application.execution(execution)["status"] == "RUNNING"
    states.send_task_success(taskToken=token, output='"yes"')
    aws.settle()
    assert application.output(execution) == {"result": "yes"}
    assert application.execution(execution)["stopDate"] == asked + timedelta(minutes=80)


def test_a_token_without_a_heartbeat_expires_at_its_instant(application: Application) -> None:
    aws = application.aws
    now = aws.now()
    execution = application.start(do="token")
    aws.advance_to(now + HOUR)
    assert application.output(execution) == {"result": {"caught": "States.HeartbeatTimeout"}}
    assert application.execution(execution)["stopDate"] == now + timedelta(seconds=3000)


def test_the_waits_of_a_map_pass_side_by_side(application: Application) -> None:
    aws = application.aws
    now = aws.now()
    execution = application.start(do="map", waits=[60, 3600, 600])
    aws.advance_to(now + 2 * HOUR)
    expected = [now + timedelta(seconds=seconds) for seconds in (60, 600, 3600)]
    assert application.instants("map") == expected
    assert application.execution(execution)["stopDate"] == now + HOUR


def test_a_stopped_execution_waits_no_longer(application: Application) -> None:
    aws = application.aws
    until = aws.now() + 10 * MINUTE
    execution = application.start(do="wait", name="never", until=until.isoformat())
    aws.settle()
    assert aws.next_deadline() == until
    application.client("stepfunctions").stop_execution(executionArn=execution)
    aws.settle()
    assert aws.next_deadline() != until
    assert not any(execution in parked for parked in aws.parked())


def test_what_does_not_end_is_named(aws: EmbeddedAws, application: Application) -> None:
    impatient = aws.as_account(application.aws.account)
    impatient._patience = 0.5
    application.client("lambda").invoke(
        FunctionName="record", InvocationType="Event", Payload=json.dumps({"sleep": 2.5})
    )
    with pytest.raises(StuckError) as stuck:
        impatient.settle()
    assert stuck.value.in_flight
    aws.settle()


def test_time_does_not_go_back(aws: EmbeddedAws) -> None:
    with pytest.raises(ValueError, match="before the present"):
        aws.advance_to(aws.now() - MINUTE)


def test_virtual_time_begins_with_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        EmbeddedAws(virtual_start=datetime(2025, 8, 20, tzinfo=UTC).replace(tzinfo=None))


def test_the_run_is_counted(application: Application) -> None:
    before = application.aws.statistics()
    application.record(name="counted")
    application.start(do="nothing")
    application.aws.settle()
    after = application.aws.statistics()
    assert after["lambda_invocations"] == before["lambda_invocations"] + 1
    assert after["executions_started"] == before["executions_started"] + 1
    assert after["peak_memory_bytes"] > 50_000_000
