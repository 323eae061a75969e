"""Checks of the queues: what is worked how, and where it ends; each returns a line per fault."""

from __future__ import annotations

from tests.template.reading import actions, grants, listed, of_type, properties
from tools.sam_template import Json

# AWS's rule for queues that feed functions: a function that is throttled is tried again meanwhile.
VISIBILITY_FACTOR = 6
# In an ordered queue others wait for what is hidden, so that it is less.
ORDERED_FACTOR = 2
MOST_SECONDS_OF_DEATHS = 15 * 60
RECEIVES = 5
# What comes out of another queue may bring its receives along.
RECEIVES_AFTERWARDS = 10


def every_queue_ends_in_a_dead_queue(template: Json) -> list[str]:
    """Following what is redriven, every queue comes to one of the dead queues, in enough tries."""
    queues, dead = of_type(template, "AWS::SQS::Queue"), _dead(template)
    followed = {_next(each) for each in queues.values()}
    faults = []
    for name in queues:
        at, passed = name, set[str]()
        while at not in dead and at not in passed:
            passed.add(at)
            tries = queues[at]["Properties"].get("RedrivePolicy", {}).get("maxReceiveCount")
            if tries != (RECEIVES_AFTERWARDS if at in followed else RECEIVES):
                faults.append(f"{at}: gives up after {tries} tries")
            after = _next(queues[at]) or at
            if _in_order(queues[at]) is not _in_order(queues[after]):
                faults.append(f"{at}: {after} is a queue of another kind")
            at = after
        if at not in dead:
            faults.append(f"{name}: does not end in a dead queue")
    return faults


def dead_queues_wake_a_person(template: Json) -> list[str]:
    """Each dead queue has an alarm on its first message."""
    watched = {
        str(dimension["Value"])
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        for dimension in alarm["Properties"].get("Dimensions", [])
        if alarm["Properties"]["Threshold"] == 1
    }
    return [
        name for name in _dead(template) if str({"Fn::GetAtt": [name, "QueueName"]}) not in watched
    ]


def queues_are_encrypted(template: Json) -> list[str]:
    """Messages name files and organizations."""
    queues = of_type(template, "AWS::SQS::Queue")
    return [
        name
        for name, queue in queues.items()
        if queue["Properties"].get("SqsManagedSseEnabled") is not True
    ]


def messages_stay_hidden_while_worked(template: Json) -> list[str]:
    """A queue hides a message for several times its function's timeout; a batch fails one by one.

    In an ordered one, whose line waits meanwhile, a function that dies at a message again and
    again is done with it in time.
    """
    faults = []
    for name, mapping in of_type(template, "AWS::Lambda::EventSourceMapping").items():
        queue = mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        function = mapping["Properties"]["FunctionName"]["Ref"]
        own = template["Resources"][queue]
        hidden = own["Properties"].get("VisibilityTimeout", 30)
        factor = ORDERED_FACTOR if _in_order(own) else VISIBILITY_FACTOR
        needed = factor * properties(template, function)["Timeout"]
        if hidden < needed:
            faults.append(f"{name}: {queue} hides its messages for less than {needed} s")
        if mapping["Properties"].get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            faults.append(f"{name}: one bad message fails its whole batch")
    waiting = RECEIVES * properties(template, "IntakeQueue").get("VisibilityTimeout", 30)
    if waiting > MOST_SECONDS_OF_DEATHS:
        faults.append(f"IntakeQueue: a file at which intake dies stops its line for {waiting} s")
    return faults


def lines_are_worked_apart(template: Json) -> list[str]:
    """An ordered queue has lines that do not slow each other, and a message is worked alone."""
    faults = []
    for name, mapping in of_type(template, "AWS::Lambda::EventSourceMapping").items():
        queue = mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        own = template["Resources"][queue]
        if not _in_order(own):
            continue
        if own["Properties"].get("DeduplicationScope") != "messageGroup":
            faults.append(f"{queue}: one id counts for all lines")
        if own["Properties"].get("FifoThroughputLimit") != "perMessageGroupId":
            faults.append(f"{queue}: all lines share one limit")
        if mapping["Properties"].get("BatchSize") != 1:
            faults.append(f"{name}: a file at which the function dies takes others with it")
    return faults


def uploads_are_worked_in_lines(template: Json) -> list[str]:
    """Intake works the ordered queue, and only what tells the lines apart fills it."""
    faults = [] if _in_order(template["Resources"]["IntakeQueue"]) else ["IntakeQueue: no lines"]
    intake = {"Fn::GetAtt": ["IntakeQueue", "Arn"]}
    return faults + [
        f"{holder}: fills the intake queue"
        for holder, statement in grants(template)
        if "sqs:SendMessage" in actions(statement)
        and intake in listed(statement["Resource"])
        and holder != "RouteRole"
    ]


def route_only_hands_on(template: Json) -> list[str]:
    """Whoever routes reads messages and sends them: no table, no bucket, no key."""
    faults = [
        f"RouteRole: takes {each}"
        for each in properties(template, "RouteRole").get("ManagedPolicyArns", [])
        if each != {"Ref": "WriteTraces"}
    ]
    return faults + [
        f"RouteRole: {action}"
        for holder, statement in grants(template)
        if holder == "RouteRole"
        for action in actions(statement)
        if not action.startswith(("sqs:", "logs:"))
    ]


def _dead(template: Json) -> set[str]:
    """Return the queues that no function works."""
    worked = {
        mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        for mapping in of_type(template, "AWS::Lambda::EventSourceMapping").values()
    }
    return set(of_type(template, "AWS::SQS::Queue")) - worked


def _next(queue: Json) -> str | None:
    target = queue["Properties"].get("RedrivePolicy", {}).get("deadLetterTargetArn", {})
    found: str | None = target.get("Fn::GetAtt", [None])[0]
    return found


def _in_order(queue: Json) -> bool:
    return queue["Properties"].get("FifoQueue") is True
