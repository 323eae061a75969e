"""Workers start from a process that has imported their packages; layers are unpacked once."""

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import ministack.core.lambda_runtime as runtime

from mdmr_local.corrections.lambda_worker_environment import environment
from mdmr_local.corrections.registry import Correction, rewrite
from mdmr_local.forkserver import Forked, ForkServer
from mdmr_local.settings import Settings
from mdmr_local.wire import offered

_unpacking = threading.Lock()


def _apply() -> None:
    rewrite(
        runtime.Worker,
        "_spawn",
        ("self._proc = subprocess.Popen(", "self._proc = _mdmr_started("),
        (
            "layer_data = _resolve_layer_zip(layer_ref)",
            "layer_data = layers_dirs.extend(_mdmr_layer(_resolve_layer_zip(layer_ref)))",
        ),
        _mdmr_started=_started,
        _mdmr_layer=_layer,
    )


def _started(command: list[str], **options: Any) -> "Forked | subprocess.Popen[str]":
    """Start a worker; one of another language than Python as shipped."""
    binary, script = command
    if binary != sys.executable:
        return subprocess.Popen(command, **options)
    return _server().start(script, cwd=options["cwd"], env=options["env"])


@cache
def _server() -> ForkServer:
    return ForkServer(environment(), wire=offered(Settings.read(os.environ)))


def _layer(content: bytes | None) -> list[str]:
    """Return the folder that has a layer unpacked, none for no layer."""
    if not content:
        return []
    folder = _folder() / hashlib.sha256(content).hexdigest()[:32]
    with _unpacking:
        if not folder.exists():
            unpacked = folder.with_suffix(".part")
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(unpacked)
            unpacked.replace(folder)
    return [str(folder)]


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="mdmr-layers-"))


CORRECTION = Correction(
    name="lambda_worker_start",
    wrong="each worker starts an interpreter and unpacks and compiles all layers for itself; "
    "AWS starts environments from snapshots, which share /opt",
    apply=_apply,
)
