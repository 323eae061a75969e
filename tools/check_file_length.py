"""Keeps every file readable in one sitting: none is longer than 400 lines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.sam_template import ROOT

LIMIT = 400
SUFFIXES = {".py", ".yaml", ".yml", ".md", ".toml", ".mk", ""}
# The template is one document to AWS; the change log only grows; the licence is not ours.
EXEMPT = {Path("template.yaml"), Path("CHANGELOG.md"), Path("LICENSE")}
GENERATED = Path("docs/generated")


def too_long(root: Path, files: Iterable[Path]) -> list[str]:
    """Return one line for each of the `files`, relative to `root`, that has more than 400 lines."""
    faults = []
    for file in files:
        if (
            file in EXEMPT
            or file.suffix not in SUFFIXES
            or GENERATED in file.parents
            or not (root / file).is_file()
        ):
            continue
        length = len((root / file).read_bytes().splitlines())
        if length > LIMIT:
            faults.append(f"{file}: {length} lines, at most {LIMIT}")
    return faults


def project_files(root: Path) -> list[Path]:
    """Return the files of the project, relative to `root`: those that git keeps or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return [Path(line) for line in listing.splitlines()]


def main() -> int:
    """Print the files that are too long; 1 when there are any."""
    files = project_files(ROOT)
    faults = too_long(ROOT, files)
    print("\n".join(faults) or f"file length: none of {len(files)} files is above {LIMIT} lines")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
