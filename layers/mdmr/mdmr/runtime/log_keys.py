"""What a log line may hold: its keys, the form of their values, and its messages.

Nothing else gets into a line (`mdmr.runtime.logs`). A form is that of an id or a code; none of
them fits a line of a file, a postal code, an account or a name of a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Fits = Callable[[object], bool]

# Every message that a line may have; what a line is about is told by its keys.
MESSAGES = frozenset(
    {
        "answered",
        "comes again late",
        "decided",
        "delivered",
        "earlier version failed",
        "failed",
        "file failed",
        "handed over again",
        "intake failed for good",
        "left",
        "left to the active region",
        "looked after the lease",
        "not active",
        "not delivered",
        "nothing to do",
    }
)

# The states of files, the states of deliveries, and what became of a renewal of the lease.
STATES = frozenset(
    {
        "ARRIVED",
        "HELD",
        "REJECTED",
        "ACCEPTED",
        "PROCESSING",
        "DONE",
        "FAILED",
        "INTENDED",
        "DELIVERED",
        "FAILED_DELIVERY",
        "WITHHELD",
    }
)
# The operator's commands.
ACTIONS = frozenset(
    {
        "apply",
        "deliveries",
        "directory.show",
        "evidence",
        "files",
        "files.list",
        "files.retry",
        "gateway.cancel",
        "gateway.change",
        "gateway.plan",
        "gateway.show",
        "health",
        "history",
        "lease.alone",
        "lease.pair",
        "lease.show",
        "organization",
        "plan",
        "redeliver",
        "resend",
        "schedule.approve",
        "schedule.refuse",
        "schedule.waiting",
        "sets",
        "sets.decide",
        "sets.number",
        "start",
        "sync.preview",
    }
)
RENEWALS = frozenset({"renewed", "solo", "not active"})

_MOST = 10**9
_DEEPEST = 8


def _form(pattern: str) -> Fits:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _one_of(words: frozenset[str]) -> Fits:
    return lambda value: isinstance(value, str) and value in words


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


def _list_of(fits: Fits) -> Fits:
    return lambda value: isinstance(value, list) and all(fits(each) for each in value)


def _fault(value: object, depth: int = _DEEPEST) -> bool:
    """Return whether a value is what `mdmr.runtime.faults.told` tells of a fault."""
    return (
        isinstance(value, dict)
        and depth > 0
        and all(
            _fault(each, depth - 1) if key == "cause" else key in _OF_FAULT and _OF_FAULT[key](each)
            for key, each in value.items()
        )
    )


_RUN = r"[a-z]{1,20}-[0-9]{8}T[0-9]{6}"
_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UUID = _form(_ID)
_HASH = _form(r"[0-9a-f]{32}")
_PLACE = _form(r"[\w./@<>+-]{1,200}:[0-9]{1,6} [\w<>]{1,80}")
_NAME = _form(r"[A-Za-z_][A-Za-z0-9_]{0,80}")

_OF_FAULT: Mapping[str, Fits] = {
    "kind": _NAME,
    "at": _list_of(_PLACE),
    "code": _form(r"[A-Za-z0-9.]{0,80}"),
    "operation": _form(r"[A-Za-z]{0,80}"),
    "field": _form(r"\$[.a-z_0-9\[\]]{0,80}"),
}

KEYS: Mapping[str, Fits] = {
    # of every line
    "level": _one_of(frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})),
    "location": _form(r"[\w<>]{1,80}:[0-9]{1,6}"),
    "message": _one_of(MESSAGES),
    "timestamp": _form(r"[0-9T :,.+-]{10,40}"),
    "service": _form(r"[a-z0-9_-]{1,40}"),
    "correlation_id": _form(rf"{_ID}|{_RUN}"),
    "request_id": _UUID,
    "function_name": _form(r"[a-z][a-z0-9_-]{0,63}"),
    "xray_trace_id": _form(r"1-[0-9a-f]{8}-[0-9a-f]{24}"),
    # of a library's lines
    "logger": _form(r"[A-Za-z0-9_.]{1,80}"),
    # what a line is about
    "action": _one_of(ACTIONS),
    "code": _form(r"F[0-9]{3}|"),
    "delivery": _HASH,
    "earlier": _HASH,
    "file": _HASH,
    "file_id": _form(r"[0-9]{4}|[A-Z]{2}[0-9]{2}|"),
    "lease": _one_of(RENEWALS),
    # no part of it was chosen by who sent a file
    "name": _form(r"ORG[0-9]{5}\.ORG[0-9]{5}\.[A-Z0-9]{4}\.[0-9]{2}\.[0-9]{12,14}\.(DAT|XML)"),
    "notice": _form(r"NT-[0-9]{4}-[0-9]{6}"),
    "order": _form(r"GW-[0-9]{6}"),
    "organization": _form(r"ORG[0-9]{5}"),
    "scheduled_time": _form(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
    # the digest of its name, in which its sender chose a part
    "set": _HASH,
    "slot": _form(rf"{_RUN}|"),
    "state": _one_of(STATES),
    # what went wrong, how much of what
    "fault": _fault,
    "messages": _list_of(_UUID),
    "arrivals": _count,
    "deliveries": _count,
    "executions": _count,
    "receipts": _count,
    "withheld": _count,
}
