"""Looks for weaknesses with checkov (the template) and bandit (the code), without a network.

`python -m tools.check_security` prints what is found and not passed over with a reason, see
tools/findings.py. The scanners run from an environment of their own, `./.venv-security`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.findings import Finding, judge, read_skips
from tools.sam_template import ROOT, Json, read_template, transformed

SCANNERS = ROOT / ".venv-security" / "bin"
# What is deployed, what talks to it, and what checks it; `local` and the tests reach no account.
CODE = ("layers/mdmr", "functions", "cli", "tools")
_FOUND = 1


class ScanFailedError(Exception):
    """A scanner did not do its work, so that nothing is known."""


def template_findings(template: Json) -> list[Finding]:
    """Return checkov's findings in a CloudFormation template. Raises ScanFailedError."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "template.json").write_text(
            json.dumps(template, default=str), encoding="utf-8"
        )
        # Elsewhere than here it would take up settings and modules that happen to lie about.
        told = _run(
            Path(folder),
            "checkov",
            *("--file", "template.json"),
            *("--framework", "cloudformation"),
            *("--skip-download", "--quiet", "--compact"),
            *("--output", "json"),
        )
    return findings_told(told)


def findings_told(told: Json) -> list[Finding]:
    """Return the findings of checkov's report. Raises ScanFailedError when it read nothing."""
    # Of a template that it cannot read it tells the counts alone.
    summary = told.get("summary", told)
    if summary["parsing_errors"] or not summary["resource_count"]:
        raise ScanFailedError("checkov could not read the template")
    return [_of_resource(each) for each in told["results"]["failed_checks"]]


def code_findings(folders: Sequence[str], root: Path = ROOT) -> list[Finding]:
    """Return bandit's findings in folders of Python code. Raises ScanFailedError."""
    settings = str(ROOT / "pyproject.toml")
    told = _run(root, "bandit", "-c", settings, "-f", "json", "-q", "-r", *folders)
    if told["errors"] or not told["metrics"]["_totals"]["loc"]:
        raise ScanFailedError(f"bandit could not read all code: {told['errors']}")
    return [
        Finding(
            "bandit",
            each["test_id"],
            Path(each["filename"]).as_posix(),
            Path(each["filename"]).parts[0],
            f"line {each['line_number']}: {each['issue_text']}",
        )
        for each in told["results"]
    ]


def _of_resource(failed: Json) -> Finding:
    kind, _, name = str(failed["resource"]).rpartition(".")
    return Finding("checkov", failed["check_id"], name, kind, failed["check_name"])


def _run(folder: Path, name: str, *arguments: str) -> Json:
    """Run a scanner in a folder and return what it tells."""
    # Nothing else of the environment: a key of its platform would make checkov call there.
    settings = {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true", "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [str(SCANNERS / name), *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **settings},
        check=False,
        capture_output=True,
        text=True,
    )
    if ran.returncode > _FOUND or not ran.stdout.strip():
        raise ScanFailedError(f"{name} ended with {ran.returncode}: {ran.stderr[-2000:]}")
    told: Json = json.loads(ran.stdout)
    return told


def _all() -> Iterator[Finding]:
    yield from template_findings(transformed(read_template()))
    yield from code_findings(CODE)


def main() -> int:
    """Print every fault; 1 when there are any."""
    findings, skips = list(_all()), read_skips()
    faults = judge(findings, skips)
    reasons = f"{len(findings)} findings, each with one of {len(skips)} written reasons"
    print("\n".join(faults) or f"security: {reasons}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
