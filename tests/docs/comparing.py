"""Whether what a command printed is what its page shows, but for what differs with every run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import unified_diff

# A page says this where it leaves out a part of a line, or alone on a line some lines.
LEFT_OUT = "..."
# What differs from run to run, and what stands for it on both sides.
_DIFFERS = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>"),
        (r"\b[0-9a-f]{64}\b", "<sha256>"),
        (r"\b[0-9a-f]{32}\b", "<id>"),
        (r"\b20\d{6}T?\d{6}\b", "<second>"),
        (r"\b20\d{10}\b", "<minute>"),
        (r"\b\d{8}\b", "<number>"),
        (r"\b\d+ (?:s|min|h|d)(?: \d+ (?:s|min|h))?(?= |$)", "<span>"),
        (r"mdmr-[a-z]+-(inbound|outbound)-", r"mdmr-<environment>-\1-"),
        # A table is as wide as what is in it.
        (r"([─━┄])\1+", r"\1"),
        (r" +", " "),
    )
)


def plain(text: str) -> list[str]:
    """Return the lines of an output in the form in which they are compared."""
    for pattern, word in _DIFFERS:
        text = pattern.sub(word, text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def difference(shown: str, printed: str) -> str:
    """Return how an expected output differs from what was printed; empty if not."""
    expected, found = plain(shown), plain(printed)
    if _fits(expected, found):
        return ""
    return "\n".join(unified_diff(expected, found, "shown", "printed", lineterm=""))


def _fits(expected: Sequence[str], found: Sequence[str]) -> bool:
    """Return whether lines are as expected, where `...` alone on a line is any lines."""
    reached = {0}
    for line in expected:
        if line == LEFT_OUT:
            reached = set(range(min(reached, default=len(found) + 1), len(found) + 1))
        else:
            form = re.compile(".*".join(map(re.escape, line.split(LEFT_OUT))))
            reached = set(_after(form, reached, found))
    return len(found) in reached


def _after(form: re.Pattern[str], reached: set[int], found: Sequence[str]) -> Iterator[int]:
    return (at + 1 for at in reached if at < len(found) and form.fullmatch(found[at]))
