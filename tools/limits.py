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
    ("how far the time in a name may lie ahead", "intake.name_ahead_h", "{} h"),
    ("how long the same content is refused (1000, 7000, 7100)", "intake.dup_days", "{} days"),
)
_ANSWERS = (
    ("how often Universal SDP ID requests are worked", "usdp.run_min", "every {} min"),
    ("records in a file for you; more come in several files", "out.max_details", "{}"),
    (
        "tries after a file for you could not be delivered",
        "out.retry_min",
        "{} min after the first failure",
    ),
    ("how often you are told of held files", "gateway.held_notice_min", "every {} min"),
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
        "What applies unless the operator set a parameter otherwise, for all or for you. Lengths",
        "of fields are in the [record layouts](layouts.md).",
        "",
        "## Files that you send",
        "",
        *table(head, iter((*_set(_FILES), line))),
        "",
        "## What you get",
        "",
        *table(head, iter((*_set(_ANSWERS), event))),
        "",
        f"What was decided and is not delivered within {grace} is taken up again by the sweep,",
        "which runs every two hours.",
    ]


def _set(rows: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    for what, name, text in rows:
        yield what, text.format(_grouped(PARAMETERS[name].default)), f"`{name}`"


def _grouped(default: str) -> str:
    return f"{int(default):,}" if default.isdigit() else default
