"""The Y codes, why processing refuses a record, and the statuses of a set, why it stopped.

The codes stand in the order in which they are asked; the first that applies refuses the record,
and that record only.
"""

from __future__ import annotations

from msgspec import Struct


class Refusal(Struct, frozen=True):
    """A code of the Synchronization Exception Report: text, when it is given, what to do."""

    code: str
    text: str
    condition: str
    remedy: str


class Status(Struct, frozen=True):
    """A Synchronization Status: its code, text, when it is given, and what follows."""

    status: str
    text: str
    condition: str
    follows: str


_REFUSALS = (
    Refusal(
        "Y299",
        "SYSTEM ERROR",
        "the hub failed on this record",
        "wait: the operator is told; send the record again in the next set",
    ),
    Refusal(
        "Y218",
        "DEPENDENT RECORD FAILED",
        "the SDP record of a new SDP was refused, and so are all records about that SDP",
        "correct the SDP record, and send it again with all records of the SDP",
    ),
    Refusal(
        "Y205",
        "ORGANIZATION NOT REGISTERED FOR ROLE",
        "the organization is not registered in the role at Start: SB an AGENT or LDC, SO an AMI or"
        " LDC, SE an ESP or LDC, SC a CCA",
        "check the ORG ID and Start; where they are right, have the organization registered",
    ),
    Refusal(
        "Y206",
        "START BEFORE RETROACTIVE LIMIT",
        "I-Sync: Start lies before today minus `sync.retro_days`, and the SDP or asset is not new",
        "tell of the change from a later Start",
    ),
    Refusal(
        "Y207",
        "START BEYOND FUTURE LIMIT",
        "Start lies after today plus `sync.future_days`",
        "send the record again when its Start is nearer",
    ),
    Refusal(
        "Y201",
        "PRIOR STATE CHANGE NOT ALLOWED",
        "P-Sync: the record would change what was over when the set was extracted",
        "send current values only; change what was over by an I-Sync",
    ),
    Refusal(
        "Y208",
        "START BEFORE SDP START",
        "Start lies before the first Start of the SDP",
        "correct Start, or move the SDP's own Start back by an SDP record",
    ),
    Refusal(
        "Y202",
        "SDP INACTIVE IN PERIOD",
        "the SDP has the Service Status `IN` at Start, or its SDP record has ended",
        "correct Start, or activate the SDP from then on by an SDP record",
    ),
    Refusal(
        "Y209",
        "ASSET NOT IN SERVICE IN PERIOD",
        "the meter or AMCD is retired, or has not started yet, at Start",
        "correct Start, or the Start and End of the asset by its MTR or COM record",
    ),
    Refusal(
        "Y210",
        "NO PERIOD TO CANCEL",
        "Start equals End, and no period of this value starts then",
        "take value and Start from the last update report, and cancel that",
    ),
    Refusal(
        "Y220",
        "ENTITY IN USE",
        "the cancel would leave an SDP, meter or AMCD without any period, while other values of it"
        " or relationships to it hold at some time",
        "cancel in the same set all other values and relationships of the SDP, meter or AMCD too;"
        " or do not cancel it, but end it with an End after its Start",
    ),
    Refusal(
        "Y203",
        "METER RELATED TO OTHER SDP",
        "the meter is bound to another SDP at a time of the period",
        "end the other relationship by a record with an End",
    ),
    Refusal(
        "Y204",
        "AMCD RELATED TO OTHER METER",
        "the AMCD is bound to another meter at a time of the period, by this or another LDC",
        "end the other relationship by a record with an End; where no meter of your own has the"
        " AMCD, check its id and who had it before you",
    ),
    Refusal(
        "Y211",
        "FRAMING DOES NOT FIT",
        "the framing structure is of another zone than the SDP; or it is a demand framing and the"
        " meter at Start is not demand capable or its Interval Length is too long; or it is 05 or"
        " 06 (ultra-low overnight) and `billing.ulo` of the LDC is off",
        "choose a framing structure that fits the SDP and its meter; for 05 and 06 the operator"
        " must set `billing.ulo` of the LDC to on first",
    ),
    Refusal(
        "Y212",
        "VEE SERVICE NOT OFFERED",
        "there is no VEE service with this id",
        "choose a VEE service that is offered",
    ),
    Refusal(
        "Y219",
        "VEE SERVICE DOES NOT FIT",
        "the SDP is virtual and the service is not 01, or the service is for intervals of at most"
        " 30 minutes and the meter at Start has longer ones",
        "choose a VEE service that fits the SDP and its meter",
    ),
    Refusal(
        "Y213",
        "BILLING CYCLE NOT SCHEDULED",
        "the Billing Cycle ID is not in the loaded schedule of the LDC",
        "load the cycle by an 8000, then send the record again",
    ),
    Refusal(
        "Y214",
        "CT PT MULTIPLIER MISSING",
        "the meter is transformer-rated, and no CTPM of the SDP is in force at Start",
        "send a CTPM for the SDP from the Start of the meter",
    ),
    Refusal(
        "Y215",
        "COMPONENT INVALID",
        "the component SDP is virtual, inactive or of another LDC at Start, or its unit is not that"
        " of the other components",
        "choose a physical, active SDP of your own with the same unit",
    ),
    Refusal(
        "Y216",
        "CHANNEL NOT DEFINED",
        "the meter of the component at Start has no such channel, or there is no meter",
        "correct the component channel, or define it by a CHnn parameter of the meter",
    ),
    Refusal(
        "Y217",
        "BILLING WINDOW OPEN",
        "BCID or SB would change from a Start inside the period of an open billing request",
        "send the record again when the request is answered, or from a later Start",
    ),
)
REFUSALS = {each.code: each for each in _REFUSALS}

COMPLETE, EXCEPTIONS, UNAUTHORIZED, THRESHOLD = "00", "01", "10", "20"
DEACTIVATION, FAILED = "40", "99"
# With these a set waits for the operator's word; nothing inside failed.
ASKED = (UNAUTHORIZED, THRESHOLD)
_BY_OPERATOR = (
    "the operator fixes the cause and releases the set, or ends it as it is; do not send it again"
    " until a later IR06 tells its end, or the operator asks for it"
)

_STATUSES = (
    Status(COMPLETE, "COMPLETE", "all records were applied", "nothing"),
    Status(
        EXCEPTIONS,
        "COMPLETE WITH EXCEPTIONS",
        "all records were applied but those in IR07",
        "correct the records in IR07 and send them in a later set",
    ),
    Status(
        UNAUTHORIZED,
        "STOPPED AT AUTHORIZATION",
        "the submitter lost its authorization since the set was accepted",
        "the LDC has it authorized again, then the operator lets the set go on",
    ),
    Status(
        THRESHOLD,
        "STOPPED AT THRESHOLD",
        "more would change than the thresholds allow, told as `<check> <count> OF <limit>`",
        "the operator asks the LDC, then lets the set go on or refuses it for good",
    ),
    *(
        Status(
            f"3{number[1]}",
            f"STOPPED AT FILE {number}",
            f"the hub failed on many records of file {number}",
            _BY_OPERATOR,
        )
        for number in ("01", "02", "03", "04", "05", "07")
    ),
    Status(
        DEACTIVATION,
        "STOPPED AT DE-ACTIVATION",
        "the hub failed while it de-activated what a P-Sync leaves out",
        _BY_OPERATOR,
    ),
    Status(
        FAILED,
        "SYSTEM FAILURE",
        "the hub failed elsewhere: while it gathered, staged, planned, applied or ended the set",
        _BY_OPERATOR,
    ),
)
STATUSES = {each.status: each for each in _STATUSES}
