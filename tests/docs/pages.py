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
OTHERS = {"json", "mermaid", "text", "yaml"}
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\S*)(?: title=\"(?P<title>[^\"]+)\")?[^\n]*\n"
    r"(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is the content of, if any, and its text."""

    line: int
    language: str
    title: str | None
    text: str

    @property
    def commands(self) -> list[str]:
        """Its lines as the shell takes them: continued lines joined, empty ones left out."""
        joined = re.sub(r"\\\n\s*", "", self.text)
        lines = (line.strip() for line in joined.splitlines())
        return [line for line in lines if line and not line.startswith("#")]


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
                dedent(found["text"]),
            )
            for found in _FENCE.finditer(self.text)
        ]

    @cached_property
    def inline(self) -> list[str]:
        """What stands in its text as code."""
        return _INLINE.findall(_FENCE.sub("", self.text))


def pages() -> list[Page]:
    """Return the README and every page of the documentation."""
    return [Page(ROOT / "README.md"), *(Page(path) for path in sorted(DOCS.rglob("*.md")))]
