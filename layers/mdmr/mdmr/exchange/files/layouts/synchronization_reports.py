"""Layouts of what a synchronization set brings: IR10, IR14, IR06, IR07."""

from __future__ import annotations

from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import (
    DATE_TIME,
    FILE_NAME,
    ORG_ID,
    TX_ID,
    char,
    fixed_number,
    number,
    one_of,
    varchar,
)

_SET = (
    Field("LDC ORG ID", ORG_ID),
    Field("Submitting ORG ID", ORG_ID),
    Field("FILE_ID", one_of("3000", "4000")),
    Field("TX_ID", TX_ID),
)
_FILE = (
    Field("File Number", fixed_number(2)),
    Field("Segment Number", fixed_number(2)),
)
_NAME = Field("File Name", FILE_NAME)
_CODE = (
    Field("Code", char(4)),
    Field("Text", varchar(60)),
)
# What a value may be in a report that only repeats it.
_VALUE_60, _VALUE_120 = varchar(60), varchar(120)

INCOMPLETE_SET = FileLayout(
    "IR10",
    "00",
    "Incomplete Synchronization File Set",
    columns=True,
    details=(
        RecordLayout(
            "DTL",
            (
                *_SET,
                Field(
                    "Sequence Number",
                    number(10),
                    Need.CONDITIONAL,
                    "empty without a Manifest that can be read",
                ),
                Field("Expected Sequence Number", number(10)),
                Field("First File Date Time", DATE_TIME),
                Field("Rejected Date Time", DATE_TIME),
                Field("Reason Code", char(4), Need.CONDITIONAL, "see the reasons"),
                Field("Reason Text", varchar(60), Need.CONDITIONAL),
                *_FILE,
                _NAME,
                Field("File State", one_of("R", "M", "X"), rule="received, missing, not listed"),
            ),
        ),
    ),
)

STAGING = FileLayout(
    "IR14",
    "00",
    "Synchronization Staging Table Loader Exception Report",
    columns=True,
    status=RecordLayout(
        "STS",
        (
            *_SET,
            Field("Sequence Number", number(10)),
            Field("Extracted Date Time", DATE_TIME, Need.CONDITIONAL, "empty if unreadable"),
            Field("STL Start", DATE_TIME),
            Field("STL End", DATE_TIME),
            Field("STL Status", one_of("00", "01", "02"), rule="see the statuses"),
            Field("Records Read", number(9), rule="details of 01-05 and 07"),
            Field("Errors", number(9)),
            Field("Warnings", number(9)),
        ),
    ),
    details=(
        RecordLayout(
            "DTL",
            (
                *_FILE,
                _NAME,
                Field("Record Number", number(9), rule="0 = the set"),
                Field("Record Type", varchar(3), Need.CONDITIONAL),
                Field("Universal SDP ID", varchar(8), Need.CONDITIONAL),
                Field("Entity ID", varchar(50), Need.CONDITIONAL, "key of the record"),
                Field("Field Name", varchar(40), Need.CONDITIONAL),
                Field("Value", _VALUE_60, Need.CONDITIONAL, "first 60 characters"),
                Field("Severity", one_of("E", "W")),
                *_CODE,
            ),
        ),
    ),
)

_STATUS = RecordLayout(
    "STS",
    (
        *_SET,
        Field(
            "Sequence Number",
            number(10),
            Need.CONDITIONAL,
            "empty where the hub failed before it had read the Manifest",
        ),
        Field("Extracted Date Time", DATE_TIME, Need.CONDITIONAL, "empty as the number before"),
        Field("Sync Start", DATE_TIME),
        Field("Sync End", DATE_TIME),
        Field("Synchronization Status", char(2), rule="see the statuses"),
        Field("Status Text", varchar(100)),
        Field("Records Processed", number(9), rule="details read, less S101 duplicates"),
        Field("Updates", number(9), rule="IR06 details"),
        Field("Exceptions", number(9), rule="IR07 details"),
    ),
)
_USDP = Field(
    "Universal SDP ID", fixed_number(8), Need.CONDITIONAL, "when the timeline is of an SDP"
)
_RECORD = Field("Record Type", varchar(3), rule="of REL the relationship type")
_TO = Field("To ID", varchar(50), Need.CONDITIONAL, "REL only")
_ENTITY = Field("Entity ID", varchar(50), rule="from id of the timeline; CTC: component")
_ATTRIBUTE = Field("Attribute", varchar(20))
_END = Field("End", DATE_TIME, Need.CONDITIONAL)

UPDATES = FileLayout(
    "IR06",
    "02",
    "Synchronization Updates Report",
    columns=True,
    status=_STATUS,
    details=(
        RecordLayout(
            "DTL",
            (
                Field("File Number", fixed_number(2), Need.CONDITIONAL, "empty for DEA"),
                Field("Segment Number", fixed_number(2), Need.CONDITIONAL),
                Field("Record Number", number(9), Need.CONDITIONAL),
                _RECORD,
                Field("Action", one_of("INS", "UPD", "DTE", "END", "CAN", "DEA")),
                _USDP,
                _ENTITY,
                _TO,
                _ATTRIBUTE,
                Field("Old Value", _VALUE_120, Need.CONDITIONAL),
                Field("New Value", _VALUE_120, Need.CONDITIONAL, "empty for END, CAN"),
                Field("Start", DATE_TIME, rule="of the resulting (CAN: vanished) segment"),
                _END,
            ),
        ),
    ),
)

EXCEPTIONS = FileLayout(
    "IR07",
    "02",
    "Synchronization Exception Report",
    columns=True,
    status=_STATUS,
    details=(
        RecordLayout(
            "DTL",
            (
                *_FILE,
                _NAME,
                Field("Record Number", number(9)),
                _RECORD,
                _USDP,
                _ENTITY,
                _TO,
                _ATTRIBUTE,
                Field("Submitted Value", _VALUE_60, Need.CONDITIONAL),
                Field("Start", DATE_TIME, rule="as submitted"),
                _END,
                Field("Exception Code", char(4)),
                Field("Exception Text", varchar(60)),
            ),
        ),
    ),
)
