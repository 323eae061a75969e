"""Actions about the master directory: what it tells of an SDP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdmr.directory.showing import show
from mdmr.operation.faults import Reader
from mdmr.operation.organizations import Told
from mdmr.ports.hub import Hub


def shown(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell an SDP by its `universal_sdp_id`, with its meters and modules over time.

    What is in force is marked as of `as_of` (now unless given); all is told as it was known at
    `known_at` (now unless given).
    """
    reader = Reader()
    usdp = reader.filled(request.get("universal_sdp_id"), "universal_sdp_id")
    as_of = reader.instant(request.get("as_of"), "as_of") or hub.clock.now()
    known_at = reader.instant(request.get("known_at"), "known_at")
    found = show(hub.directory, usdp, as_of, known_at) if not reader.faults else None
    if found is None and not reader.faults:
        reader.fault("universal_sdp_id", f"the directory knows no SDP {usdp}")
    return (None, reader.faults) if found is None else (found, [])


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {"directory.show": shown}
