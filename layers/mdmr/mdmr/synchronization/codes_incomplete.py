"""The I codes: why a set is rejected (IR10), in the order in which they are asked."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class About(Enum):
    """What a code is about: each file of a set, or one of them."""

    SET = "the set"
    FILE = "a file"


class When(Enum):
    """When a set is rejected with a code."""

    AT_ONCE = "at once"
    READ = "at once when the Manifest is read"
    WAIT = "at the end of the wait"


class IncompleteCode(Struct, frozen=True):
    """A code of the report of an incomplete set: its text, when it is given, what the sender does.

    A code about a file stands beside that file only.
    """

    code: str
    text: str
    condition: str
    remedy: str
    about: About
    when: When


_AGAIN = "send the whole set again under a new TX_ID, with the same sequence number"
_TABLE = (
    IncompleteCode(
        "I007",
        "MANIFEST UNREADABLE",
        "the Manifest breaks F015, F016 or F017, its Sequence Number is empty or 0, its File Count "
        "is wrong, or a MAN record breaks its layout or repeats a file; `mdmr check` and "
        "`mdmr explain` name line, field and what was found",
        f"correct the Manifest and {_AGAIN}",
        About.SET,
        When.AT_ONCE,
    ),
    IncompleteCode(
        "I006",
        "SEQUENCE NUMBER ALREADY USED",
        "the sequence number is lower than the next one, or that of a set under way",
        "send the whole set again under a new TX_ID, with the next number",
        About.SET,
        When.AT_ONCE,
    ),
    IncompleteCode(
        "I001",
        "MANIFEST NOT RECEIVED",
        "file 00, segment 01 was not received in time",
        _AGAIN,
        About.SET,
        When.WAIT,
    ),
    IncompleteCode(
        "I003",
        "MANDATORY FILE NOT LISTED",
        "the Manifest does not list each of 01 to 05",
        f"list all of them, also those without details, and {_AGAIN}",
        About.SET,
        When.READ,
    ),
    IncompleteCode(
        "I008",
        "SEGMENT 01 NOT LISTED",
        "of a number that the Manifest lists it does not list segment 01",
        f"number the segments from 01 and {_AGAIN}",
        About.SET,
        When.READ,
    ),
    IncompleteCode(
        "I002",
        "LISTED FILE NOT RECEIVED",
        "a file with the name that the Manifest lists was not received in time",
        _AGAIN,
        About.FILE,
        When.WAIT,
    ),
    IncompleteCode(
        "I004",
        "FILE NOT LISTED",
        "the file was received, and the Manifest does not list its name",
        f"list it, or leave it out, and {_AGAIN}",
        About.FILE,
        When.WAIT,
    ),
    IncompleteCode(
        "I005",
        "PRIOR FILE SET NOT RECEIVED",
        "the sequence number is higher than the next one, and not all sets between were received "
        "in time",
        "send the missing sets first, then this one again under a new TX_ID",
        About.SET,
        When.WAIT,
    ),
)
INCOMPLETE_CODES = {each.code: each for each in _TABLE}
