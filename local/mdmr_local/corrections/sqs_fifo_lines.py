"""The message groups of an ordered queue are worked side by side."""

import ministack.services.lambda_svc as functions
from ministack.services import sqs

from mdmr_local.corrections.registry import Correction, expect, rewrite

_ONE_AT_A_TIME = """    if (queue or {}).get("is_fifo"):
        return 1
"""


def _apply() -> None:
    # A group that has a message under way gives no other: two batches never share one.
    expect(hasattr(sqs, "_collect_fifo"), "sqs._collect_fifo")
    rewrite(functions, "_sqs_esm_concurrency", (_ONE_AT_A_TIME, ""))


CORRECTION = Correction(
    name="sqs_fifo_lines",
    wrong="an ordered queue feeds its function one batch at a time; AWS one for each message group",
    apply=_apply,
)
