"""Queues keep their addresses when the emulator comes back on another port."""

from ministack.services import sqs

from mdmr_local.corrections.registry import Correction, expect

# What queues are filed under; callers are told the address under which they reached the emulator.
_HOST, _PORT = "localhost", "4566"


def _apply() -> None:
    expect(f"{sqs.DEFAULT_HOST}:{sqs.DEFAULT_PORT}" == sqs._CANONICAL_NETLOC, "sqs's own address")
    expect(hasattr(sqs, "_externalize_url"), "sqs._externalize_url")
    sqs.DEFAULT_HOST, sqs.DEFAULT_PORT = _HOST, _PORT
    sqs._CANONICAL_NETLOC = f"{_HOST}:{_PORT}"


CORRECTION = Correction(
    name="sqs_queue_address",
    wrong="queues are filed under the emulator's port: on another port their functions starve",
    apply=_apply,
)
