"""What a write of items takes inside the emulator's process; prints it as JSON.

Run as ``python inside_items.py shipped`` or ``python inside_items.py corrected``.
"""

# ruff: noqa: PLC0415 - what is imported when is the point
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any


def main(which: str) -> None:
    os.environ.update({"GATEWAY_PORT": "45999", "LOG_LEVEL": "CRITICAL"})
    from mdmr_local.clock import install
    from mdmr_local.clock.deadlines import RealClock
    from mdmr_local.clock.ledger import Ledger

    install(RealClock(Ledger()))
    if which == "corrected":
        from mdmr_local.corrections import apply_all

        apply_all()
    facts = {"parsed": _parsed(), "written": _written(), "types": _types(), "xml": _xml()}
    sys.stdout.write(json.dumps(facts))


def _parsed() -> int:
    """How often the two statements of a batch are parsed, which puts two items."""
    from ministack.services import dynamodb

    parse, parsed = dynamodb._parse_partiql, []

    def counted(statement: str, parameters: list[Any]) -> object:
        parsed.append(statement)
        return parse(statement, parameters)

    dynamodb._parse_partiql = counted
    key = {"AttributeName": "pk", "KeyType": "HASH"}
    typed = {"AttributeName": "pk", "AttributeType": "S"}
    with dynamodb.request_scope("000000000000", "ca-central-1"):
        dynamodb._create_table(
            {
                "TableName": "table",
                "KeySchema": [key],
                "AttributeDefinitions": [typed],
                "BillingMode": "PAY_PER_REQUEST",
            }
        )
        insert = "INSERT INTO \"table\" VALUE {'pk': ?}"
        statements = [{"Statement": insert, "Parameters": [{"S": each}]} for each in "ab"]
        dynamodb._batch_execute_statement({"Statements": statements})
        items = json.loads(dynamodb._scan({"TableName": "table"})[2])["Items"]
    dynamodb._parse_partiql = parse
    return len(parsed) if items == [{"pk": {"S": "a"}}, {"pk": {"S": "b"}}] else -1


def _written() -> dict[str, Any]:
    """What the third of three equal updates of one item does, and the item after it."""
    from ministack.services import dynamodb

    update = {
        "TableName": "table",
        "Key": {"pk": {"S": "a"}},
        "UpdateExpression": "SET texts = list_append(texts, texts) ADD #c :one",
        "ConditionExpression": "#c < :most",
        "ExpressionAttributeNames": {"#c": "count"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":most": {"N": "9"}},
    }
    item = {"pk": {"S": "a"}, "count": {"N": "1"}, "texts": {"L": [{"S": "a"}, {"S": "\u00e9"}]}}
    with dynamodb.request_scope("000000000000", "ca-central-1"):
        dynamodb._put_item({"TableName": "table", "Item": item})
        for _ in range(2):
            dynamodb._transact_write_items({"TransactItems": [{"Update": update}]})
        calls = _calls(
            lambda: dynamodb._transact_write_items({"TransactItems": [{"Update": update}]})
        )
        read = dynamodb._get_item({"TableName": "table", "Key": {"pk": {"S": "a"}}})
        size = dynamodb._item_size_bytes(item)
    counted = ("deepcopy", "_tokenize", "_condition_syntax_error", "_attribute_value_size")
    return {
        "calls": {name: calls[name] for name in counted},
        "count": json.loads(read[2])["Item"]["count"]["N"],
        "size": size,
    }


def _types() -> dict[str, Any]:
    """The types of content of two services, and what finding them twice takes."""
    from ministack.core import responses

    services = ("kinesis", "ssm")
    found: list[str | None] = []

    def find() -> None:
        found.extend(
            responses.expected_success_content_type(service, "application/json")
            for service in services * 2
        )

    calls = _calls(find)
    counted = ("get_session", "_expected_envelope_content_type")
    return {"found": found, "calls": {name: calls[name] for name in counted}}


def _xml() -> dict[str, Any]:
    """A list as XML, and how often xml.etree is asked to write a part of it."""
    from xml.etree.ElementTree import Element, SubElement

    from ministack.services import s3

    root = Element("List", xmlns=s3.S3_NS, note='<"&')
    for text in ("", "a", "<&>'\"\u00e9"):
        part = SubElement(root, "Part")
        SubElement(part, "Key").text = text
    SubElement(root, "None")
    written: list[bytes] = []
    calls = _calls(lambda: written.append(s3._xml_body(root)))
    return {"text": written[0].decode(), "calls": calls["_serialize_xml"]}


def _calls(work: Callable[[], object]) -> Counter[str]:
    """How often functions of each name are called by a piece of work."""
    calls: Counter[str] = Counter()

    def called(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            calls[frame.f_code.co_name] += 1

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


if __name__ == "__main__":
    main(sys.argv[1])
