"""Layout of the notice NT01."""

from __future__ import annotations

from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import DATE_TIME, char, number, varchar

NOTICE = FileLayout(
    "NT01",
    "00",
    "Notice",
    header=(
        Field("Notice ID", varchar(20), rule="`NT-YYYY-nnnnnn`, the same for all recipients"),
        Field("Kind", varchar(20, "[A-Z_]"), rule="what it is about"),
        Field("Environment", varchar(4, "[A-Z]"), rule="PROD, DR, TEST or SAND"),
        Field("Subject", varchar(120)),
        Field("Effective From", DATE_TIME),
        Field("Effective To", DATE_TIME, Need.CONDITIONAL, "empty = until further notice"),
        Field("Supersedes", varchar(20), Need.CONDITIONAL, "Notice ID replaced or cancelled"),
        Field("Action", char(3, "NEW|UPD|CAN|END"), rule="CAN withdraws the superseded one"),
        Field("Gateway Mode", varchar(6, "[A-Z]"), Need.CONDITIONAL, "between From and To"),
        Field("Reference", varchar(40), Need.CONDITIONAL, "ticket, test, plan or event id"),
    ),
    columns=True,
    details=(
        RecordLayout(
            "DTL",
            (
                Field("Line Number", number(4), rule="from 1"),
                Field("Text", varchar(200), rule="printable, no delimiter"),
            ),
        ),
    ),
)
