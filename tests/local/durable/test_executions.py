"""Executions in the journal: their start and their end, but not what a stop makes of them."""

from __future__ import annotations

import json
import subprocess
import sys

# In a process of its own: the emulator changes much of the one that it is in.
_SCRIPT = """
import json, sys, threading
import ministack.services.stepfunctions as states
states._emit_execution_status_event = lambda execution: None
from mdmr_local.durable import executions

class Journal:
    noted = []
    def append(self, change):
        self.noted.append([change[2], json.loads(change[3])["status"]])

ending = threading.Event()
executions.follow(Journal(), ending)

def emit(name, status, **more):
    execution = {"executionArn": name, "stateMachineArn": "machine", "status": status, **more}
    states._emit_execution_status_event(execution)

emit("ends", "RUNNING")
emit("ends", "SUCCEEDED")
emit("goes on", "RUNNING")
emit("part", "RUNNING", mapRunArn="map")
ending.set()
emit("goes on", "FAILED")
print(json.dumps(Journal.noted))
"""


def test_what_fails_because_the_emulator_stops_begins_anew() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == [
        ["ends", "RUNNING"],
        ["ends", "SUCCEEDED"],
        ["goes on", "RUNNING"],
    ]
