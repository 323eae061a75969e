"""The page of published limits, put together from the tables that set them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mdmr.exchange.announcing.spreading import MOST_EVENT_LINES
from mdmr.exchange.files.frame import MAX_LINE
from mdmr.exchange.inbound.checks import MEGABYTE
from mdmr.exchange.outbound.delivery import GRACE
from mdmr.organizations.parameter_table import PARAMETERS

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]

_FILES = (
    ("size of a file", "intake.max_mb", f"{{}} MB, a MB being {MEGABYTE:,} bytes"),
    ("how far the time in a name can be ahead", "intake.name_ahead_h", "{} h"),
    ("how long the hub rejects the same content (1000, 7000, 7100)", "intake.dup_days", "{} days"),
)
_ANSWERS = (
    ("how often the hub answers Universal SDP ID requests", "usdp.run_min", "every {} min"),
    ("records in a file for you; more records come in several files", "out.max_details", "{}"),
    (
        "further attempts after a delivery failed",
        "out.retry_min",
        "{} min after the first failure",
    ),
    ("how often the hub reports held files to you", "gateway.held_notice_min", "every {} min"),
)


def limits(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    head = ("What", "Limit", "Parameter")
    line = ("length of a line", f"{MAX_LINE:,} bytes", "")
    event = ("lines of a notice in its event; NT01 has all", f"{MOST_EVENT_LINES}", "")
    grace = f"{GRACE.total_seconds() / 60:.0f} min"
    return [
        "# Limits",
        "",
        "These defaults apply unless the operator has set a parameter, for all or for you. The",
        "lengths of fields are in [Record layouts](layouts.md).",
        "",
        "## Files that you send",
        "",
        *table(head, iter((*_set(_FILES), line))),
        "",
        "## What you get",
        "",
        *table(head, iter((*_set(_ANSWERS), event))),
        "",
        f"If the hub has not delivered a file within {grace}, the sweep attempts it again.",
        "The sweep runs every two hours.",
    ]


def _set(rows: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    for what, name, text in rows:
        yield what, text.format(_grouped(PARAMETERS[name].default)), f"`{name}`"


def _grouped(default: str) -> str:
    return f"{int(default):,}" if default.isdigit() else default
