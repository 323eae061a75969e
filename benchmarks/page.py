"""The page of the results, docs/generated/performance.md, made from the records of runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.budgets import Bar
from benchmarks.machine import ROOT, is_shared
from benchmarks.records import benchmark, number
from benchmarks.shape import Benchmark
from tools.catalogues import table

PAGE = ROOT / "docs" / "generated" / "performance.md"
NOTE = "<!-- Made by `python -m benchmarks --publish` from the last runs. Do not edit. -->"
HEAD = ("Benchmark", "What", "Bar", "Ours", "Peer's", "Ours / peer", "Holds")
Record = Mapping[str, Any]


def page(records: Mapping[str, Record]) -> str:
    """Return the page of some records by the names of their benchmarks."""
    lines = [
        NOTE,
        "",
        "# Performance",
        "",
        "What the hub may take, and what it took when it was last measured:",
        "[how to measure](../developers/performance.md).",
        "",
        "## Bars",
        "",
        *table(HEAD, (row for name in records for row in bar_rows(name, records[name]))),
    ]
    for name, record in records.items():
        lines += section(name, record)
    return "\n".join(lines) + "\n"


def bar_rows(name: str, record: Record) -> Iterator[tuple[str, ...]]:
    """Yield a row for each bar of a benchmark."""
    for row in record["figures"]:
        if "holds" in row:
            bar = Bar(row["at_most"], row["of"])
            yield (
                f"[{name}](#{name})",
                row["name"],
                bar.text,
                *_measured(row),
                "yes" if row["holds"] else "no",
            )


def section(name: str, record: Record) -> Iterator[str]:
    """Yield the lines that tell what a benchmark asks, how, on what, and what else it found."""
    told = ", ".join(f"{package} {number}" for package, number in record["versions"].items())
    heading, question, *rest = explanation(benchmark(name))
    yield from ("", heading, "", question, "", *rest)
    yield f"- Run: {record['began']}, {record['seconds']} s, commit `{record['commit']}`"
    yield f"- Machine: {record['machine']}. {_load(record['load'])}"
    yield f"- Versions: {told}"
    others = [(row["name"], *_measured(row)) for row in record["figures"] if "holds" not in row]
    if others:
        yield ""
        yield from table(("Beside it", "Ours", "Peer's", "Ours / peer"), iter(others))


def explanation(asked: Benchmark) -> list[str]:
    """Return the lines of a benchmark that no run changes: its name, what it asks, and how."""
    return [
        f"## {asked.name}",
        asked.question,
        f"- Method: {asked.method}",
        f"- Peer: {asked.peer}",
        f"- Emulator: {asked.emulator}",
    ]


def _measured(row: Mapping[str, Any]) -> tuple[str, str, str]:
    ours = f"{number(row['value'])} {row['unit']}"
    if row["peer"] is None:
        return ours, "", ""
    return ours, f"{row['peer']}: {number(row['peer_value'])} {row['unit']}", number(row["ratio"])


def _load(before: float) -> str:
    if is_shared(before):
        return (
            f"It was shared: load {before} when the run began, so times are longer than they would "
            "be alone."
        )
    return f"Load {before} when the run began."
