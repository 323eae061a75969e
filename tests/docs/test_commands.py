"""Every command of the documentation: run, or listed with a reason and understood by its tool."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub

from tests.docs import arranging
from tests.docs.commands import serving
from tests.docs.comparing import difference
from tests.docs.pages import (
    COMMANDS,
    OTHERS,
    OUTPUT,
    Block,
    Page,
    in_sandbox,
    pages,
    shows_output,
)
from tests.docs.terminal import TABLE, Terminal, is_run
from tests.docs.understood import NotUnderstoodError, understand
from tools.sam_template import ROOT

_TOOLS = ("mdmr ", "./.venv/bin/mdmr ", "make ", "aws ")
_PATH = re.compile(r"[a-z_.]+/[\w/.-]*|\w+\.(?:py|toml|yaml|yml|md)")
_ROOTS = (ROOT, *(ROOT / each for each in ("layers/mdmr/mdmr", "docs/developers")))
PAGES = pages()
WITH_COMMANDS = [page for page in PAGES if any(each.language == COMMANDS for each in page.blocks)]
IN_SANDBOX = [page for page in WITH_COMMANDS if in_sandbox(page)]
AT_HUB = [page for page in WITH_COMMANDS if not in_sandbox(page)]


def commands_of(page: Page) -> list[str]:
    return [
        command for block in page.blocks if block.language == COMMANDS for command in block.commands
    ]


def misprints(page: Page, printed: Iterable[tuple[int, str]]) -> Iterator[str]:
    """Yield where a page does not show what its commands printed."""
    for number, text in printed:
        output = page.output_of(number)
        if output is not None or shows_output(page):
            found = difference(output.text if output else "", text)
            if found:
                yield f"{page.name}:{page.blocks[number].line}\n{found}"


@contextmanager
def embedded() -> Iterator[EmbeddedAws]:
    """Run a cloud of its own for each hub: the pages of each begin at the same instant."""
    with EmbeddedAws(virtual_start=arranging.START, patience=60) as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def sandbox() -> Iterator[LocalHub]:
    with embedded() as aws:
        yield arranging.deployed(aws, arranging.SANDBOX_STACK)


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with embedded() as aws:
        yield arranging.deployed(aws)


@pytest.fixture(scope="module")
def words(hub: LocalHub) -> dict[str, str]:
    return arranging.what_the_pages_speak_of(hub)


@pytest.mark.parametrize("page", IN_SANDBOX, ids=lambda page: page.name)
def test_a_page_for_newcomers_works_word_for_word(
    page: Page, sandbox: LocalHub, server: Path, tmp_path: Path
) -> None:
    _read(page, Terminal(sandbox, server, tmp_path, {}))


@pytest.mark.parametrize("page", AT_HUB, ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_they_are_there_for(
    page: Page, hub: LocalHub, server: Path, words: dict[str, str], tmp_path: Path
) -> None:
    arranging.files_at_hand(tmp_path)
    _read(page, Terminal(hub, server, tmp_path, words))


def _read(page: Page, terminal: Terminal) -> None:
    done = terminal.run(page)
    arranging.reopened(terminal.hub)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "\n".join(misprints(page, terminal.printed(page))) == ""


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
        if block.language == "python":
            assert ast.parse(block.text).body


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_expected_output_stands_below_the_commands_that_print_it(page: Page) -> None:
    before = [Block(0, "", None, ""), *page.blocks]
    for above, block in zip(before, page.blocks, strict=False):
        assert block.language != OUTPUT or above.language == COMMANDS, f"{page.name}:{block.line}"


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
    ("shown", "printed"),
    [
        ("a.DAT: no findings", "a.DAT: no findings\n"),
        ("since 2025-08-20 10:05:00, 2 min 3 s", "since 2026-01-01 00:00:00, 1 h"),
        ("first\n...\nlast", "first\nany\nline\nlast"),
        ("first\n...\nlast", "first\nlast"),
        ("id ... is DONE", "id 4711 is DONE"),
        ("", ""),
    ],
)
def test_an_output_that_a_page_shows_is_found_to_be_printed(shown: str, printed: str) -> None:
    assert difference(shown, printed) == ""


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("a.DAT: no findings", "a.DAT: 1 finding"),
        ("", "a line more"),
        ("a line more", ""),
        ("first\n...\nlast", "first\nlast\nafter it"),
        ("5 files", "6 files"),
    ],
)
def test_an_output_that_differs_from_its_page_is_told(shown: str, printed: str) -> None:
    found = difference(shown, printed).splitlines()
    assert found[:2] == ["--- shown", "+++ printed"]


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
    text: str, code: int, hub: LocalHub, server: Path, tmp_path: Path
) -> None:
    class Planted(Page):
        blocks = [Block(1, COMMANDS, None, text)]  # noqa: RUF012 - read only

    assert Terminal(hub, server, tmp_path, {}).run(Planted(ROOT / "planted.md")).returncode == code
