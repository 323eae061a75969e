"""`python -m benchmarks.embedded [SDPS]`: with fewer SDPs or more; no bar, no record."""

from __future__ import annotations

import sys
from dataclasses import asdict

from benchmarks.embedded.benchmark import SDPS, measure
from benchmarks.records import line

for figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else SDPS):
    print(line({**asdict(figure), "ratio": figure.ratio}))
