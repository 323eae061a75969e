"""The queues, and that each check sees the fault it is there for."""

from __future__ import annotations

from tests.template import queues
from tests.template.planting import each_check, each_plant
from tests.template.reading import Check, Plant, properties
from tools.sam_template import Json

CHECKS: list[Check] = [
    queues.every_queue_ends_in_a_dead_queue,
    queues.dead_queues_wake_a_person,
    queues.queues_are_encrypted,
    queues.messages_stay_hidden_while_worked,
    queues.lines_are_worked_apart,
    queues.uploads_are_worked_in_lines,
    queues.route_only_hands_on,
]


@each_check(CHECKS)
def test_the_template_keeps_the_rule(check: Check, template: Json) -> None:
    assert check(template) == []


def _redrive(template: Json, queue: str, target: str) -> None:
    redrive = properties(template, queue)["RedrivePolicy"]
    redrive["deadLetterTargetArn"] = {"Fn::GetAtt": [target, "Arn"]}


def a_queue_that_never_gives_up(template: Json) -> None:
    del properties(template, "PublishQueue")["RedrivePolicy"]


def a_circle_of_queues(template: Json) -> None:
    _redrive(template, "IntakeFailedQueue", "IntakeQueue")


def a_queue_that_gives_up_at_once(template: Json) -> None:
    properties(template, "IntakeQueue")["RedrivePolicy"]["maxReceiveCount"] = 1


def a_queue_that_gives_up_what_it_never_tried(template: Json) -> None:
    properties(template, "IntakeFailedQueue")["RedrivePolicy"]["maxReceiveCount"] = 5


def a_dead_queue_of_another_kind(template: Json) -> None:
    _redrive(template, "IntakeFailedQueue", "DeadQueue")


def a_dead_queue_that_nobody_hears(template: Json) -> None:
    del template["Resources"]["IntakeDeadQueueAlarm"]


def a_dead_queue_that_is_heard_late(template: Json) -> None:
    properties(template, "DeadQueueAlarm")["Threshold"] = 100


def a_queue_in_the_clear(template: Json) -> None:
    properties(template, "DeadQueue")["SqsManagedSseEnabled"] = False


def messages_come_back_too_soon(template: Json) -> None:
    properties(template, "ArrivalsQueue")["VisibilityTimeout"] = 179


def ordered_messages_come_back_too_soon(template: Json) -> None:
    properties(template, "IntakeQueue")["VisibilityTimeout"] = 119


def a_line_waits_too_long_for_the_dead(template: Json) -> None:
    properties(template, "IntakeQueue")["VisibilityTimeout"] = 181


def a_slower_function(template: Json) -> None:
    properties(template, "PublishFunction")["Timeout"] = 61


def batches_fail_whole(template: Json) -> None:
    del properties(template, "IntakeFunctionUpload")["FunctionResponseTypes"]


def one_limit_for_all_lines(template: Json) -> None:
    del properties(template, "IntakeQueue")["FifoThroughputLimit"]


def one_id_for_all_lines(template: Json) -> None:
    properties(template, "IntakeFailedQueue")["DeduplicationScope"] = "queue"


def files_are_worked_in_batches(template: Json) -> None:
    properties(template, "IntakeFunctionUpload")["BatchSize"] = 10


def intake_works_without_order(template: Json) -> None:
    del properties(template, "IntakeQueue")["FifoQueue"]


def the_sweep_passes_the_lines_by(template: Json) -> None:
    properties(template, "SweepRole")["Policies"][0]["PolicyDocument"]["Statement"].append(
        {
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Resource": {"Fn::GetAtt": ["IntakeQueue", "Arn"]},
        }
    )


def route_reads_files(template: Json) -> None:
    properties(template, "RouteRole")["Policies"][0]["PolicyDocument"]["Statement"].append(
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": {"Fn::Sub": "${InboundBucket.Arn}/*"},
        }
    )


def route_decides(template: Json) -> None:
    properties(template, "RouteRole")["ManagedPolicyArns"] = [{"Ref": "DecideInHubState"}]


PLANTS: dict[Check, list[Plant]] = {
    queues.every_queue_ends_in_a_dead_queue: [
        a_queue_that_never_gives_up,
        a_circle_of_queues,
        a_queue_that_gives_up_at_once,
        a_queue_that_gives_up_what_it_never_tried,
        a_dead_queue_of_another_kind,
    ],
    queues.dead_queues_wake_a_person: [
        a_dead_queue_that_nobody_hears,
        a_dead_queue_that_is_heard_late,
    ],
    queues.queues_are_encrypted: [a_queue_in_the_clear],
    queues.messages_stay_hidden_while_worked: [
        messages_come_back_too_soon,
        ordered_messages_come_back_too_soon,
        a_line_waits_too_long_for_the_dead,
        a_slower_function,
        batches_fail_whole,
    ],
    queues.lines_are_worked_apart: [
        one_limit_for_all_lines,
        one_id_for_all_lines,
        files_are_worked_in_batches,
    ],
    queues.uploads_are_worked_in_lines: [
        intake_works_without_order,
        the_sweep_passes_the_lines_by,
    ],
    queues.route_only_hands_on: [route_reads_files, route_decides],
}


@each_plant(PLANTS)
def test_the_check_sees(check: Check, plant: Plant, template: Json) -> None:
    plant(template)
    assert check(template) != []


def test_every_check_is_tried_on_a_fault() -> None:
    assert set(PLANTS) == set(CHECKS)
