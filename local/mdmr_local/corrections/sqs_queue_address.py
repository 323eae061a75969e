"""Queues keep their addresses when the emulator comes back on another port."""

import ministack.services.sqs as sqs

from mdmr_local.corrections.registry import Correction, expect

# What queues are filed under; callers are told the address under which they reached the emulator.
_HOST, _PORT = "localhost", "4566"


def _apply() -> None:
    expect(sqs._CANONICAL_NETLOC == f"{sqs.DEFAULT_HOST}:{sqs.DEFAULT_PORT}", "sqs's own address")
    expect(hasattr(sqs, "_externalize_url"), "sqs._externalize_url")
    sqs.DEFAULT_HOST, sqs.DEFAULT_PORT = _HOST, _PORT
    sqs._CANONICAL_NETLOC = f"{_HOST}:{_PORT}"


CORRECTION = Correction(
    name="sqs_queue_address",
    wrong="queues are filed under the emulator's port: restored on another, nobody receives from them",
    apply=_apply,
)
