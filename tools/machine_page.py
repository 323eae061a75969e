"""The page of state machines: their states, the functions they call, what is sent and answered."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from types import NoneType
from typing import Any, Union, get_args, get_origin

import msgspec
from mdmr.jobs.steps import Payload, name_of_kind

from tools.machines import (
    State,
    function_of,
    payload_sent,
    payloads,
    read_all,
    states_of,
    timeouts,
)

_NAMES = {NoneType: "null", str: "text", int: "number", bool: "true or false"}
Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]


def machine_page(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    machines = read_all()
    lines = [
        "# State machines",
        "",
        "What each state does, and for a state that calls a function: which one, with which",
        "payload, and what the function answers. How to change a machine, and what must stay:",
        "[Change a state machine](../developers/machines.md).",
    ]
    for name, machine in machines.items():
        comment = " ".join(str(machine["Comment"]).split())
        lines += ["", f"## {name}", "", comment, ""]
        lines += table(
            ("State", "Kind", "What it does", "Function", "Payload", "Answer"),
            map(_row, states_of(machine)),
        )
    functions = sorted(
        {
            function_of(state.body)
            for machine in machines.values()
            for state in states_of(machine)
            if state.body["Type"] == "Task"
        }
    )
    lines += ["", "## Payloads and answers", ""]
    lines += ["A field with a default may be missing. Every function ignores further fields."]
    for function in functions:
        lines += ["", f"### {function}", "", f"Time-out: {timeouts()[function]} seconds.", ""]
        kinds = payloads(function)
        lines += table(("Payload", "Step", "What for", "Fields", "Answer"), map(_kind, kinds))
    return lines


def _row(state: State) -> tuple[str, ...]:
    name, body, _ = state
    comment = " ".join(str(body["Comment"]).split())
    if body["Type"] != "Task":
        return f"`{name}`", body["Type"], comment, "", "", ""
    kind = payload_sent(body)
    whole = isinstance(body["Arguments"]["Payload"], str)
    sent = "the input, any of its payloads" if whole else f"`{kind.__name__ if kind else ''}`"
    answer = f"`{kind.answer.__name__}`" if kind is not None and kind.answer else ""
    return f"`{name}`", "Task", comment, f"`{function_of(body)}`", sent, answer


def _kind(kind: type[Payload]) -> tuple[str, ...]:
    step = name_of_kind(kind)
    answer = f"`{kind.answer.__name__}`: {_fields(kind.answer)}" if kind.answer else "nothing"
    purpose = (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")
    return f"`{kind.__name__}`", f"`{step}`" if step else "", purpose, _fields(kind), answer


def _fields(kind: type[msgspec.Struct]) -> str:
    return "; ".join(map(_field, msgspec.structs.fields(kind)))


def _field(field: msgspec.structs.FieldInfo) -> str:
    """Return a field as it is sent, with its type, and its default where it has one."""
    text = f"`{field.encode_name}` {_type(field.type)}"
    return text if field.required else f"{text} = {field.default!r}"


def _type(kind: Any) -> str:  # noqa: ANN401 - any type
    """Return the name of a type; a struct with its fields."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Union or type(kind).__name__ == "UnionType":
        return " or ".join(map(_type, arguments))
    if origin in (list, tuple):
        return f"list of {_type(arguments[0])}"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if issubclass(kind, Payload):
            return f"`{kind.__name__}`"
        return f"{{{_fields(kind)}}}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"one of {', '.join(str(each.value) for each in kind)}"
    return _NAMES[kind]
