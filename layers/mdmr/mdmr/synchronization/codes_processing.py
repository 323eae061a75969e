"""The Y codes, why processing refuses a record, and the statuses of a set, why it stopped.

The checks run in this order. The first check that fails refuses the record, and that record only.
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
        "The hub failed on this record.",
        "Wait: the operator has an alarm. Send the record again in the next set.",
    ),
    Refusal(
        "Y218",
        "DEPENDENT RECORD FAILED",
        "The hub refused the SDP record of a new SDP, and so refused all records about this SDP.",
        "Correct the SDP record, and send it again with all records of the SDP.",
    ),
    Refusal(
        "Y205",
        "ORGANIZATION NOT REGISTERED FOR ROLE",
        "The organization does not have the role at Start. SB needs an AGENT or LDC, SO an "
        "AMI or LDC, SE an ESP or LDC, SC a CCA.",
        "Check the ORG ID and Start. If they are right, ask the operator to register the "
        "organization in the role.",
    ),
    Refusal(
        "Y206",
        "START BEFORE RETROACTIVE LIMIT",
        "I-Sync: Start lies before today minus `sync.retro_days` (default: 731 days), and "
        "the SDP or asset is not new.",
        "Send the change with a later Start.",
    ),
    Refusal(
        "Y207",
        "START BEYOND FUTURE LIMIT",
        "Start lies after today plus `sync.future_days` (default: 366 days).",
        "Send the record again when its Start is nearer.",
    ),
    Refusal(
        "Y201",
        "PRIOR STATE CHANGE NOT ALLOWED",
        "P-Sync: the record would change a period that was over when the set was extracted.",
        "Send only current values. Change a period that is over by an I-Sync.",
    ),
    Refusal(
        "Y208",
        "START BEFORE SDP START",
        "Start lies before the first Start of the SDP.",
        "Correct Start, or move the Start of the SDP back by an SDP record.",
    ),
    Refusal(
        "Y202",
        "SDP INACTIVE IN PERIOD",
        "The SDP has the Service Status `IN` at Start, or its SDP record has ended.",
        "Correct Start, or activate the SDP from Start on by an SDP record.",
    ),
    Refusal(
        "Y209",
        "ASSET NOT IN SERVICE IN PERIOD",
        "The meter or AMCD is retired at Start, or has not started yet.",
        "Correct Start, or correct Start and End of the asset by its MTR or COM record.",
    ),
    Refusal(
        "Y210",
        "NO PERIOD TO CANCEL",
        "Start is equal to End, and no period of this value starts then.",
        "Take value and Start from the last IR06, and cancel that period.",
    ),
    Refusal(
        "Y220",
        "ENTITY IN USE",
        "The cancel would leave an SDP, meter or AMCD without any period, while other "
        "values or relationships of it are in force at some time.",
        "Cancel all other values and relationships of the SDP, meter or AMCD in the same "
        "set. Or do not cancel it, and end it with an End after its Start.",
    ),
    Refusal(
        "Y203",
        "METER RELATED TO OTHER SDP",
        "The meter is related to another SDP at some time of the period.",
        "End the other relationship by a record with an End.",
    ),
    Refusal(
        "Y204",
        "AMCD RELATED TO OTHER METER",
        "The AMCD is related to another meter at some time of the period, by this LDC or "
        "another LDC.",
        "End the other relationship by a record with an End. If no meter of your own has "
        "the AMCD, check its id and ask who had it before you.",
    ),
    Refusal(
        "Y211",
        "FRAMING DOES NOT FIT",
        "The framing structure is for another time zone than the SDP's; or it is a demand "
        "framing, and the meter at Start is not demand capable or its Interval Length is "
        "too long; or it is 05 or 06 (ultra-low overnight), and `billing.ulo` of the LDC is "
        "off (the default).",
        "Choose a framing structure that fits the SDP and its meter. For 05 and 06 the "
        "operator must first set `billing.ulo` of the LDC to on.",
    ),
    Refusal(
        "Y212",
        "VEE SERVICE NOT OFFERED",
        "The hub has no VEE service with this id.",
        "Choose a VEE service that the hub offers.",
    ),
    Refusal(
        "Y219",
        "VEE SERVICE DOES NOT FIT",
        "The SDP is virtual and the service is not 01; or the service is for intervals of "
        "at most 30 minutes and the meter at Start has longer ones.",
        "Choose a VEE service that fits the SDP and its meter.",
    ),
    Refusal(
        "Y213",
        "BILLING CYCLE NOT SCHEDULED",
        "The Billing Cycle ID is not in the loaded schedule of the LDC.",
        "Load the cycle by an 8000. Then send the record again.",
    ),
    Refusal(
        "Y214",
        "CT PT MULTIPLIER MISSING",
        "The meter is transformer-rated, and no CTPM of the SDP is in force at Start.",
        "Send a CTPM for the SDP from the Start of the meter.",
    ),
    Refusal(
        "Y215",
        "COMPONENT INVALID",
        "At Start the component SDP is virtual, inactive or of another LDC, or its unit is "
        "not the unit of the other components.",
        "Choose a physical, active SDP of your own with the same unit.",
    ),
    Refusal(
        "Y216",
        "CHANNEL NOT DEFINED",
        "The meter of the component at Start does not have this channel, or there is no meter.",
        "Correct the component channel, or define the channel by a CHnn parameter of the meter.",
    ),
    Refusal(
        "Y217",
        "BILLING WINDOW OPEN",
        "BCID or SB would change from a Start inside the period of an open billing request.",
        "Send the record again when the hub has answered the request, or with a later Start.",
    ),
)
REFUSALS = {each.code: each for each in _REFUSALS}

COMPLETE, EXCEPTIONS, UNAUTHORIZED, THRESHOLD = "00", "01", "10", "20"
DEACTIVATION, FAILED = "40", "99"
# With these a set waits for the operator's word; nothing inside failed.
ASKED = (UNAUTHORIZED, THRESHOLD)
_BY_OPERATOR = (
    "Wait. The operator fixes the cause and releases the set, or ends the set as it is. Do not send"
    " the set again before a later IR06 reports its end or the operator asks you to."
)

_STATUSES = (
    Status(COMPLETE, "COMPLETE", "The hub applied all records.", "Do nothing."),
    Status(
        EXCEPTIONS,
        "COMPLETE WITH EXCEPTIONS",
        "The hub applied all records except those in IR07.",
        "Correct the records in IR07 and send them in a later set.",
    ),
    Status(
        UNAUTHORIZED,
        "STOPPED AT AUTHORIZATION",
        "The submitter lost its authorization after the hub accepted the set.",
        "Ask the LDC to authorize you again. Then the operator releases the set.",
    ),
    Status(
        THRESHOLD,
        "STOPPED AT THRESHOLD",
        "The set would change more than the thresholds allow. The status text names them as"
        " `<check> <count> OF <limit>`.",
        "Answer the operator's question. Then the operator releases the set or ends it for good.",
    ),
    *(
        Status(
            f"3{number[1]}",
            f"STOPPED AT FILE {number}",
            f"The hub failed on many records of file {number}.",
            _BY_OPERATOR,
        )
        for number in ("01", "02", "03", "04", "05", "07")
    ),
    Status(
        DEACTIVATION,
        "STOPPED AT DE-ACTIVATION",
        "The hub failed while it de-activated the SDPs that a P-Sync leaves out.",
        _BY_OPERATOR,
    ),
    Status(
        FAILED,
        "SYSTEM FAILURE",
        "The hub failed at another step: while it collected, staged, planned, applied or ended the"
        " set.",
        _BY_OPERATOR,
    ),
)
STATUSES = {each.status: each for each in _STATUSES}
