"""What there is, is told of: alarms, functions, events and commands each have their place."""

from __future__ import annotations

import re
from typing import Any

from mdmr.exchange.ledger import events
from mdmr_cli.main import app
from typer.main import get_command

from tests.docs.pages import DOCS, Page, pages
from tools.sam_template import ROOT, read_template

OPERATORS = DOCS / "operators"
RUNBOOKS = OPERATORS / "runbooks"


def alarms() -> set[str]:
    """Return the names of the template's alarms without what they all begin with."""
    resources: dict[str, Any] = read_template()["Resources"]
    found = (each for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm")
    return {re.findall(r"mdmr-\$\{Environment\}-([a-z-]+)", str(each))[0] for each in found}


def test_every_alarm_has_a_row_and_a_runbook_that_names_it() -> None:
    rows = Page(OPERATORS / "alarms.md").text.splitlines()
    for alarm in alarms():
        (row,) = (each for each in rows if each.startswith(f"| `{alarm}` |"))
        (runbook,) = re.findall(r"\(runbooks/([a-z-]+\.md)\)", row)
        assert f"Alarm `mdmr-<environment>-{alarm}`" in Page(RUNBOOKS / runbook).text


def test_no_row_is_about_an_alarm_that_is_gone() -> None:
    text = Page(OPERATORS / "alarms.md").text.partition("| Incident |")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)) == alarms()


def test_every_runbook_says_what_it_means_and_when_it_is_over() -> None:
    listed = Page(OPERATORS / "alarms.md").text
    for path in RUNBOOKS.glob("*.md"):
        assert f"(runbooks/{path.name})" in listed
        for part in ("**It means**", "**Who feels it**", "## Look", "## Do", "**It is over**"):
            assert part in Page(path).text, path.name


def test_every_function_is_told_of() -> None:
    told = Page(OPERATORS / "processes.md").text
    functions = {each.parent.name.replace("_", "-") for each in ROOT.glob("functions/*/app.py")}
    assert [each for each in functions if not re.search(rf"[|,] {each}[ ,]", told)] == []


def test_every_kind_of_event_about_a_file_is_told_of() -> None:
    told = Page(DOCS / "ldc" / "notifications.md").text
    kinds = {name for name in vars(events) if name.isupper() and not name.startswith("_")}
    assert [each for each in kinds - {"EST"} if f"`{each}`" not in told] == []


def test_every_subcommand_is_shown_somewhere() -> None:
    everything = "\n".join(page.text for page in pages())
    assert [each for each in _commands(get_command(app), "mdmr") if each not in everything] == []


def _commands(command: Any, name: str) -> list[str]:  # noqa: ANN401 - typer types it at run time
    below = getattr(command, "commands", None)
    if below is None:
        return [name]
    return [each for sub, found in below.items() for each in _commands(found, f"{name} {sub}")]
