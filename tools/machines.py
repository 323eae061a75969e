"""State machines as checks and catalogues look at them: their states, and what functions take."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from mdmr.jobs.steps import Payload, Step, name_of_kind
from mdmr.runtime.payloads import payload_of

from tools.sam_template import ROOT, Json, read_machine, read_template


class State(NamedTuple):
    """A state: its name, what it is, and the states beside it."""

    name: str
    body: Json
    beside: Json


def states_of(scope: Json) -> Iterator[State]:
    """Yield every state of a machine, each before those in it."""
    states: Json = scope["States"]
    for name, body in states.items():
        yield State(name, body, states)
        for inner in inner_of(body):
            yield from states_of(inner)


def inner_of(state: Json) -> list[Json]:
    """Return the machines within a state: the one of a Map, or the branches of a Parallel."""
    if "ItemProcessor" in state:
        return [state["ItemProcessor"]]
    return list(state.get("Branches", []))


def function_of(task: Json) -> str:
    """Return the logical id of the function that a task calls."""
    return str(task["Arguments"]["FunctionName"]).strip("${}")


@cache
def timeouts() -> dict[str, int]:
    """Return the time-out of each function of the template in seconds, by its logical id."""
    return {
        name: int(resource["Properties"]["Timeout"])
        for name, resource in read_template()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


@cache
def payloads(function: str) -> Sequence[type[Payload]]:
    """Return what a function takes, by its logical id: a struct for each of its steps."""
    folder = read_template()["Resources"][function]["Properties"]["CodeUri"]
    module = import_module(f"{str(folder).strip('/').replace('/', '.')}.app")
    return _kinds(payload_of(inspect.unwrap(module.handler)))


def payload_sent(task: Json) -> type[Payload] | None:
    """Return the struct of what a task sends, None where its function takes no such step.

    A payload that is all of the task's input may be any: the first struct stands for all of them.
    """
    kinds, sent = payloads(function_of(task)), task["Arguments"]["Payload"]
    if isinstance(sent, str) or not issubclass(kinds[0], Step):
        return kinds[0]
    return next((kind for kind in kinds if name_of_kind(kind) == sent.get("step")), None)


def _kinds(annotated: Any) -> list[type[Payload]]:  # noqa: ANN401 - a type, or a union of types
    if get_origin(annotated) in (Union, UnionType):
        return [kind for each in get_args(annotated) for kind in _kinds(each)]
    return [annotated]


def read_all(folder: Path = ROOT / "statemachines") -> dict[str, Json]:
    """Return the machines of a folder by their names."""
    return {
        path.name.partition(".")[0]: read_machine(path)
        for path in sorted(folder.glob("*.asl.yaml"))
    }
