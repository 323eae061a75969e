"""A heading for each code, with its anchor, what it means, what to do, and an example.

The pages of codes have a table on top and these sections below. Headings begin with the code, so
that the site's search finds a code's own section first.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

EXAMPLES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("code_examples.yaml").read_text(encoding="utf-8")
)


class Section(Struct, frozen=True):
    """What is said of one code.

    Attributes:
        key: names its example, and makes its anchor.
        title: the heading.
        means: when it is reported, as sentences.
        must: what the sender must do, as sentences.
        where: which report has it, and what it does to the file, set or record.
    """

    key: str
    title: str
    means: str
    must: str
    where: str

    @property
    def anchor(self) -> str:
        """The name by which links find the heading."""
        return self.key.lower()


def linked(section: Section, shown: str) -> str:
    """Return a text that leads to a section of the same page."""
    return f"[{shown}](#{section.anchor})"


def lines(section: Section, level: int = 3) -> Iterator[str]:
    """Yield the lines of a section in Markdown."""
    yield from ("", f"{'#' * level} {section.title} {{#{section.anchor}}}", "")
    yield from (section.where, "")
    yield from (f"**Meaning:** {_coded(section.means)}", "")
    yield from (f"**What you must do:** {_coded(section.must)}", "")
    yield from _example(EXAMPLES[section.key])


def _example(example: dict[str, Any]) -> Iterator[str]:
    said = _coded(example.get("says", ""))
    if "wrong" not in example:
        yield f"**Example:** {said}"
        return
    wrong, right = example["wrong"], example["right"]
    yield from (f"**Example:** {said}".rstrip(), "", "```text", wrong.rstrip("\n"), "```")
    if not example.get("gone"):
        yield from ("", "Correct:", "", "```text", right.rstrip("\n"), "```")


def _coded(text: str) -> str:
    return text


def unused(keys: set[str]) -> list[str]:
    """Return the examples of codes that there are not."""
    return sorted(set(EXAMPLES) - keys)
