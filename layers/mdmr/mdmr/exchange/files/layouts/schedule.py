"""Layouts of Billing Cycle Schedules: 8000, IR03."""

from __future__ import annotations

from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import (
    BILLING_CYCLE_ID,
    DATE,
    END_DATE,
    FILE_NAME,
    char,
    number,
    one_of,
    varchar,
)

SCHEDULE = FileLayout(
    "8000",
    "00",
    "Billing Cycle Schedule",
    details=(
        RecordLayout(
            "DTL",
            (
                Field("Billing Cycle ID", BILLING_CYCLE_ID),
                Field("Billing Period Start Date", DATE, rule="inclusive"),
                Field(
                    "Billing Period End Date",
                    END_DATE,
                    rule="exclusive; 99991231 is none, so that the field is empty",
                ),
                Field(
                    "Action",
                    char(1),
                    rule="`A` adds a period, `U` gives the one of this cycle and start a new "
                    "end, `D` deletes it",
                ),
            ),
        ),
    ),
)

_AS_RECEIVED = "as received"

SCHEDULE_EXCEPTIONS = FileLayout(
    "IR03",
    "00",
    "Billing Cycle Schedule Exception Report",
    columns=True,
    header=(
        Field("Source File Name", FILE_NAME, rule="the 8000"),
        Field("Load Status", one_of("LOADED", "REJECTED", "REFUSED")),
        Field("Records Read", number(9)),
        Field("Records Loaded", number(9), rule="0 unless LOADED"),
        Field("Errors", number(9)),
        Field("Warnings", number(9)),
    ),
    details=(
        RecordLayout(
            "DTL",
            (
                Field("Record Number", number(9), rule="the line in the file, from 1"),
                Field("Billing Cycle ID", varchar(10), Need.CONDITIONAL, _AS_RECEIVED),
                Field("Start Date", varchar(8), Need.CONDITIONAL, _AS_RECEIVED),
                Field("End Date", varchar(8), Need.CONDITIONAL, _AS_RECEIVED),
                Field("Action", varchar(1), Need.CONDITIONAL, _AS_RECEIVED),
                Field("Severity", one_of("E", "W"), rule="`E` refuses the whole file"),
                Field("Code", char(4), rule="see the codes"),
                Field("Text", varchar(60)),
            ),
        ),
    ),
)
