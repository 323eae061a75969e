"""What each record of a 1000 would be refused with, told before the file is sent."""

from __future__ import annotations

from msgspec.structs import replace

from mdmr.exchange.files.filetypes import type_of
from mdmr.exchange.files.layouts.fast import Faulty
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_REQUEST
from mdmr.exchange.files.layouts.tables import FileLayout, RecordLayout
from mdmr.exchange.files.names import FileName
from mdmr.identifiers.requests import RequestForm, Status, read_request


class RequestRules:
    """The rules of the details of a 1000: each record that breaks them gets a status, no number."""

    def layout(self, name: FileName) -> FileLayout:
        """Return the layout with the one LDC ORG ID that may stand in a file of this name."""
        own = _layout(name)
        form = RequestForm.of(own)
        fields = list(form.record.fields)
        ldc = fields[form.ldc]
        fields[form.ldc] = replace(ldc, type=replace(ldc.type, pattern=name.org_1))
        return replace(own, details=(RecordLayout("DTL", tuple(fields)),))

    def verdict(self, name: FileName, record: Faulty) -> tuple[str, str]:
        """Return the Transaction Status that the record is answered with, and its name."""
        form = RequestForm.of(_layout(name))
        request = read_request(record.number, record.text, name.org_1, form)
        status = request.refused or Status.INCOMPLETE_DATA
        return status.value, status.name.replace("_", " ")


def _layout(name: FileName) -> FileLayout:
    """Return the layout of a file's version; of one that there is not, that of the newest."""
    found = type_of(name)
    return ASSIGNMENT_REQUEST if found is None or found.layout is None else found.layout
