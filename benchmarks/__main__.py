"""`python -m benchmarks` runs all benchmarks, with names those named.

`--list` tells what there is; `--publish` writes docs/generated/performance.md from the records of
the last runs. Each of several runs in a process of its own, so that none has the memory of another.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.page import PAGE, page
from benchmarks.published import broken
from benchmarks.records import benchmark, names, read, run


def main(arguments: Sequence[str]) -> int:
    """Do what is asked for; return 1 when a bar is broken or a record lacks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a benchmark; none: all")
    parser.add_argument("--list", action="store_true", help="tell the benchmarks and their bars")
    parser.add_argument("--publish", action="store_true", help="write the page of the results")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(names()):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {names()}")
    if asked.list:
        for name in names():
            print(f"{name:12} {benchmark(name).question}")
        return 0
    if asked.publish:
        return publish()
    if len(asked.names) == 1:
        return 0 if run(asked.names[0]) else 1
    return run_each(asked.names or names())


def run_each(wanted: Sequence[str]) -> int:
    """Run one after the other; return 1 when one has failed, which ends none of the others."""
    missed = []
    for name in wanted:
        print(f"\n== {name}", flush=True)
        done = subprocess.run((sys.executable, "-m", "benchmarks", name), check=False)
        if done.returncode:
            missed.append(name)
    if missed:
        print(f"\nmissed: {', '.join(missed)}")
    return 1 if missed else 0


def publish() -> int:
    """Write the page; return 1 when a benchmark has not been run, or a bar is broken."""
    try:
        text = page({name: read(name) for name in names()})
    except FileNotFoundError as lacking:
        print(f"not run yet: {lacking.filename}; `python -m benchmarks NAME`")
        return 1
    PAGE.write_text(text)
    print(f"written: {PAGE}")
    if missed := broken(text):
        print("broken bars on it:", *missed, sep="\n  ")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
