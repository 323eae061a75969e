"""Packs what a template points at: functions and layers as zips of source, machines inlined.

Third-party packages are not packed: the workers run in this environment, which has them.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from mdmr_local.deploy.template import Template

Upload = Callable[[bytes], dict[str, str]]
_EPOCH = (1980, 1, 1, 0, 0, 0)
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
                properties["Definition"] = yaml.safe_load(definition)


def zip_of(files: Iterator[tuple[str, bytes]]) -> bytes:
    """Return a zip whose bytes depend on nothing but the names and contents."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
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
            yield from _files(package_folder, f"python/{package_folder.name}/")
