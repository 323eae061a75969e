"""A terminal in which a page's commands are run: a folder, the hub's settings, time that stands.

The commands are the real ones. Around `mdmr` and `aws` are scripts that answer yes to what is
asked, and wait after each until the hub has nothing left to do at its present time.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from mdmr_local.hub import LocalHub

from tests.docs.commands import CLIENT
from tests.docs.pages import COMMANDS, Block, Page

TABLE = yaml.safe_load((Path(__file__).parent / "not_run.yaml").read_text(encoding="utf-8"))
_MINUTES = 10
_EXITS = re.compile(r"# exits with (\d+)")
# Where a reader waits, time moves.
_WAITS = re.compile(r"# wait\b.*?\b(\d+) minutes")
_EXPORTED = re.compile(r"(\w+)=\S+")
_FIRST_HANDLE = "--queue-url \"$1\" --query 'Messages[0].ReceiptHandle' --output text"
_FIRST_PLAN = '\'import json, sys; print(json.load(sys.stdin)["plans"][0]["id"])\''
_FIRST_FAILED = (
    '\'import json, sys; print([each["id"] for each in json.load(sys.stdin)["files"]'
    ' if each["state"] == "FAILED"][0])\''
)


@dataclass(frozen=True)
class Terminal:
    """A folder with a hub's settings, and what stands for the words in capitals of the pages.

    `server` is the socket of `tests.docs.commands`, which runs `mdmr` and `aws`.
    """

    hub: LocalHub
    server: Path
    folder: Path
    words: Mapping[str, str]

    @property
    def settings(self) -> dict[str, str]:
        """The settings that `mdmr local up` prints."""
        return {
            "AWS_ACCESS_KEY_ID": self.hub.embedded.account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": self.hub.embedded.region,
            "AWS_ENDPOINT_URL": self.hub.embedded.endpoint,
            "MDMR_ENVIRONMENT": self.hub.stack,
        }

    def run(self, page: Page) -> subprocess.CompletedProcess[str]:
        """Run a page's commands in their order, the files that it shows being written between."""
        script = self.folder / "page.sh"
        # What is run is traced beside what it prints, which is kept for each block.
        lines = ["exec 9>&2", "BASH_XTRACEFD=9", "trap 'cat *.printed 2>/dev/null || true' EXIT"]
        script.write_text("\n".join([*lines, *self._lines(page)]) + "\n", encoding="utf-8")
        programs = self._programs()
        environment = {
            **os.environ,
            **self.settings,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "200",
        }
        return subprocess.run(
            ["bash", "-euxo", "pipefail", script],
            cwd=self.folder,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=60 * _MINUTES,
        )

    def _lines(self, page: Page) -> Iterator[str]:
        for number, block in enumerate(page.blocks):
            if block.title:
                content = self.folder / f"{number}.content"
                content.write_text(self._worded(block.text), encoding="utf-8")
                title = shlex.quote(block.title)
                yield f'mkdir -p "$(dirname {title})" && cp {content.name} {title}'
            elif block.language == COMMANDS and (commands := list(self._commands(block))):
                yield "\n".join(["{", *commands, f"}} >{number}.printed 2>&1"])

    def printed(self, page: Page) -> Iterator[tuple[int, str]]:
        """Yield the number of each block of commands that was run, and what it printed."""
        for number, _ in enumerate(page.blocks):
            if (path := self.folder / f"{number}.printed").is_file():
                yield number, path.read_text(encoding="utf-8")

    def _commands(self, block: Block) -> Iterator[str]:
        for command in block.lines:
            if wait := _WAITS.match(command):
                yield f"wait-minutes {wait[1]}"
            elif command.startswith("#"):
                continue
            elif is_run(command) and not self._exports_settings(command):
                exits = _EXITS.search(command)
                worded = self._worded(command)
                yield f"({worded}\n) && exit 99 || test $? = {exits[1]}" if exits else worded

    def _exports_settings(self, command: str) -> bool:
        """Return whether a command only says where a hub is: here it is this one."""
        names = _EXPORTED.findall(command.removeprefix("export "))
        return command.startswith("export ") and set(names) <= set(self.settings)

    def _worded(self, text: str) -> str:
        return re.sub("|".join(self.words) or "(?!)", lambda found: self.words[found[0]], text)

    def _programs(self) -> Path:
        """Write the scripts around the commands where the pages have them, `.venv/bin`."""
        folder = self.folder / ".venv" / "bin"
        folder.mkdir(parents=True, exist_ok=True)
        python, address = shlex.quote(sys.executable), self.hub.embedded.endpoint
        (self.folder / "client.py").write_text(CLIENT, encoding="utf-8")
        call = f"{python} -S -E {self.folder / 'client.py'} {self.server}"
        clock, mdmr, aws = (
            f"{call} clock {address}",
            f"{call} mdmr",
            f"{call} aws --endpoint-url {address}",
        )
        settled = f"code=$?\n{clock} 0\nexit $code"
        for name, lines in {
            "mdmr": f'yes 2>/dev/null | {mdmr} "$@"\n{settled}',
            "aws": f'{aws} "$@"\n{settled}',
            "wait-minutes": f'{clock} "$1"',
            "first-plan": f"{mdmr} gateway --json | {python} -c {_FIRST_PLAN}",
            "first-handle": f"{clock} 2\n{aws} sqs receive-message {_FIRST_HANDLE}",
            "first-failed": f"{mdmr} status --org ORG22222 --json | {python} -c {_FIRST_FAILED}",
        }.items():
            (folder / name).write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
        (folder / "activate").write_text("", encoding="utf-8")
        return folder


def is_run(command: str) -> bool:
    """Return whether the table of what is not run leaves a command to be run."""
    bare = command.removeprefix("./.venv/bin/")
    return not any(_begins(bare, each["begins"]) for each in TABLE["not_run"])


def _begins(command: str, words: str) -> bool:
    return f"{command} ".startswith(f"{words} ")
