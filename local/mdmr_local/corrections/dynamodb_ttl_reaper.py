"""Under virtual time nothing deletes items behind the application's back at a moment by chance."""

import threading
from collections.abc import Callable
from typing import Any

from mdmr_local.clock import current
from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    import sys

    expect("ministack.services.dynamodb" not in sys.modules, "the order of imports")
    start: Callable[[Any], None] = threading.Thread.start
    if current().is_virtual:
        threading.Thread.start = (  # type: ignore[method-assign]
            lambda thread: None if thread.name == "dynamodb-ttl-reaper" else start(thread)
        )
    try:
        import ministack.services.dynamodb as dynamodb
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]
    expect(hasattr(dynamodb, "_ttl_reaper"), "dynamodb._ttl_reaper")


CORRECTION = Correction(
    name="dynamodb_ttl_reaper",
    wrong="once a minute of the machine's time it deletes what has expired, whatever virtual time it is",
    apply=_apply,
)
