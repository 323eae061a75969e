"""Each scanner runs, and finds the weakness that is planted for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.check_security import ScanFailedError, code_findings, findings_told, template_findings
from tools.sam_template import Json


def _rules_by_place(template: Json) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in template_findings(template):
        found.setdefault(each.where, set()).add(each.rule)
    return found


def test_checkov_finds_a_public_bucket_and_a_role_that_may_do_everything() -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Open": {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}},
            "Almighty": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [everything]}
                },
            },
        },
    }
    found = _rules_by_place(template)
    assert {"CKV_AWS_20", "CKV_AWS_53", "CKV_AWS_54"} <= found["Open"]
    assert "CKV_AWS_111" in found["Almighty"]


@pytest.mark.parametrize(
    "told",
    [
        {"passed": 0, "failed": 0, "parsing_errors": 0, "resource_count": 0},
        {"summary": {"parsing_errors": 1, "resource_count": 3}, "results": {"failed_checks": []}},
    ],
)
def test_a_template_that_checkov_cannot_read_is_no_template_without_findings(told: Json) -> None:
    with pytest.raises(ScanFailedError):
        findings_told(told)


def _code(folder: Path, text: str) -> Path:
    (folder / "functions").mkdir()
    (folder / "functions" / "app.py").write_text(text, encoding="utf-8")
    return folder


def test_bandit_finds_a_command_made_of_input(tmp_path: Path) -> None:
    text = "import os\n\n\ndef run(name: str) -> None:\n    os.system('rm ' + name)\n"
    found = code_findings(["functions"], root=_code(tmp_path, text))
    assert ("B605", "functions/app.py", "functions") in {
        (each.rule, each.where, each.group) for each in found
    }


def test_code_that_bandit_cannot_read_is_no_code_without_findings(tmp_path: Path) -> None:
    with pytest.raises(ScanFailedError):
        code_findings(["functions"], root=_code(tmp_path, "def broken(:\n"))


def test_a_folder_without_code_is_no_code_without_findings(tmp_path: Path) -> None:
    with pytest.raises(ScanFailedError):
        code_findings(["functions"], root=tmp_path)
