"""Hub documents: organizations, authorizations, parameters, numbers from before, as YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from mdmr.operation.document import Document, read
from mdmr.operation.faults import Fault
from mdmr_local.yaml_documents import YamlError, lines_of, read_yaml

from mdmr_cli.exits import ExitCode, fail

MAX_SHOWN = 50


def read_document(path: Path) -> tuple[Document, dict[str, Any]]:
    """Return the document of a file, checked and as plain data.

    Ends the command with 2 when it is faulty, one line for each fault.
    """
    raw = read_yaml_document(path)
    document, faults = read(raw)
    if document is None:
        fail(ExitCode.FAULTY, fault_lines(path, faults))
    return document, cast("dict[str, Any]", raw)


def read_yaml_document(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return what a YAML file holds. Ends the command with 2 when it cannot be read."""
    try:
        return read_yaml(path)
    except YamlError as error:
        fail(ExitCode.FAULTY, [fault_line(path, error.fault, error.line)])


def fault_lines(path: Path, faults: Sequence[Fault], *, all_of_it: bool = True) -> Iterator[str]:
    """Yield a line for each fault of a YAML file, with its line there; at most `MAX_SHOWN`.

    `all_of_it`: what has no line there is about the file all the same.
    """
    shown = faults[:MAX_SHOWN]
    lines = _lines(path, shown)
    for fault in shown:
        line = lines.get(fault.path)
        yield fault_line(path if all_of_it or line else None, fault, line)
    if len(faults) > len(shown):
        yield f"{path}: and {len(faults) - len(shown)} more"


def fault_line(path: Path | None, fault: Fault, line: int | None) -> str:
    """Return a fault as `file:line: path: text`, without what is not known."""
    place = str(path or "") if line is None else f"{path}:{line}"
    return ": ".join(each for each in (place, fault.path, fault.text) if each)


def _lines(path: Path, faults: Sequence[Fault]) -> Mapping[str, int]:
    try:
        return lines_of(path, [fault.path for fault in faults])
    except YamlError:
        # The file is another one by now; the faults are told without their lines.
        return {}
