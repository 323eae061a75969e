"""What may be told of a fault in a log: its kind and where it arose, never what its message holds.

A message may quote the content of a file. Kinds, codes of AWS, names of functions and line
numbers cannot.
"""

from __future__ import annotations

from traceback import walk_tb
from types import TracebackType
from typing import Any

from mdmr.jobs.steps import PayloadError

INNERMOST = 6
CAUSES = 4


def told(fault: BaseException) -> dict[str, Any]:
    """Return what a log tells of a fault: its kind, its code, its place, and of what caused it."""
    faults = [fault]
    # Faults that are raised from one another can go in a circle.
    while (cause := _cause(faults[-1])) and cause not in faults and len(faults) <= CAUSES:
        faults.append(cause)
    telling: dict[str, Any] = {}
    for each in reversed(faults):
        telling = {**_one(each), "cause": telling} if telling else _one(each)
    return telling


def _one(fault: BaseException) -> dict[str, Any]:
    telling: dict[str, Any] = {"kind": type(fault).__name__, "at": _places(fault.__traceback__)}
    answered = getattr(fault, "response", None)
    if isinstance(answered, dict):
        telling["code"] = str(answered.get("Error", {}).get("Code", ""))
        telling["operation"] = str(getattr(fault, "operation_name", ""))
    if isinstance(fault, PayloadError):
        telling["field"] = fault.field
    return telling


def _cause(fault: BaseException) -> BaseException | None:
    return fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)


def place(fault: BaseException) -> str:
    """Return where a fault arose: file, line and function."""
    return next(iter(_places(fault.__traceback__)), "unknown")


def _places(trace: TracebackType | None) -> list[str]:
    """Return the innermost places of a traceback, the innermost first."""
    places = [
        f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(trace)
    ]
    return places[: -INNERMOST - 1 : -1]


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", 3)[-3:])
