"""The F codes: why a whole file is rejected at intake, in the order in which the checks run."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Acts(Enum):
    """Who can fix the problem that a code describes."""

    SENDER = "the sender"
    LDC = "the LDC (authorization, registration)"
    OPERATOR = "the operator"


class IntakeCode(Struct, frozen=True):
    """A code of the File Rejection Report: its text, when it is given, what the sender does.

    `acts` is who can fix the problem.
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
        "The gateway is closed for this file: its mode is REJECT, or it is DRAIN and "
        "`gateway.drain_new` is REJECT (default: HOLD).",
        "Wait for the notice (NT01) with the mode OPEN. Then send the file again; you may "
        "reuse its name.",
        Acts.OPERATOR,
    ),
    IntakeCode(
        "F001",
        "FILE NAME INVALID",
        "The file name does not match the pattern, or its ending does not fit the FILE_ID.",
        "Correct the name. It must end in `.XML` for 5500 and in `.DAT` for all other types.",
    ),
    IntakeCode(
        "F002",
        "FILE TYPE NOT ACCEPTED",
        "The FILE_ID is not a type that the hub takes in.",
        "Use the FILE_ID of an inbound file type.",
    ),
    IntakeCode(
        "F003",
        "VERSION NOT SUPPORTED",
        "The VERSION in the name is not in force for this FILE_ID.",
        "Write the file in a version that is in force, and put this version into the name.",
    ),
    IntakeCode(
        "F004",
        "NAME DATE TIME INVALID",
        "DATE_TIME is not a real time, or it is more than `intake.name_ahead_h` (default: "
        "24 hours) ahead.",
        "Put the time at which you wrote the file into the name, in EST.",
    ),
    IntakeCode(
        "F005",
        "SYNCHRONIZATION TAIL INVALID",
        "The tail (TX_ID, FILE_NO, SEGMENT_NO) is missing on a 3000 or 4000, stands on "
        "another type, or SEGMENT_NO is 00.",
        "Give each 3000 and 4000 file its tail, with segments from 01. Give other types no tail.",
    ),
    IntakeCode(
        "F006",
        "LDC NOT ACTIVE",
        "ORG_ID_1 is not a registered, active LDC.",
        "Check ORG_ID_1. If it is right, the LDC must ask the operator to register it.",
        Acts.LDC,
    ),
    IntakeCode(
        "F007",
        "SUBMITTER NOT ACTIVE",
        "ORG_ID_2 is not a registered, active organization.",
        "Check ORG_ID_2. If it is right, ask the operator to register your organization.",
        Acts.LDC,
    ),
    IntakeCode(
        "F008",
        "SUBMITTER IS NOT THE SENDER",
        "ORG_ID_2 in the name is not the organization of the inbound prefix.",
        "Put the file into your own prefix, and put your own ORG ID into the name as ORG_ID_2.",
    ),
    IntakeCode(
        "F009",
        "NOT AUTHORIZED",
        "No authorization lets ORG_ID_2 submit this FILE_ID for the LDC in ORG_ID_1.",
        "Ask the LDC for the authorization. Then send the file again; you may reuse its name.",
        Acts.LDC,
    ),
    IntakeCode(
        "F010",
        "FILE SIZE INVALID",
        "The file has 0 bytes, or more than `intake.max_mb` (default: 500 MB).",
        "Split a file that is too large, and send the parts as several files.",
    ),
    IntakeCode(
        "F011",
        "DUPLICATE FILE NAME",
        "The hub accepted a file of this name before.",
        "Do nothing if it is the same file. A file with other content must have a new name.",
    ),
    IntakeCode(
        "F012",
        "DUPLICATE CONTENT",
        "A 1000, 7000 or 7100 has the same content as a file of the same LDC and FILE_ID "
        "that the hub accepted within `intake.dup_days` (default: 35 days).",
        "Do nothing: the hub has the content, or has answered it already.",
    ),
    IntakeCode(
        "F013",
        "INVALID BYTES",
        "The file has a byte that is not printable ASCII, an empty line, or a line of more "
        "than 16 384 bytes. A 5500 is not UTF-8.",
        "Write printable ASCII in lines that are not empty. `mdmr check` shows each place.",
    ),
    IntakeCode(
        "F014",
        "SYNCHRONIZATION PART NOT EXPECTED",
        "The hub has this FILE_NO and SEGMENT_NO of the TX_ID already, or the set is closed.",
        "Do nothing if it is the same part. Otherwise send the whole set under a new TX_ID.",
    ),
    IntakeCode(
        "F015",
        "FILE NAME RECORD INVALID",
        "The first line is not `FNR|` followed by the file name.",
        "Write the file's own name into line 1.",
    ),
    IntakeCode(
        "F016",
        "FILE HEADER RECORD INVALID",
        "The second line is not an FHR record of the layout, or its fields 2 to 5 differ "
        "from the name.",
        "Write the FHR record with all fields of its layout. Fields 2 to 5 must be as in the name.",
    ),
    IntakeCode(
        "F017",
        "COUNT OR END OF FILE INVALID",
        "The detail count in FHR or EOF differs from the number of details, EOF is missing "
        "where it must be, or a line follows EOF.",
        "Count the details again and correct FHR and EOF. EOF must be the last line.",
    ),
    IntakeCode(
        "F099",
        "INTERNAL FAILURE",
        "The hub failed after its last attempt and opened an incident.",
        "Wait. Send the file again when the operator asks you to.",
        Acts.OPERATOR,
    ),
)

INTAKE_CODES = {each.code: each for each in _TABLE}
