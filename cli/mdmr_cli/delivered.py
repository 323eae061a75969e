"""The table of what was delivered to whom, and where to look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mdmr_local.simulate.outcome import Delivered, Outcome

from mdmr_cli.output import add_row, say, show_table, table


@dataclass(frozen=True)
class Row:
    """Files of one type for one recipient."""

    organization: str
    file_id: str
    files: int
    records: int


def by_recipient(delivered: Iterable[Delivered]) -> list[Row]:
    """Return how many files and records of each type each organization got, in that order."""
    files: Counter[tuple[str, str]] = Counter()
    records: Counter[tuple[str, str]] = Counter()
    for each in delivered:
        files[each.organization, each.file_id] += 1
        records[each.organization, each.file_id] += each.records
    return [Row(*key, files[key], records[key]) for key in sorted(files)]


def show(outcome: Outcome, out: Path) -> None:
    """Print the table, where the files of the senders stand, and where everything lies."""
    columns = ("Recipient", "Type", "Files", "Records", "Folder")
    shown = table("Deliveries", *columns, right=("Files", "Records"))
    for row in by_recipient(outcome.delivered):
        folder = out / "outbound" / row.organization
        add_row(shown, row.organization, row.file_id, row.files, row.records, folder)
    show_table(shown)
    for line in _lines(outcome, out):
        say(line)


def _lines(outcome: Outcome, out: Path) -> Iterable[str]:
    from mdmr.calendar.instants import est_shown

    states = Counter(each.state for each in outcome.files)
    stand = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    yield f"{len(outcome.files)} inbound files: {stand or 'none'}  ({out / 'files.csv'})"
    reasons = Counter(each.kept for each in outcome.still_open if each.kept)
    for reason, count in sorted(reasons.items()):
        yield f"{count} of them: {reason}"
    if outcome.not_reached:
        yield f"{outcome.not_reached} uploads are later than the end of the run"
    yield f"Events: {out / 'events.jsonl'}; figures: {out / 'run.json'}"
    start, end = (est_shown(each)[:10] for each in (outcome.start, outcome.end))
    yield f"{start} to {end} in {outcome.wall_seconds:.1f} s"
