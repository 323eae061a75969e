"""What each record of a 1000 would be refused with, told before the file is sent."""

from __future__ import annotations

from msgspec.structs import replace

from mdmr.exchange.files.layouts.fast import Faulty
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_REQUEST
from mdmr.exchange.files.layouts.tables import FileLayout, RecordLayout
from mdmr.exchange.files.names import FileName
from mdmr.identifiers.requests import Status, read_request

_DETAIL = ASSIGNMENT_REQUEST.detail("DTL")


class RequestRules:
    """The rules of the details of a 1000: each record that breaks them gets a status, no number."""

    def layout(self, name: FileName) -> FileLayout:
        """Return the layout with the one LDC ORG ID that may stand in a file of this name."""
        ldc, sdp = _DETAIL.fields
        only = replace(ldc, type=replace(ldc.type, pattern=name.org_1))
        return replace(ASSIGNMENT_REQUEST, details=(RecordLayout("DTL", (only, sdp)),))

    def verdict(self, name: FileName, record: Faulty) -> tuple[str, str]:
        """Return the Transaction Status that the record is answered with, and its name."""
        request = read_request(record.number, record.text, name.org_1)
        status = request.refused or Status.INCOMPLETE_DATA
        return status.value, status.name.replace("_", " ")
