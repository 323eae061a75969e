"""What the import of a handler brings: packages, and clients of AWS, which must wait for a call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.sam_template import ROOT

# Runs in an interpreter of its own. What is there before the import is the interpreter's.
_SCRIPT = """\
import importlib, json, sys
there = set(sys.modules)
import botocore.session
made = []
create = botocore.session.Session.create_client
def counted(self, service, *arguments, **named):
    made.append(service)
    return create(self, service, *arguments, **named)
botocore.session.Session.create_client = counted
importlib.import_module(sys.argv[1])
tops = {name.partition(".")[0] for name in set(sys.modules) - there}
print(json.dumps([sorted(tops - set(sys.stdlib_module_names)), made, sorted(sys.modules)]))
"""
_OURS = {"functions", "mdmr"}


@dataclass(frozen=True)
class Imports:
    """Packages that an import brings, beside Python's own and the hub's; clients that it makes.

    `modules` are all that are there afterwards.
    """

    packages: frozenset[str]
    clients: tuple[str, ...]
    modules: frozenset[str]


def handlers() -> list[str]:
    """Return the names of all handlers."""
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))


def imports_of(handler: str, paths: Sequence[Path] = (ROOT,)) -> Imports:
    """Return what `functions.<handler>.app` brings, found on `paths` before anywhere else.

    Raises:
        CalledProcessError: it cannot be imported.
    """
    # A client is made without a look at this machine's own settings.
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "AWS_DEFAULT_REGION": "ca-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = (sys.executable, "-c", _SCRIPT, f"functions.{handler}.app")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    packages, clients, modules = json.loads(done.stdout)
    brought = {each for each in packages if not each.startswith("__")}
    return Imports(frozenset(brought - _OURS), tuple(clients), frozenset(modules))
