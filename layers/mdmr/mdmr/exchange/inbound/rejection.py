"""FR01: what the sender of a refused file is told."""

from __future__ import annotations

from mdmr.exchange.files.codes import IntakeCode
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.rejection import FILE_REJECTION
from mdmr.exchange.inbound.case import Case
from mdmr.exchange.ledger.receipts import receipt_key
from mdmr.exchange.outbound.deliveries import Basis, Cause, Report, stage
from mdmr.exchange.outbound.recipients import Facts, recipient
from mdmr.ports.objects import ObjectStore

_NAME_SIZE = 255
# The field has 12 digits; a bucket takes larger objects.
_MOST_TOLD = 999_999_999_999


def report(data: ObjectStore, case: Case, code: IntakeCode) -> Report:
    """Lay down the one detail of the File Rejection Report and return what is to be delivered.

    ORG_ID_1 is that of the refused name if it matches the pattern, else the recipient.
    """
    arrival, name = case.arrival, case.name
    facts = Facts(sender=arrival.organization)
    detail = records.write(
        FILE_REJECTION.detail("DTL"),
        (
            arrival.arrived,
            records.printable(arrival.name, _NAME_SIZE) or "?",
            arrival.organization,
            name.org_1 if name else None,
            name.file_id if name else None,
            min(case.scan.size, _MOST_TOLD),
            case.scan.sha256,
            code.code,
            code.text,
        ),
    )
    return Report(
        file_id=FILE_REJECTION.file_id,
        org_1=name.org_1 if name else arrival.organization,
        recipient=recipient(FILE_REJECTION.file_id, facts, arrival.arrived),
        subject=arrival.id,
        staged=stage(data, arrival.id, records.body([detail]), 1),
        cause=Cause(arrival.id, arrival.arrived),
        basis=Basis((receipt_key(arrival.id),)),
    )
