"""The I codes: why a set is rejected (IR10), in the order in which the checks run."""

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


_TABLE = (
    IncompleteCode(
        "I007",
        "MANIFEST UNREADABLE",
        "The hub cannot read the Manifest: it breaks F015, F016 or F017, its Sequence "
        "Number is empty or 0, its File Count is wrong, or a MAN record breaks its layout "
        "or repeats a file. `mdmr check` and `mdmr explain` show line, field and what was "
        "found.",
        "Correct the Manifest and send the whole set again under a new TX_ID, with the same "
        "sequence number.",
        About.SET,
        When.AT_ONCE,
    ),
    IncompleteCode(
        "I006",
        "SEQUENCE NUMBER ALREADY USED",
        "The sequence number is lower than the next number, or a set with this number is "
        "being processed.",
        "Send the whole set again under a new TX_ID, with the next number.",
        About.SET,
        When.AT_ONCE,
    ),
    IncompleteCode(
        "I001",
        "MANIFEST NOT RECEIVED",
        "The Manifest (file 00, segment 01) did not arrive in time.",
        "Send the whole set again under a new TX_ID, with the same sequence number.",
        About.SET,
        When.WAIT,
    ),
    IncompleteCode(
        "I003",
        "MANDATORY FILE NOT LISTED",
        "The Manifest does not list each of the files 01 to 05.",
        "List all five files, also those without details, and send the whole set again "
        "under a new TX_ID, with the same sequence number.",
        About.SET,
        When.READ,
    ),
    IncompleteCode(
        "I008",
        "SEGMENT 01 NOT LISTED",
        "The Manifest lists a file number without its segment 01.",
        "Number the segments from 01 and send the whole set again under a new TX_ID, with "
        "the same sequence number.",
        About.SET,
        When.READ,
    ),
    IncompleteCode(
        "I002",
        "LISTED FILE NOT RECEIVED",
        "The Manifest lists a file with this name, and the file did not arrive in time.",
        "Send the whole set again under a new TX_ID, with the same sequence number.",
        About.FILE,
        When.WAIT,
    ),
    IncompleteCode(
        "I004",
        "FILE NOT LISTED",
        "The file arrived, and the Manifest does not list its name.",
        "List the file or leave it out, and send the whole set again under a new TX_ID, "
        "with the same sequence number.",
        About.FILE,
        When.WAIT,
    ),
    IncompleteCode(
        "I005",
        "PRIOR FILE SET NOT RECEIVED",
        "The sequence number is higher than the next number, and the sets between did not "
        "all arrive in time.",
        "Send the missing sets first. Then send this set again under a new TX_ID.",
        About.SET,
        When.WAIT,
    ),
)
INCOMPLETE_CODES = {each.code: each for each in _TABLE}
