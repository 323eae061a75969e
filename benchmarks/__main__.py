"""All benchmarks, one after the other: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import runpy
import sys

BENCHMARKS = ("clock", "puts", "validation", "intake", "flood", "identifiers")


def main() -> int:
    """Run each and return 1 when one misses its bound."""
    missed = []
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        try:
            runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            if ended.code:
                missed.append(name)
    if missed:
        print(f"\nmissed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
