"""The pages of the documentation as a test reads them: their blocks and their inline code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import dedent

from tools.sam_template import ROOT

DOCS = ROOT / "docs"
# Whatever is no command is told to be something else: a block of an unknown language is a fault.
COMMANDS = "sh"
# What the commands of the block before it print.
OUTPUT = "output"
OTHERS = {"json", "mermaid", OUTPUT, "python", "text", "yaml"}
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\S*)(?: title=\"(?P<title>[^\"]+)\")?[^\n]*\n"
    r"(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
# A file that a block takes in as a whole.
_TAKEN_IN = re.compile(r'^--8<-- "([^":]+)"$', re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is the content of, if any, and its text."""

    line: int
    language: str
    title: str | None
    text: str

    @property
    def lines(self) -> list[str]:
        """Its lines as the shell takes them: continued lines joined, empty ones left out."""
        joined = re.sub(r"\\\n\s*", "", self.text)
        return list(filter(None, (line.strip() for line in joined.splitlines())))

    @property
    def commands(self) -> list[str]:
        """Its lines without those that are comments alone."""
        return [line for line in self.lines if not line.startswith("#")]


@dataclass(frozen=True)
class Page:
    """A page of Markdown."""

    path: Path

    @property
    def name(self) -> str:
        """Its path in the project."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """Its source."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[Block]:
        """Its fenced blocks in their order."""
        return [
            Block(
                self.text.count("\n", 0, found.start()) + 1,
                found["language"],
                found["title"],
                _with_files(dedent(found["text"])),
            )
            for found in _FENCE.finditer(self.text)
        ]

    def output_of(self, number: int) -> Block | None:
        """Return the block with the expected output of the commands of a block, if there is one."""
        after = self.blocks[number + 1 : number + 2]
        return after[0] if after and after[0].language == OUTPUT else None

    @cached_property
    def inline(self) -> list[str]:
        """What stands in its text as code."""
        return _INLINE.findall(_FENCE.sub("", self.text))


def _with_files(text: str) -> str:
    """Return the text of a block with the files that it takes in."""
    return _TAKEN_IN.sub(lambda found: (ROOT / found[1]).read_text().rstrip("\n"), text)


def shows_output(page: Page) -> bool:
    """Return whether a page shows below each command what it prints, or else that it is silent."""
    return page.name.startswith("docs/ldc/")


def in_sandbox(page: Page) -> bool:
    """Return whether a page is read at a sandbox in which nothing but such pages happened."""
    return page.name.startswith("docs/ldc/first-")


def pages() -> list[Page]:
    """Return the README and every page of the documentation."""
    return [Page(ROOT / "README.md"), *(Page(path) for path in sorted(DOCS.rglob("*.md")))]
