"""Writes the expected outputs into pages: `python -m tests.docs docs/ldc/first-day.md`.

The commands of each page are run as the test runs them. An output that is right as it stands is
left as it is; one that lacks or is wrong is written anew. Look at what is written.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from mdmr_local.embedded import EmbeddedAws

from tests.docs import arranging
from tests.docs.commands import serving
from tests.docs.comparing import difference
from tests.docs.pages import OUTPUT, Block, Page, in_sandbox
from tests.docs.terminal import Terminal
from tools.sam_template import ROOT


def main(names: Sequence[str]) -> int:
    """Write the outputs of the pages named; 1 when a page's commands fail."""
    found = [Page(ROOT / name) for name in names]
    with serving() as server, EmbeddedAws(virtual_start=arranging.START, patience=60) as embedded:
        # What pages at the hub speak of is arranged from the start of the clock on.
        done = [*_at_hub(embedded, server, found), *_in_sandbox(embedded, server, found)]
    return 0 if all(done) else 1


def _in_sandbox(embedded: EmbeddedAws, server: Path, found: Sequence[Page]) -> Iterator[bool]:
    if any(map(in_sandbox, found)):
        sandbox = arranging.deployed(embedded, arranging.SANDBOX_STACK)
        for page in filter(in_sandbox, found):
            with tempfile.TemporaryDirectory() as folder:
                yield _write(page, Terminal(sandbox, server, Path(folder), {}))


def _at_hub(embedded: EmbeddedAws, server: Path, found: Sequence[Page]) -> Iterator[bool]:
    if not all(map(in_sandbox, found)):
        hub = arranging.deployed(embedded)
        words = arranging.what_the_pages_speak_of(hub)
        for page in found:
            if not in_sandbox(page):
                with tempfile.TemporaryDirectory() as folder:
                    arranging.files_at_hand(Path(folder))
                    yield _write(page, Terminal(hub, server, Path(folder), words))


def _write(page: Page, terminal: Terminal) -> bool:
    done = terminal.run(page)
    arranging.reopened(terminal.hub)
    if done.returncode:
        print(f"{page.name}\n{done.stdout}\n{done.stderr}", file=sys.stderr)
    page.path.write_text(_with_outputs(page, dict(terminal.printed(page))), encoding="utf-8")
    return done.returncode == 0


def _with_outputs(page: Page, printed: dict[int, str]) -> str:
    lines, at = page.text.splitlines(), 0
    written: list[str] = []
    for number, text in printed.items():
        block, output = page.blocks[number], page.output_of(number)
        if not difference(output.text if output else "", text):
            continue
        end = _end(page, block)
        written += lines[at:end]
        at = end
        if output:
            at = _end(page, output)
        if text.strip():
            written += ["", f"```{OUTPUT}", *text.strip("\n").splitlines(), "```"]
    return "\n".join([*written, *lines[at:]]) + "\n"


def _end(page: Page, block: Block) -> int:
    """Return the number of the line that closes a block."""
    lines = page.text.splitlines()
    return next(at for at in range(block.line + 1, len(lines) + 1) if lines[at - 1] == "```")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
