"""No role may do what its function's code never calls for, and the check of that sees."""

from __future__ import annotations

import pytest

from tests.template import needs
from tests.template.reaching import Code, application
from tests.template.reading import Plant, properties
from tools.sam_template import ROOT, Json

HANDLERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))


def test_no_role_may_do_what_its_code_never_calls_for(template: Json) -> None:
    assert needs.roles_are_granted_no_more_than_their_code_reaches(template) == []


@pytest.mark.parametrize("handler", HANDLERS)
def test_what_each_call_needs_is_written_down(handler: str) -> None:
    calls = application().calls(f"functions.{handler}", "handler")
    assert needs.calls_without_a_need(calls) == set()


def _grant(template: Json, role: str, action: str, resource: Json) -> None:
    statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
    properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"].append(statement)


def publish_reads_uploads(template: Json) -> None:
    _grant(template, "PublishRole", "s3:GetObject", {"Fn::Sub": "${InboundBucket.Arn}/*"})


def intake_scans_the_directory(template: Json) -> None:
    table = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:table/mdmr-${Environment}-master-directory"}
    _grant(template, "IntakeRole", "dynamodb:Scan", table)


def close_slot_sends_messages(template: Json) -> None:
    _grant(template, "CloseSlotRole", "sqs:SendMessage", {"Fn::GetAtt": ["PublishQueue", "Arn"]})


def publish_takes_from_the_queue_of_another(template: Json) -> None:
    queue = {"Fn::GetAtt": ["ArrivalsQueue", "Arn"]}
    _grant(template, "PublishRole", "sqs:ReceiveMessage", queue)


def sweep_reads_something_that_no_port_is(template: Json) -> None:
    _grant(template, "SweepRole", "ssm:GetParameter", {"Fn::Sub": "arn:aws:ssm:parameter/mdmr"})


@pytest.mark.parametrize(
    "plant",
    [
        publish_reads_uploads,
        intake_scans_the_directory,
        close_slot_sends_messages,
        publish_takes_from_the_queue_of_another,
        sweep_reads_something_that_no_port_is,
    ],
    ids=lambda plant: plant.__name__,
)
def test_a_right_for_nothing_is_seen(plant: Plant, template: Json) -> None:
    plant(template)
    assert len(needs.roles_are_granted_no_more_than_their_code_reaches(template)) == 1


CODE = Code(
    {
        "functions.one": "from mdmr.room import work\nfrom mdmr import table\n"
        "def handler(event):\n    work(hub())\n    table.ACTIONS['a'](hub())\n",
        "mdmr.room": "from mdmr.table import again as work_again\n"
        "def work(hub):\n    return Thing(hub.inbound).start(hub)\n"
        "class Thing:\n    def start(self, hub):\n        work_again(hub.data)\n"
        "def never(hub):\n    hub.outbound.put_new('key', b'')\n",
        "mdmr.table": "from mdmr.deep import sent\nACTIONS = {'a': sent}\n"
        "def again(data):\n    data.read('key')\n",
        "mdmr.deep": "def sent(hub):\n    hub.publish_queue.send({})\n",
    }
)


def test_calls_are_found_through_functions_classes_tables_and_parameters() -> None:
    assert CODE.calls("functions.one", "handler") == {"data.read", "publish_queue.send"}


def test_a_call_of_a_port_that_nobody_wrote_down_is_told() -> None:
    assert needs.calls_without_a_need({"data.burn", "state.get", "inbound.name"}) == {"data.burn"}
