"""Every command of the documentation: run, or listed with a reason and understood by its tool."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub

from tests.docs import arranging
from tests.docs.pages import COMMANDS, OTHERS, Block, Page, pages
from tests.docs.terminal import TABLE, Terminal, is_run
from tests.docs.understood import NotUnderstoodError, understand
from tools.sam_template import ROOT

_TOOLS = ("mdmr ", "./.venv/bin/mdmr ", "make ", "aws ")
_PATH = re.compile(r"[a-z_.]+/[\w/.-]*|\w+\.(?:py|toml|yaml|yml|md)")
_ROOTS = (ROOT, *(ROOT / each for each in ("layers/mdmr/mdmr", "docs/developers")))
PAGES = pages()
WITH_COMMANDS = [page for page in PAGES if any(each.language == COMMANDS for each in page.blocks)]


def commands_of(page: Page) -> list[str]:
    return [
        command for block in page.blocks if block.language == COMMANDS for command in block.commands
    ]


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with EmbeddedAws(virtual_start=arranging.START, patience=60) as embedded:
        yield arranging.deployed(embedded)


@pytest.fixture(scope="module")
def words(hub: LocalHub) -> dict[str, str]:
    return arranging.what_the_pages_speak_of(hub)


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_they_are_there_for(
    page: Page, hub: LocalHub, words: dict[str, str], tmp_path: Path
) -> None:
    arranging.files_at_hand(tmp_path)
    done = Terminal(hub, tmp_path, words).run(page)
    arranging.reopened(hub)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_what_is_not_run_is_understood_by_its_tool(page: Page) -> None:
    for command in commands_of(page):
        if not is_run(command):
            understand(command)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_in_a_sentence_names_what_there_is(page: Page) -> None:
    for code in page.inline:
        if code.startswith(_TOOLS) and "..." not in code:
            understand(code)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_says_what_it_is_and_can_be_read_as_that(page: Page) -> None:
    for block in page.blocks:
        assert block.language in {COMMANDS, *OTHERS}, f"{page.name}:{block.line}"
        if block.language == "json":
            json.loads(block.text)
        if block.language == "yaml":
            assert yaml.safe_load(block.text)


@pytest.mark.parametrize(
    "page", [each for each in PAGES if each.name.startswith("docs/dev")], ids=lambda page: page.name
)
def test_a_path_of_the_code_that_a_page_names_is_there(page: Page) -> None:
    named = {code for code in page.inline if _PATH.fullmatch(code)}
    gone = [each for each in named if not any((root / each).exists() for root in _ROOTS)]
    assert gone == []


def test_every_row_of_the_table_is_about_a_command_of_some_page() -> None:
    commands = [command for page in PAGES for command in commands_of(page)]
    for row in TABLE["not_run"]:
        assert row["why"]
        assert not all(is_run(each) for each in commands if each.startswith(row["begins"]))
    for wait in TABLE["waits"]:
        (page,) = (each for each in PAGES if each.name == wait["page"])
        assert any(each.startswith(wait["before"]) for each in commands_of(page))


@pytest.mark.parametrize(
    "command",
    [
        "mdmr gateway shut",
        "mdmr send --quickly FILE",
        "make no-such-target",
        "aws sqs create-queues --queue-name a",
        "aws sqs create-queue --name a",
    ],
)
def test_a_command_that_its_tool_does_not_know_is_not_understood(command: str) -> None:
    with pytest.raises(NotUnderstoodError):
        understand(command)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mdmr check missing.DAT", 2),
        ("mdmr send --no-check  # exits with 1", 1),
        ("mdmr --version-of-nothing", 2),
        ("no-such-program", 127),
    ],
)
def test_a_command_that_fails_fails_its_page(
    text: str, code: int, hub: LocalHub, tmp_path: Path
) -> None:
    class Planted(Page):
        blocks = [Block(1, COMMANDS, None, text)]  # noqa: RUF012 - read only

    assert Terminal(hub, tmp_path, {}).run(Planted(ROOT / "planted.md")).returncode == code
