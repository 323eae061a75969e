"""Under virtual time a receive that finds nothing answers at once: the clock would wait for it."""

from ministack.services import sqs

from mdmr_local.clock import current
from mdmr_local.corrections.registry import Correction, rewrite


def _apply() -> None:
    if not current().is_virtual:
        return
    rewrite(
        sqs,
        "_act_receive_message",
        ("deadline = time.time() + wait", "deadline = time.time()"),
    )
    sqs._HANDLERS["ReceiveMessage"] = sqs._act_receive_message


CORRECTION = Correction(
    name="sqs_long_poll",
    wrong="a long poll looks at the clock ten times a second until it has moved on",
    apply=_apply,
)
