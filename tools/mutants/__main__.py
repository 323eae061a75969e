"""`python -m tools.mutants [--again] [room ...]`: try the mutants of rooms, all by default.

With `--again` only those that lived in the last run: after a test was written. What comes out is
kept in build/mutants; `python -m tools.mutants.page` makes the page of it.
"""

from __future__ import annotations

import sys

from tools.mutants.records import keep, kept
from tools.mutants.rooms import CODE, ROOMS, ROOT, Room
from tools.mutants.run import Outcome, run

_AGAIN = "--again"


def main(names: list[str]) -> int:
    """Try rooms one after the other; return 1 where one is below its bar."""
    below, rooms = 0, [name for name in names if name != _AGAIN]
    lived = {name: each.survivors for name, each in kept(rooms).items()} if _AGAIN in names else {}
    for room in [ROOMS[name] for name in rooms or ROOMS]:
        tests = [str(each) for each in room.test_paths]
        outcome = run(room.paths, CODE, tests, ROOT, lived.get(room.name))
        keep(room.name, outcome)
        _show(room, outcome)
        below += outcome.percent < room.bar
    return 1 if below else 0


def _show(room: Room, outcome: Outcome) -> None:
    counts = f"{outcome.noticed} of {outcome.mutants} noticed"
    print(f"{room.name}: {counts}, {outcome.percent} %, {outcome.seconds} s", flush=True)
    for name in outcome.survivors:
        print(f"  {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
