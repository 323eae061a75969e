"""The head of a response goes out together with its body: half the system calls and wake-ups."""

from typing import Any

import h11
from hypercorn.events import RawData
from hypercorn.protocol.h11 import H11Protocol

from mdmr_local.corrections.registry import Correction, rewrite


def _apply() -> None:
    rewrite(
        H11Protocol,
        "_send_h11_event",
        (
            "await self.send(RawData(data=data))",
            "await self._mdmr_send(event, data)",
        ),
    )
    H11Protocol._mdmr_send = _send  # type: ignore[attr-defined]


async def _send(protocol: Any, event: Any, data: bytes) -> None:
    """Send the bytes of an event, those of a response's head with what follows."""
    if isinstance(event, h11.Response):
        protocol._mdmr_head = data
        return
    head = protocol.__dict__.pop("_mdmr_head", b"")
    if head or data:
        await protocol.send(RawData(data=head + data))


CORRECTION = Correction(
    name="http_one_packet",
    wrong="each response is sent in two parts: twice the system calls, and two wake-ups to read it",
    apply=_apply,
)
