"""Writes the catalogues of docs/generated, and part of template.yaml, from the code's own tables.

`python -m tools.catalogues` writes them; with `--check` it writes nothing and reports which of
them are not what the tables say.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mdmr.calendar.instants import est_date
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.continuity.modes import MODES, TRANSITIONS
from mdmr.exchange.announcing.notices import NoticeAction, NoticeKind
from mdmr.exchange.files.filetypes import OUTBOUND, VERSIONS, InboundType
from mdmr.exchange.files.layouts.tables import FileLayout, RecordLayout
from mdmr.exchange.outbound.recipients import OUTPUTS
from mdmr.organizations.entities import SUBMIT_BRINGS_RECEIVE
from mdmr.processes.register import REGISTER

from tools.corrections import page as corrections_page
from tools.delivery_states import delivery_states
from tools.file_states import file_states, lifecycle
from tools.findings import page as skips_page
from tools.intake_codes import intake_codes
from tools.limits import limits
from tools.machine_page import machine_page
from tools.metrics import metrics
from tools.observability import with_observability
from tools.parameter_readers import findings
from tools.parameters import parameters
from tools.policies import access
from tools.policies.stack import Stack
from tools.rooms import rooms
from tools.sam_template import ROOT, read_template, transformed
from tools.scenario_rules import scenario_rules
from tools.schedule_states import schedule_states
from tools.set_codes import set_codes
from tools.set_layouts import set_layouts

FOLDER = ROOT / "docs" / "generated"
PACKAGE = ROOT / "layers" / "mdmr" / "mdmr"
TEMPLATE = ROOT / "template.yaml"
_NOTE = "<!-- Made by `python -m tools.catalogues` from the tables in the code. Do not edit. -->"


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(_cell(each) for each in row)} |" for row in rows]


def _cell(text: str) -> str:
    # In code a backslash before the bar would show, and so would the bar's name.
    coded = re.sub(r"`([^`]*\|[^`]*)`", r"<code>\1</code>", text)
    return coded.replace("|", "&#124;")


def file_types() -> list[str]:
    """Return the page of what comes in and goes out."""
    coming = (
        (
            each.file_id,
            each.version,
            _in_force(each.in_force),
            each.title,
            each.form.value,
            "mandatory" if each.end_required else "checked when present",
            "yes" if each.once else "no",
            _process_of(each),
            " ".join(SUBMIT_BRINGS_RECEIVE.get(each.file_id, ())),
        )
        for each in VERSIONS.values()
    )
    going = (
        (each.file_id, each.layout.version, each.layout.title, str(each.digits))
        for each in OUTBOUND.values()
    )
    head = ("Id", "Version", "Accepted", "Content", "Form", "EOF", "Same content refused")
    return [
        "# File types",
        "",
        "## Inbound",
        "",
        *table((*head, "Process", "Answers"), coming),
        "",
        "## Outbound",
        "",
        *table(("Id", "Version", "Content", "Digits of the name's time"), going),
    ]


def _process_of(file_type: InboundType) -> str:
    process = REGISTER.find(file_type.file_id, file_type.version)
    return process.name if process else "none yet: stays ACCEPTED"


def _in_force(period: Period) -> str:
    start = "" if period.start == SINCE_EVER else f"from {est_date(period.start)}"
    end = "" if period.end is None else f"until {est_date(period.end)}"
    return f"{start} {end}".strip() or "always"


def recipients() -> list[str]:
    """Return the page of who is sent what."""
    rows = (
        (each.file_id, each.rule.value, each.entitled.value, _sent(each.file_id))
        for each in OUTPUTS.values()
    )
    return [
        "# Recipients",
        "",
        "Each recipient gets one copy. The LDC is the one in ORG_ID_1. A recipient must have the",
        "rights in this table when the hub decides. Otherwise the hub withholds the file and",
        "notifies the LDC.",
        "",
        *table(("Output", "Recipients", "Must be", "Sent"), rows),
    ]


def _sent(file_id: str) -> str:
    return "yes" if file_id in OUTBOUND else "not yet"


def layouts() -> list[str]:
    """Return the page of all record layouts."""
    lines = [
        "# Record layouts",
        "",
        "Field 1 is the record type; the FHR fields 2-7 are common to all files and not repeated.",
        "M: mandatory, O: optional, C: conditional.",
    ]
    known = [each.layout for each in VERSIONS.values() if each.layout]
    for layout in known + [each.layout for each in OUTBOUND.values()]:
        lines += ["", f"## {layout.name} {layout.title}"]
        for record, first in _records(layout):
            lines += ["", f"`{layout.name}/{record.record}`", ""]
            rows = (
                (str(first + at), each.name, each.type.label, each.need.value, each.rule)
                for at, each in enumerate(record.fields)
            )
            lines += table(("#", "Field", "Type", "M", "Rule"), rows)
    return lines + set_layouts(table)


def _records(layout: FileLayout) -> Iterator[tuple[RecordLayout, int]]:
    if layout.header:
        yield RecordLayout("FHR", layout.header), 8
    if layout.status:
        yield layout.status, 2
    for record in layout.details:
        yield record, 2


def state() -> list[str]:
    """Return the page of items and access patterns, gathered from beside the key designs."""
    lines = [
        "# Items and access patterns",
        "",
        "Every item of the two tables, as its module describes it. Nothing is ever scanned.",
    ]
    for module in sorted(PACKAGE.rglob("*.py")):
        doc = ast.get_docstring(ast.parse(module.read_text())) or ""
        rows = [line for line in doc.splitlines() if line.startswith("|")]
        if rows and rows[0].startswith("| What |"):
            name = module.relative_to(PACKAGE).with_suffix("")
            lines += ["", f"## {'.'.join(name.parts)}", "", doc.splitlines()[0], "", *rows]
    return lines


def gateway() -> list[str]:
    """Return the page of the gateway: modes, what may follow what, notices."""
    modes = (
        (rule.mode.value, rule.new_files, rule.files_inside, rule.outbound)
        for rule in MODES.values()
    )
    changes = ((each.start.value, each.to.value, each.when) for each in TRANSITIONS)
    actions = ", ".join(f"`{each.value}`" for each in NoticeAction)
    kinds = ", ".join(f"`{each.value}`" for each in NoticeKind)
    return [
        "# Gateway",
        "",
        "## Modes",
        "",
        "The strictest mode comes first. If several modes apply to a file, the first one counts.",
        "",
        *table(("Mode", "New files", "Accepted files", "Outbound"), modes),
        "",
        "## Changes",
        "",
        "The hub refuses any other change.",
        "",
        *table(("From", "To", "When"), changes),
        "",
        "## Notices",
        "",
        f"Kinds of NT01: {kinds}. Actions: {actions}.",
    ]


PAGES: dict[str, Callable[[], list[str]]] = {
    "file-types.md": file_types,
    "recipients.md": recipients,
    "layouts.md": layouts,
    "codes.md": lambda: intake_codes(table),
    "synchronization-codes.md": lambda: set_codes(table),
    "scenarios.md": lambda: scenario_rules(table),
    "file-states.md": lambda: [
        *file_states(table),
        "",
        *schedule_states(table),
        "",
        *lifecycle(table),
    ],
    "delivery-states.md": lambda: delivery_states(table),
    "limits.md": lambda: limits(table),
    "parameters.md": lambda: parameters(table, PACKAGE),
    "gateway.md": gateway,
    "metrics.md": lambda: metrics(table),
    "rooms.md": lambda: rooms(table),
    "machines.md": lambda: machine_page(table),
    "state.md": state,
    "corrections.md": lambda: corrections_page(table),
    "security-skips.md": lambda: skips_page(table),
    "access.md": lambda: access.page(Stack(transformed(read_template()))),
}


def pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    return {name: "\n".join([_NOTE, "", *make()]) + "\n" for name, make in PAGES.items()}


def stale(folder: Path) -> list[str]:
    """Return the names of the pages in a folder that differ from the tables, or lack."""
    wanted = pages()
    return [
        name
        for name, text in wanted.items()
        if not (folder / name).is_file() or (folder / name).read_text() != text
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with `--check` tell what is stale or not read; 1 when there is any."""
    text = TEMPLATE.read_text(encoding="utf-8")
    if "--check" in arguments:
        names, found = stale(FOLDER), findings(PACKAGE)
        if with_observability(text) != text:
            names.append(TEMPLATE.name)
        print(
            f"stale: {', '.join(names)}; run `make catalogues`"
            if names
            else "catalogues: none stale"
        )
        for each in found:
            print(f"parameters: {each}")
        return 1 if names or found else 0
    TEMPLATE.write_text(with_observability(text), encoding="utf-8")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
