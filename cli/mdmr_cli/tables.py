"""Files and deliveries as tables that people read, and what can be done about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mdmr_cli.output import add_row, styled, table
from mdmr_cli.times import est, lasting

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_STYLES = {
    "DONE": "green",
    "ANSWERED": "green",
    "DELIVERED": "green",
    "HELD": "yellow",
    "WITHHELD": "yellow",
    "REJECTED": "red",
    "FAILED": "red",
    "FAILED_DELIVERY": "red",
}
_STANDING = ("State", "Since", "For", "Reason", "Who must act")
# The command that processes or sends again what failed.
_TAKEN_UP = {
    "FAILED": "mdmr files retry {id} --why TEXT",
    "FAILED_DELIVERY": "mdmr redeliver {file} --why TEXT",
}


def files(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    """Return the table of files that came in."""
    shown = table(f"{title} (times EST)", "Arrived", "File", *_STANDING)
    for row in rows:
        arrived = est(row["arrived"]) if row["arrived"] else ""
        span = _span(row) if row["arrived"] or not row["final"] else ""
        why = _why(row["code"], row["reason"])
        add_row(shown, arrived, row["name"], *_standing(row, span, why))
    return shown


def deliveries(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    """Return the table of deliveries."""
    shown = table(f"{title} (times EST)", "Decided", "To", "File", *_STANDING)
    for row in rows:
        place = (est(row["decided"]), row["recipient"], row["file"])
        add_row(shown, *place, *_standing(row, _span(row), note(row)))
    return shown


def hints(sent: Sequence[dict[str, Any]], owed: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield for each that failed the command that processes or sends it again."""
    for row in (*sent, *owed):
        if row["state"] in _TAKEN_UP:
            yield f"When the cause is fixed: {_TAKEN_UP[row['state']].format(**row)}"


def state(text: str) -> Text:
    """Return a state in its colour."""
    return styled(text, _STYLES.get(text, ""))


def note(delivery: dict[str, Any]) -> str:
    """Return what there is to say about a delivery in its state."""
    notes = [f"resend {delivery['resend']}"] if delivery["resend"] else []
    if delivery["next_try"]:
        notes.append(
            f"{delivery['tries']} attempts failed, next attempt {est(delivery['next_try'])}"
        )
    elif delivery["state"] != "DELIVERED":
        notes.append(delivery["history"][-1]["why"])
    return "; ".join(each for each in notes if each)


def _standing(row: dict[str, Any], span: str, why: str) -> tuple[str | Text, ...]:
    return state(row["state"]), est(row["since"]), span, why, row["acts"]


def _span(row: dict[str, Any]) -> str:
    span = lasting(timedelta(seconds=row["seconds"]))
    return f"took {span}" if row["final"] else span


def _why(code: str, reason: str) -> str:
    from mdmr.exchange.files.codes import INTAKE_CODES

    known = INTAKE_CODES.get(code)
    return reason if known is None else f"{code} {known.text}"
