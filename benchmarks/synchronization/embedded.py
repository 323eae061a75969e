"""Two P-Syncs through the embedded AWS, end to end; the argument is how many SDPs (100,000).

The first one brings all SDPs, the second changes half a percent of them. Prints what each took in
wall seconds (uploads, both machines, all functions, reports), and holds the second one's answer to
that of the hub alone. Nearly all of it is the emulator's time: a table in memory behind HTTP.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from mdmr.calendar.instants import EST
from mdmr_local.simulate.reading import read_scenario
from mdmr_local.simulate.run import run

from benchmarks.synchronization.answer import Row, digest
from benchmarks.synchronization.hub import row_of
from benchmarks.synchronization.sets import (
    CYCLES,
    LDC,
    Sending,
    usdp,
    write_manifest,
    write_set,
)

SDPS = 100_000
_FIRST = Sending("first", "202510021000", datetime(2025, 10, 2, 8, tzinfo=EST))
_SECOND = Sending("second")
_MOST = 250_000


def write_scenario(folder: Path, sdps: int) -> None:
    """Write a scenario of both sets, with a schedule and the numbers of all SDPs."""
    inbound = folder / "inbound" / LDC
    for number, sending in enumerate((_FIRST, _SECOND), start=1):
        files = write_set(inbound, sending, sdps, changed=number > 1, most=_MOST)
        write_manifest(inbound, sending, files, number)
    name = f"{LDC}.{LDC}.8000.00.20251002000500.DAT"
    periods = [f"DTL|{cycle}|20251101|20251201|A" for cycle in CYCLES]
    head = [f"FNR|{name}", f"FHR|8000|00|{LDC}|{LDC}|20251002000500|{len(periods)}"]
    (inbound / name).write_text("".join(f"{line}\n" for line in (*head, *periods)))
    scenario = {
        "start": "2025-10-02T00:00:00-05:00",
        "until": "2025-11-01T23:00:00-05:00",
        "environment": "TEST",
        "organizations": [
            {"org_id": LDC, "name": "LDC", "roles": ["LDC"]},
            {"org_id": "ORG22222", "name": "Agent", "roles": ["AGENT"]},
            {"org_id": "ORG33333", "name": "AMI", "roles": ["AMI"]},
        ],
        "universal_sdp_ids": [
            {"ldc": LDC, "sdp_id": f"SP-{index:07d}", "universal_sdp_id": usdp(index)}
            for index in range(sdps)
        ],
    }
    # JSON is YAML, and read as such.
    (folder / "scenario.yaml").write_text(json.dumps(scenario))


def main() -> None:
    """Run both sets; the first argument is how many SDPs."""
    sdps = int(sys.argv[1]) if len(sys.argv) > 1 else SDPS
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "given", Path(folder) / "out"
        write_scenario(given, sdps)
        began = last = time.perf_counter()

        def progress(text: str) -> None:
            nonlocal last
            now = time.perf_counter()
            print(f"{timedelta(seconds=int(now - began))}  +{now - last:.1f} s  {text}", flush=True)
            last = now

        outcome = run(read_scenario(given), out, seed=1, progress=progress)
        assert outcome.failures == [], outcome.failures
        rows = [
            row_of(kind, line.split("|"))
            for kind in ("IR06", "IR07")
            for path in (out / "outbound" / LDC).glob(f"*.{kind}.02.20251101*.DAT")
            for line in path.read_text().splitlines()
            if line.startswith("DTL")
        ]
        _tell(sdps, rows, (out / "run.json").read_text())


def _tell(sdps: int, rows: list[Row], figures: str) -> None:
    print(f"SDPs {sdps:,}; rows of the second set's IR06 and IR07: {digest(rows)}")
    told = json.loads(figures)
    for name in ("wall_seconds", "records", "executions", "peak_memory"):
        if name in told:
            print(f"{name}: {told[name]}")


if __name__ == "__main__":
    main()
