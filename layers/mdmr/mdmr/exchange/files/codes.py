"""The F codes: why a whole file is refused at intake, in the order in which they are asked."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Acts(Enum):
    """Who can mend what a code tells."""

    SENDER = "the sender"
    LDC = "the LDC (authorization, registration)"
    OPERATOR = "the operator"


class IntakeCode(Struct, frozen=True):
    """A code of the File Rejection Report: its text, when it is given, what the sender does.

    `acts` is who can mend it.
    """

    code: str
    text: str
    condition: str
    remedy: str
    acts: Acts = Acts.SENDER


_TABLE = (
    IntakeCode(
        "F000",
        "GATEWAY CLOSED",
        "the gateway's mode is REJECT, or DRAIN with `gateway.drain_new` = REJECT",
        "wait for the notice that tells OPEN, then send it again under the same name",
        Acts.OPERATOR,
    ),
    IntakeCode(
        "F001",
        "FILE NAME INVALID",
        "the name does not match the pattern, or its ending does not fit the FILE_ID",
        "correct the name; it ends in XML for 5500 and in DAT for all others",
    ),
    IntakeCode(
        "F002",
        "FILE TYPE NOT ACCEPTED",
        "the FILE_ID is no inbound type",
        "use the FILE_ID of an inbound type",
    ),
    IntakeCode(
        "F003",
        "VERSION NOT SUPPORTED",
        "the VERSION is none of those in force for the FILE_ID",
        "write the file in a version that the file types tell, and name it so",
    ),
    IntakeCode(
        "F004",
        "NAME DATE TIME INVALID",
        "DATE_TIME is not a real time or lies more than `intake.name_ahead_h` ahead",
        "put the EST time of writing into the name",
    ),
    IntakeCode(
        "F005",
        "SYNCHRONIZATION TAIL INVALID",
        "the tail is missing on 3000 or 4000, present on another type, or SEGMENT_NO is 00",
        "give 3000 and 4000 their tail, segments from 01 on, and other types none",
    ),
    IntakeCode(
        "F006",
        "LDC NOT ACTIVE",
        "ORG_ID_1 is not a registered active LDC",
        "check ORG_ID_1; where it is right, the LDC has the operator register it",
        Acts.LDC,
    ),
    IntakeCode(
        "F007",
        "SUBMITTER NOT ACTIVE",
        "ORG_ID_2 is not registered and active",
        "check ORG_ID_2; where it is right, have the operator register you",
        Acts.LDC,
    ),
    IntakeCode(
        "F008",
        "SUBMITTER IS NOT THE SENDER",
        "ORG_ID_2 is not the organization of the inbound prefix",
        "put it into the prefix of its ORG_ID_2, which is your own",
    ),
    IntakeCode(
        "F009",
        "NOT AUTHORIZED",
        "no SUBMIT authorization for ORG_ID_2, FILE_ID, ORG_ID_1 is in force",
        "ask the LDC for the authorization, then send it again",
        Acts.LDC,
    ),
    IntakeCode(
        "F010",
        "FILE SIZE INVALID",
        "0 bytes, or more than `intake.max_mb`",
        "send what is too large in several files",
    ),
    IntakeCode(
        "F011",
        "DUPLICATE FILE NAME",
        "a file of this name was accepted before",
        "nothing, if it is that file; what is new needs a new name",
    ),
    IntakeCode(
        "F012",
        "DUPLICATE CONTENT",
        "1000, 7000, 7100: the same content was accepted for LDC and FILE_ID in `intake.dup_days`",
        "nothing: the content is in hand, or was answered",
    ),
    IntakeCode(
        "F013",
        "INVALID BYTES",
        "an unprintable byte, an empty line, or a line above 16 384 bytes (5500: not UTF-8)",
        "write printable ASCII in lines that are not empty; `mdmr check` tells where it is not so",
    ),
    IntakeCode(
        "F014",
        "SYNCHRONIZATION PART NOT EXPECTED",
        "this FILE_NO and SEGMENT_NO of the TX_ID was received before, or the set is closed",
        "nothing, if it is that part; else send the whole set under a new TX_ID",
    ),
    IntakeCode(
        "F015",
        "FILE NAME RECORD INVALID",
        "the first line is not `FNR|` + the file name",
        "write the file's own name into line 1",
    ),
    IntakeCode(
        "F016",
        "FILE HEADER RECORD INVALID",
        "the second line is no FHR of the layout, or its fields 2-5 differ from the name",
        "write FHR with all fields of the layout, 2 to 5 as in the name",
    ),
    IntakeCode(
        "F017",
        "COUNT OR END OF FILE INVALID",
        "the detail count or EOF count differs, EOF is missing where mandatory, or lines follow it",
        "count the details anew, in FHR and EOF; end the file with EOF",
    ),
    IntakeCode(
        "F099",
        "INTERNAL FAILURE",
        "the hub failed after its last retry; an incident is opened",
        "nothing: send it again when the operator tells you to",
        Acts.OPERATOR,
    ),
)

INTAKE_CODES = {each.code: each for each in _TABLE}
