"""Packs what a template points at: functions and layers as zips of source, machines inlined.

Third-party packages are not packed: the workers run in this environment, which has them. Modules
of a layer are packed together with what this interpreter has compiled of them.
"""

import hashlib
import importlib.util
import io
import py_compile
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from mdmr_local.deploy.template import QuickLoader, Template

Upload = Callable[[bytes], dict[str, str]]
_EPOCH = (1980, 1, 1, 0, 0, 0)
# In the head of compiled code: flags, then time and size of the source, or its hash.
_HEAD = struct.Struct("<III")
_UNCHECKED = (1).to_bytes(4, "little")
_LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def package(template: Template, base: Path, upload: Upload) -> None:
    """Replace the template's paths by what they point at.

    Args:
        template: changed in place.
        base: the folder that the paths are relative to.
        upload: keeps a zip and returns its `Bucket` and `Key`.

    Raises:
        FileNotFoundError: a path that the template names does not exist.
    """
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::Function" if isinstance(properties.get("CodeUri"), str):
                code = zip_of(_files(_folder(base, properties["CodeUri"])))
                properties["CodeUri"] = upload(code)
            case "AWS::Serverless::LayerVersion" if isinstance(properties.get("ContentUri"), str):
                code = zip_of(_layer_files(_folder(base, properties["ContentUri"])))
                properties["ContentUri"] = upload(code)
            case "AWS::Serverless::StateMachine" if isinstance(
                properties.get("DefinitionUri"), str
            ):
                definition = (base / properties.pop("DefinitionUri")).read_text(encoding="utf-8")
                properties["Definition"] = yaml.load(definition, QuickLoader)  # noqa: S506 - a SafeLoader


def zip_of(files: Iterator[tuple[str, bytes]]) -> bytes:
    """Return a zip whose bytes depend on nothing but the names and contents.

    It is not compressed: it goes no further than the next process.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def key_of(content: bytes, ending: str) -> str:
    """Return the name under which content is kept: the same for the same content."""
    return hashlib.sha256(content).hexdigest()[:32] + ending


def _folder(base: Path, relative: Any) -> Path:
    folder = base / str(relative)
    if not folder.is_dir():
        raise FileNotFoundError(f"the template names {relative}, which is no folder in {base}")
    return folder


def _files(folder: Path, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not _LEFT_OUT & set(relative.parts):
            yield prefix + relative.as_posix(), path.read_bytes()


def _layer_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the Python packages of a layer's source; a layer of third-party packages has none."""
    yield "python/.layer", folder.name.encode()
    for package_folder in sorted(folder.iterdir()):
        if (package_folder / "__init__.py").is_file():
            for name, content in _files(package_folder, f"python/{package_folder.name}/"):
                yield name, content
                if name.endswith(".py"):
                    yield from _compiled(folder, name, content)


def _compiled(folder: Path, name: str, source: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a module compiled, which is not held against the time or text of its source any more.

    One that does not compile says so where it is imported. Compiling all of a layer takes a second;
    so it is read where the interpreter keeps what it has compiled.
    """
    path = folder / Path(name).relative_to("python")
    kept = Path(importlib.util.cache_from_source(str(path)))
    if not (kept.exists() and _is_of(kept.read_bytes(), path)):
        with suppress(py_compile.PyCompileError):
            py_compile.compile(str(path), cfile=str(kept), doraise=True)
    if kept.exists() and _is_of(code := kept.read_bytes(), path):
        head = importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source)
        yield importlib.util.cache_from_source(name), head + code[len(head) :]


def _is_of(code: bytes, path: Path) -> bool:
    """Tell whether compiled code is of the file as it is: by the time and size in its head."""
    seen = path.stat()
    stamp = int(seen.st_mtime) & 0xFFFFFFFF, seen.st_size & 0xFFFFFFFF
    expected = importlib.util.MAGIC_NUMBER + _HEAD.pack(0, *stamp)
    return code.startswith(expected)
