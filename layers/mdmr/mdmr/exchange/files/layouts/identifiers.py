"""Layouts of Universal SDP ID assignment: 1000, 2000, IR01."""

from __future__ import annotations

from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import (
    DATE_TIME,
    FILE_NAME,
    ORG_ID,
    SDP_ID,
    UNIVERSAL_SDP_ID,
    char,
    number,
    varchar,
)

ASSIGNMENT_REQUEST = FileLayout(
    "1000",
    "00",
    "Universal SDP ID Assignment Request",
    details=(
        RecordLayout(
            "DTL",
            (
                Field("LDC ORG ID", ORG_ID, rule="must equal ORG_ID_1"),
                Field("SDP ID", SDP_ID, rule="the LDC's own SDP ID"),
            ),
        ),
    ),
)

ASSIGNMENT_RESPONSE = FileLayout(
    "2000",
    "01",
    "Universal SDP ID Assignment Response",
    header=(Field("Request File Name", FILE_NAME, rule="the 1000 answered"),),
    details=(
        RecordLayout(
            "DTL",
            (
                Field(
                    "LDC ORG ID",
                    varchar(8),
                    Need.OPTIONAL,
                    "as received, trimmed, first 8 characters",
                ),
                Field(
                    "SDP ID",
                    varchar(50),
                    Need.OPTIONAL,
                    "as received after trimming and upper-casing, first 50 characters",
                ),
                Field(
                    "Universal SDP ID",
                    UNIVERSAL_SDP_ID,
                    Need.CONDITIONAL,
                    "with Transaction Status 00 and 01",
                ),
                Field("Transaction Status", char(2, "0[0-3]"), rule="see the statuses"),
            ),
        ),
    ),
)

_COUNTED = ("Requested", "Issued", "Already Issued", "Invalid ORG ID", "Incomplete Data")

ASSIGNMENT_SUMMARY = FileLayout(
    "IR01",
    "00",
    "Universal SDP ID Assignment Request Summary Exception Report",
    columns=True,
    details=(
        RecordLayout(
            "DTL",
            (
                Field("LDC ORG ID", ORG_ID),
                Field("Submitting ORG ID", ORG_ID),
                Field("Request File Name", FILE_NAME),
                Field("Processed Date Time", DATE_TIME),
                *(Field(name, number(9)) for name in _COUNTED),
            ),
        ),
    ),
)
