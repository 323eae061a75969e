"""Layout of the File Rejection Report FR01."""

from __future__ import annotations

from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import DATE_TIME, ORG_ID, char, number, varchar

FILE_REJECTION = FileLayout(
    "FR01",
    "00",
    "File Rejection Report",
    columns=True,
    details=(
        RecordLayout(
            "DTL",
            (
                Field("Received Date Time", DATE_TIME),
                Field(
                    "Received File Name",
                    varchar(255),
                    rule="bytes outside 0x20-0x7E and the delimiter as `?`",
                ),
                Field("Sender ORG ID", ORG_ID, rule="of the prefix"),
                Field("LDC ORG ID", ORG_ID, Need.CONDITIONAL, "if the name matches the pattern"),
                Field(
                    "FILE_ID",
                    varchar(4, "[A-Z0-9]"),
                    Need.CONDITIONAL,
                    "if the name matches the pattern",
                ),
                Field("File Size", number(12), rule="bytes"),
                Field("SHA-256", char(64, "[0-9a-f]{64}"), rule="lower-case hex"),
                Field("Failure Code", char(4, "F[0-9]{3}")),
                Field("Failure Text", varchar(60)),
            ),
        ),
    ),
)
