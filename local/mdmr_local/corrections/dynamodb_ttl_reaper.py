"""Under virtual time nothing deletes items behind the application's back at a moment by chance."""

import sys
import threading
from importlib import import_module
from typing import Any

from mdmr_local.clock import current
from mdmr_local.corrections.registry import Correction, expect

_DYNAMODB = "ministack.services.dynamodb"  # starts its reaper when it is imported


def _apply() -> None:
    expect(_DYNAMODB not in sys.modules, "the order of imports")
    threads: Any = threading.Thread
    start = threads.start
    if current().is_virtual:
        threads.start = lambda thread: thread.name == "dynamodb-ttl-reaper" or start(thread)
    try:
        dynamodb = import_module(_DYNAMODB)
    finally:
        threads.start = start
    expect(hasattr(dynamodb, "_ttl_reaper"), "dynamodb._ttl_reaper")


CORRECTION = Correction(
    name="dynamodb_ttl_reaper",
    wrong="a loop on the machine's time deletes what has expired by virtual time",
    apply=_apply,
)
