"""Routing: what was told of joins the line in which it is worked.

A line is a sender and a FILE_ID family: one worker at a time goes through it in the order of
arrival, and none waits for another, however much one organization sends.
"""

from __future__ import annotations

from collections.abc import Mapping

from mdmr.exchange.files.filetypes import INBOUND
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.uploads import key_of
from mdmr.ports.hub import Hub
from mdmr.ports.outside import Grouped
from mdmr.ports.state import Value

# Keys of which nobody is the sender share one line: junk stands in the way of nothing but junk.
NOBODY = "nobody"
OTHER = "other"


def line_of(key: str) -> str:
    """Return the line of an upload by its key: `<sender>.<family>`."""
    sender, _, text = key.partition("/")
    if not ORG_ID.accepts(sender):
        return NOBODY
    name = FileName.parse(text)
    known = INBOUND.get(name.file_id) if name else None
    return f"{sender}.{known.family if known else OTHER}"


def route(hub: Hub, messages: Mapping[str, Mapping[str, Value]]) -> frozenset[str]:
    """Hand messages on to their lines, by time, then key; return the ids of those that failed.

    `messages` are by their ids: one that is routed again within five minutes is the same.
    """
    fit = {each: message for each, message in messages.items() if _tells(message)}
    in_order = sorted(fit, key=lambda each: (str(fit[each].get("time", "")), key_of(fit[each])))
    left = hub.intake_queue.send_all(
        [Grouped(each, line_of(key_of(fit[each])), fit[each]) for each in in_order]
    )
    return left | (messages.keys() - fit.keys())


def _tells(message: Mapping[str, Value]) -> bool:
    try:
        key_of(message)
    except (KeyError, TypeError):
        return False
    return True
