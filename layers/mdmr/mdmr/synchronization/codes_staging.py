"""The S codes: what staging finds in a set (IR14), in the order of the interface."""

from __future__ import annotations

from enum import Enum, StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """What a finding does: an error fails the whole set, a warning does not."""

    ERROR = "E"
    WARNING = "W"


class Needs(Enum):
    """What must be known to give a code, and so whether it can be told at a desk."""

    SET = "the set alone"
    BOTH = "the set; for some cases the directory"
    HUB = "the directory or earlier sets, which only the hub has"


class StagingCode(Struct, frozen=True):
    """A code of the staging report: its text, when it is given, what the sender does."""

    code: str
    severity: Severity
    text: str
    condition: str
    remedy: str
    needs: Needs = Needs.SET


_E, _W = Severity.ERROR, Severity.WARNING

_TABLE = (
    StagingCode(
        "S001",
        _E,
        "FILE NAME RECORD INVALID",
        "The first line is not `FNR|` followed by the file name.",
        "Write the file's own name into line 1.",
    ),
    StagingCode(
        "S002",
        _E,
        "FILE HEADER INVALID",
        "The FHR record is missing, has a wrong number of fields, or has a field of the "
        "wrong type.",
        "Write the FHR record with all 14 fields. Fields 12 to 14 are filled in file 00 and "
        "empty in all other files.",
    ),
    StagingCode(
        "S003",
        _E,
        "EXTRACTED DATE TIME DIFFERS",
        "Extracted Date Time is not the one of the Manifest.",
        "Write the same Extracted Date Time into all files of the set.",
    ),
    StagingCode(
        "S004",
        _E,
        "HEADER DIFFERS FROM NAME",
        "Fields 2 to 5 of FHR, TX_ID, File Number or Segment Number are not those of the "
        "file name.",
        "Write into FHR what the name says.",
    ),
    StagingCode(
        "S005",
        _E,
        "COUNT DIFFERS",
        "The number of details is not the one in FHR, Manifest or EOF, or a line follows EOF.",
        "Count the details again and correct FHR, Manifest and EOF. EOF must be the last line.",
    ),
    StagingCode(
        "S006",
        _E,
        "SYNC TYPE INVALID",
        "Sync Type does not fit the FILE_ID.",
        "Write I into the Manifest of a 4000 and P into the Manifest of a 3000.",
    ),
    StagingCode(
        "S007",
        _E,
        "EXTRACTED DATE TIME IN FUTURE",
        "Extracted Date Time is more than `sync.extract_ahead_h` (default: 24 hours) ahead.",
        "Write the time of the extract in EST, not a local or planned time.",
    ),
    StagingCode(
        "S010",
        _E,
        "RECORD TYPE INVALID",
        "This file must not have records of this type.",
        "Put the record into the file of its type.",
    ),
    StagingCode(
        "S011",
        _E,
        "FIELD COUNT INVALID",
        "The record does not have as many fields as its layout.",
        "Write every field, also the empty ones. A record ends with its End field.",
    ),
    StagingCode(
        "S012",
        _E,
        "MANDATORY FIELD EMPTY",
        "A mandatory field is empty.",
        "Fill the field.",
    ),
    StagingCode(
        "S013",
        _E,
        "FIELD FORMAT INVALID",
        "A field is too long or breaks its type.",
        "Write the field as its layout says.",
    ),
    StagingCode(
        "S014",
        _E,
        "DATE TIME INVALID",
        "A date or time is not real.",
        "Write a real EST time of 14 digits.",
    ),
    StagingCode(
        "S015",
        _E,
        "PERIOD INVALID",
        "End lies before Start. In a P-Sync, End must not be equal to Start either.",
        "Write an End after Start. Only an I-Sync can cancel a period, by an End that is "
        "equal to Start.",
    ),
    StagingCode(
        "S016",
        _E,
        "CODE NOT VALID",
        "A value is not in its code list.",
        "Use a value of the list.",
    ),
    StagingCode(
        "S017",
        _E,
        "CHARACTER NOT ALLOWED",
        "An id or text has a character that is not allowed.",
        "Leave the character out, or replace it.",
    ),
    StagingCode(
        "S020",
        _E,
        "UNIVERSAL SDP ID NOT OWNED",
        "The Universal SDP ID is not assigned to the LDC in ORG_ID_1.",
        "Request the number of the SDP with a 1000, and use the number in the 2000.",
        Needs.HUB,
    ),
    StagingCode(
        "S021",
        _E,
        "SDP ID DOES NOT MATCH",
        "The Universal SDP ID was issued for another LDC SDP ID.",
        "Use LDC SDP ID and Universal SDP ID as they stand in the 2000.",
        Needs.HUB,
    ),
    StagingCode(
        "S022",
        _E,
        "CONFLICTING RECORDS",
        "Another record of the set has the same timeline and Start, and another value.",
        "Send only the record that is true.",
    ),
    StagingCode(
        "S023",
        _E,
        "PERIODS OVERLAP",
        "The period overlaps the period of another record of the same timeline. Both "
        "records have an End.",
        "Let one record end where the next one starts.",
    ),
    StagingCode(
        "S024",
        _E,
        "UNKNOWN REFERENCE",
        "A meter, AMCD or component SDP is neither in the directory nor in file 01. In a "
        "P-Sync: an SDP has no SDP record in the set.",
        "Send the record of the asset or SDP in file 01, or correct the id.",
        Needs.BOTH,
    ),
    StagingCode(
        "S025",
        _E,
        "MANDATORY RECORD MISSING",
        "P-Sync: an SDP with status AC, BT or CP has no PRM, SAG, VEES or SB record, or a "
        "physical SDP has no SO record.",
        "Send all mandatory records of each SDP.",
    ),
    StagingCode(
        "S026",
        _E,
        "NEW SDP INCOMPLETE",
        "I-Sync: a new SDP has no SDP, PRM, SAG, VEES or SB record. A physical SDP must "
        "also have SO, a virtual one CTF and CTC.",
        "Send all records that create an SDP in one set.",
        Needs.HUB,
    ),
    StagingCode(
        "S027",
        _E,
        "SDP TYPE CONFLICT",
        "A virtual SDP has SM or SO, a physical SDP has CTC or CTF, or the SDP Type differs "
        "from the directory.",
        "Send the records that fit the type of the SDP. An SDP never changes its type.",
        Needs.BOTH,
    ),
    StagingCode(
        "S028",
        _E,
        "METER RECORDS INCOMPLETE",
        "A meter in an SM record has no MTR record or no MC record in the set, or the AMCD "
        "of this MC has no COM record.",
        "Send MTR, MC and COM of the meter together with its SM, also when only SM changes.",
    ),
    StagingCode(
        "S029",
        _E,
        "METER PARAMETERS MISSING",
        "A meter in an SM record has no DIAL or no CH01, neither in the directory nor in the set.",
        "Send DIAL and CH01 of the meter in file 04.",
        Needs.BOTH,
    ),
    StagingCode(
        "S101",
        _W,
        "DUPLICATE RECORD",
        "The record is the same as an earlier record of the set. The hub ignores it.",
        "Do nothing. Send each record once.",
    ),
    StagingCode(
        "S102",
        _W,
        "START FAR AHEAD",
        "Start is more than `sync.warn_future_days` (default: 90 days) ahead.",
        "Check the year.",
    ),
    StagingCode(
        "S103",
        _W,
        "START FAR BACK",
        "I-Sync: Start is more than `sync.warn_past_days` (default: 90 days) back, and the "
        "SDP is in the directory.",
        "Check the year. If it is right, do nothing.",
        Needs.HUB,
    ),
    StagingCode(
        "S104",
        _W,
        "VALUE NORMALIZED",
        "The hub dropped blanks around a value, changed letters to capitals, or read an End "
        "on 9999-12-31 as open.",
        "Do nothing. You can send the value in the form that later reports show.",
    ),
    StagingCode(
        "S105",
        _W,
        "EMPTY FILE SET",
        "The set has no detail at all.",
        "Do nothing if there was nothing to send.",
    ),
    StagingCode(
        "S106",
        _W,
        "EXTRACT NOT NEWER",
        "Extracted Date Time is not later than the one of the last complete set.",
        "Check that you did not send an older extract.",
        Needs.HUB,
    ),
    StagingCode(
        "S107",
        _W,
        "COMPONENT FILE ABSENT",
        "P-Sync: file 07 is absent, and there are active virtual SDPs. The virtual SDPs "
        "stay as they are.",
        "Send file 07 with the components of all virtual SDPs.",
        Needs.HUB,
    ),
    StagingCode(
        "S108",
        _W,
        "SDP OMITTED",
        "P-Sync: an active SDP is not in the set. The hub will de-activate it.",
        "Check that the SDP is gone. If it is not, send the SDP in the next set.",
        Needs.HUB,
    ),
)

STAGING_CODES = {each.code: each for each in _TABLE}

# STL Status of a set.
LOADED, LOADED_WITH_WARNINGS, NOT_LOADED = "00", "01", "02"
STATUSES = {
    LOADED: "Loaded.",
    LOADED_WITH_WARNINGS: "Loaded, with warnings.",
    NOT_LOADED: "Failed: the set has at least one error, and nothing of the set is applied.",
}
