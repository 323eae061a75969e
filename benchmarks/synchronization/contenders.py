"""One P-Sync worked by one contender in a process of its own: `contenders NAME SDPS PROCESSES`.

Prints as JSON the wall seconds, the digest of the answer, the peak memory of the process in bytes;
of the hub also the seconds of each step, and what the directory and the data bucket were asked.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.synchronization import in_duckdb, in_pandas, in_postgres
from benchmarks.synchronization.answer import digest
from benchmarks.synchronization.sets import Sending, write_set

_WHOLE = 1 << 62


def hub(folder: Path, sdps: int, processes: int) -> dict[str, Any]:
    """Work the set with the hub."""
    from benchmarks.synchronization.hub import World, answer, prepare, work  # noqa: PLC0415 - for it alone

    # Its memory is not the hub's.
    preparing = get_context("fork").Process(target=prepare, args=(folder, sdps))
    preparing.start()
    preparing.join()
    world = World(folder, sdps)
    began = time.perf_counter()
    steps = work(world, processes)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "steps": steps,
        "answer": digest(answer(world)),
        "calls": world.calls(),
    }


def pandas(folder: Path, sdps: int, _: int) -> dict[str, Any]:
    """Work the set with pandas."""
    old, new = _sets(folder, sdps)
    in_pandas.prepare(old)
    began = time.perf_counter()
    rows = list(in_pandas.run(old, new))
    return {"seconds": time.perf_counter() - began, "answer": digest(rows)}


def postgres(folder: Path, sdps: int, _: int) -> dict[str, Any]:
    """Work the set with PostgreSQL."""
    # The server's user must come to the files.
    folder.chmod(0o755)
    old, new = _sets(folder, sdps)
    (folder / "server").mkdir()
    with in_postgres.Server(folder / "server") as server:
        in_postgres.prepare(server, old)
        began = time.perf_counter()
        rows = list(in_postgres.run(server, new))
        return {"seconds": time.perf_counter() - began, "answer": digest(rows)}


def duckdb(folder: Path, sdps: int, processes: int) -> dict[str, Any]:
    """Work the set with DuckDB."""
    import duckdb as engine  # noqa: PLC0415 - only in the environment of the benchmarks

    old, new = _sets(folder, sdps)
    database = engine.connect(config={"threads": processes})
    in_duckdb.prepare(database, old)
    began = time.perf_counter()
    rows = list(in_duckdb.run(database, new))
    return {"seconds": time.perf_counter() - began, "answer": digest(rows)}


def _sets(folder: Path, sdps: int) -> tuple[Path, Path]:
    old, new = folder / "old", folder / "new"
    write_set(old, Sending("old"), sdps, changed=False, most=_WHOLE)
    write_set(new, Sending("new"), sdps, changed=True, most=_WHOLE)
    return old, new


CONTENDERS = {"hub": hub, "pandas": pandas, "PostgreSQL": postgres, "DuckDB": duckdb}


def main() -> None:
    """Do the run that the arguments name."""
    name, sdps, processes = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        told = CONTENDERS[name](Path(folder), int(sdps), int(processes))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**told, "peak": peak}))


if __name__ == "__main__":
    main()
