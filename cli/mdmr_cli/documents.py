"""Hub documents: organizations, authorizations, parameters, numbers from before, as YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from mdmr.operation.document import Document, read

from mdmr_cli.exits import ExitCode, fail


def read_document(path: Path) -> tuple[Document, dict[str, Any]]:
    """Return the document of a file, checked and as plain data.

    Ends the command with 2 when it is faulty, one line for each fault.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        fail(ExitCode.FAULTY, [f"{path}: {error.strerror}"])
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        fail(ExitCode.FAULTY, [f"{path}: {' '.join(str(error).split())}"])
    document, faults = read(raw)
    if document is None:
        fail(ExitCode.FAULTY, (f"{fault.path or path}: {fault.text}" for fault in faults))
    return document, raw
