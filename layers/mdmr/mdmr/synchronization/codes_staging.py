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
    BOTH = "the set; some cases only with the directory"
    HUB = "the directory or earlier sets: only the hub can tell"


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
        "the first line is not `FNR|` + the file name",
        "write the file's own name into line 1",
    ),
    StagingCode(
        "S002",
        _E,
        "FILE HEADER INVALID",
        "FHR is missing, or has a wrong number of fields or a field of wrong type",
        "write FHR with all 14 fields; 12 to 14 are filled in file 00 and empty in all others",
    ),
    StagingCode(
        "S003",
        _E,
        "EXTRACTED DATE TIME DIFFERS",
        "Extracted Date Time is not that of the Manifest",
        "write the same Extracted Date Time into all files of the set",
    ),
    StagingCode(
        "S004",
        _E,
        "HEADER DIFFERS FROM NAME",
        "FHR fields 2-5, TX_ID, File Number or Segment Number are not those of the name",
        "write into FHR what the name says",
    ),
    StagingCode(
        "S005",
        _E,
        "COUNT DIFFERS",
        "the details are not as many as FHR, Manifest or EOF say, or a line follows EOF",
        "count the details anew, in FHR, Manifest and EOF; end the file with EOF",
    ),
    StagingCode(
        "S006",
        _E,
        "SYNC TYPE INVALID",
        "Sync Type does not fit the FILE_ID",
        "write I into the Manifest of a 4000, P into that of a 3000",
    ),
    StagingCode(
        "S007",
        _E,
        "EXTRACTED DATE TIME IN FUTURE",
        "Extracted Date Time is more than `sync.extract_ahead_h` ahead",
        "write the EST time of the extract, not a local or a planned one",
    ),
    StagingCode(
        "S010",
        _E,
        "RECORD TYPE INVALID",
        "the record type is not allowed in this file",
        "put the record into the file of its type",
    ),
    StagingCode(
        "S011",
        _E,
        "FIELD COUNT INVALID",
        "the record has not as many fields as its layout",
        "write every field, empty ones too; a record ends with its End field",
    ),
    StagingCode(
        "S012",
        _E,
        "MANDATORY FIELD EMPTY",
        "a mandatory field is empty",
        "fill the field",
    ),
    StagingCode(
        "S013",
        _E,
        "FIELD FORMAT INVALID",
        "a field is too long or not of its type",
        "write the field as its layout tells",
    ),
    StagingCode(
        "S014",
        _E,
        "DATE TIME INVALID",
        "a date or time is not a real one",
        "write a real EST time of 14 digits",
    ),
    StagingCode(
        "S015",
        _E,
        "PERIOD INVALID",
        "End lies before Start; P-Sync: or is Start",
        "write an End after Start; only an I-Sync cancels, by an End that is Start",
    ),
    StagingCode(
        "S016",
        _E,
        "CODE NOT VALID",
        "a value is not in its code list",
        "use a value of the list",
    ),
    StagingCode(
        "S017",
        _E,
        "CHARACTER NOT ALLOWED",
        "a character is not allowed in this id or text",
        "leave the character out, or write it otherwise",
    ),
    StagingCode(
        "S020",
        _E,
        "UNIVERSAL SDP ID NOT OWNED",
        "the Universal SDP ID is not assigned to ORG_ID_1",
        "ask for the SDP's number with a 1000, and use what 2000 answers",
        Needs.HUB,
    ),
    StagingCode(
        "S021",
        _E,
        "SDP ID DOES NOT MATCH",
        "the LDC SDP ID is not the one for which the Universal SDP ID was given",
        "use the LDC SDP ID and its number as they stand in 2000",
        Needs.HUB,
    ),
    StagingCode(
        "S022",
        _E,
        "CONFLICTING RECORDS",
        "another record of the set has the same timeline and Start, and says otherwise",
        "send the one that is true",
    ),
    StagingCode(
        "S023",
        _E,
        "PERIODS OVERLAP",
        "the period overlaps that of another record of the timeline; both have an End",
        "let one record end where the next one starts",
    ),
    StagingCode(
        "S024",
        _E,
        "UNKNOWN REFERENCE",
        "a meter, AMCD or component SDP is neither in the directory nor in file 01; P-Sync: an SDP"
        " has no SDP record in the set",
        "send the record of the asset or SDP in file 01, or correct the id",
        Needs.BOTH,
    ),
    StagingCode(
        "S025",
        _E,
        "MANDATORY RECORD MISSING",
        "P-Sync: an SDP that is AC, BT or CP lacks PRM, SAG, VEES, SB or, if physical, SO",
        "send all mandatory records of each SDP",
    ),
    StagingCode(
        "S026",
        _E,
        "NEW SDP INCOMPLETE",
        "I-Sync: an SDP that is new lacks SDP, PRM, SAG, VEES, SB; physical: SO; virtual: CTF, CTC",
        "send all records that create an SDP in one set",
        Needs.HUB,
    ),
    StagingCode(
        "S027",
        _E,
        "SDP TYPE CONFLICT",
        "a virtual SDP has SM or SO, a physical one CTC or CTF, or the SDP Type is another than"
        " before",
        "send what fits the SDP's type; another type is another SDP",
        Needs.BOTH,
    ),
    StagingCode(
        "S028",
        _E,
        "METER RECORDS INCOMPLETE",
        "a meter named in SM lacks in the set its MTR, its MC, or the COM of that MC's AMCD",
        "send MTR, MC and COM of the meter with its SM, even when only SM changes",
    ),
    StagingCode(
        "S029",
        _E,
        "METER PARAMETERS MISSING",
        "a meter named in SM has DIAL or CH01 neither in the directory nor in the set",
        "send DIAL and CH01 of the meter in file 04",
        Needs.BOTH,
    ),
    StagingCode(
        "S101",
        _W,
        "DUPLICATE RECORD",
        "the record is the same as an earlier one of the set; it is ignored",
        "nothing; send each record once",
    ),
    StagingCode(
        "S102",
        _W,
        "START FAR AHEAD",
        "Start is more than `sync.warn_future_days` ahead",
        "check the year",
    ),
    StagingCode(
        "S103",
        _W,
        "START FAR BACK",
        "I-Sync: Start is more than `sync.warn_past_days` back, of an SDP in the directory",
        "check the year; else nothing",
        Needs.HUB,
    ),
    StagingCode(
        "S104",
        _W,
        "VALUE NORMALIZED",
        "blanks around a value were dropped, its letters made capitals, or an End on 9999-12-31 "
        "read as open",
        "nothing; send the value in the form that later reports show",
    ),
    StagingCode(
        "S105",
        _W,
        "EMPTY FILE SET",
        "the set has no detail at all",
        "nothing, if there was nothing to tell",
    ),
    StagingCode(
        "S106",
        _W,
        "EXTRACT NOT NEWER",
        "Extracted Date Time is not later than that of the last complete set",
        "check that no older extract was sent",
        Needs.HUB,
    ),
    StagingCode(
        "S107",
        _W,
        "COMPONENT FILE ABSENT",
        "P-Sync: file 07 is absent though there are active virtual SDPs; they stay as they are",
        "send file 07 with the components of all virtual SDPs",
        Needs.HUB,
    ),
    StagingCode(
        "S108",
        _W,
        "SDP OMITTED",
        "P-Sync: an active SDP is not in the set and will be de-activated",
        "check that the SDP is gone; else send it in the next set",
        Needs.HUB,
    ),
)

STAGING_CODES = {each.code: each for each in _TABLE}

# STL Status of a set.
LOADED, LOADED_WITH_WARNINGS, NOT_LOADED = "00", "01", "02"
STATUSES = {
    LOADED: "loaded",
    LOADED_WITH_WARNINGS: "loaded, with warnings",
    NOT_LOADED: "failed: at least one error, and nothing of the set is applied",
}
