"""A finding is passed over for a written reason only, and a reason that covers nothing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.findings import Finding, Skip, SkipsError, judge, read_skips

FOUND = Finding("checkov", "CKV_AWS_18", "InboundBucket", "AWS::S3::Bucket", "No access logs")


def _skip(*places: str, scanner: str = "checkov", rule: str = "CKV_AWS_18") -> Skip:
    return Skip(scanner, rule, "no access logs", places, "because")


def test_a_finding_without_a_skip_is_told() -> None:
    assert judge([FOUND], []) == ["checkov CKV_AWS_18 InboundBucket: No access logs"]


@pytest.mark.parametrize("place", ["InboundBucket", "AWS::S3::Bucket"])
def test_a_finding_is_passed_over_by_its_name_or_its_type(place: str) -> None:
    assert judge([FOUND], [_skip(place)]) == []


@pytest.mark.parametrize(
    "skip",
    [
        _skip("DataBucket"),
        _skip("InboundBucket", rule="CKV_AWS_19"),
        _skip("InboundBucket", scanner="bandit"),
    ],
)
def test_a_skip_of_something_else_passes_nothing_over(skip: Skip) -> None:
    assert "checkov CKV_AWS_18 InboundBucket: No access logs" in judge([FOUND], [skip])


def test_a_place_with_nothing_to_skip_is_told() -> None:
    told = judge([FOUND], [_skip("InboundBucket", "DataBucket")])
    assert told == ["checkov CKV_AWS_18 DataBucket: nothing to skip any more (security_skips.yaml)"]


def _file(folder: Path, text: str) -> Path:
    path = folder / "skips.yaml"
    path.write_text(text, encoding="utf-8")
    return path


WHOLE = "{scanner: bandit, rule: B101, what: asserts, where: [tools/a.py], why: they must hold}"


def test_skips_are_read_from_their_file(tmp_path: Path) -> None:
    found = read_skips(_file(tmp_path, f"- {WHOLE}"))
    assert found == [Skip("bandit", "B101", "asserts", ("tools/a.py",), "they must hold")]


@pytest.mark.parametrize(
    "row",
    [
        WHOLE.replace("why: they must hold", "why: ''"),
        WHOLE.replace(", why: they must hold", ""),
        WHOLE.replace("what: asserts", "what: null"),
        WHOLE.replace("[tools/a.py]", "[]"),
        WHOLE.replace("[tools/a.py]", "tools/a.py"),
    ],
)
def test_a_skip_without_its_reason_or_place_is_refused(tmp_path: Path, row: str) -> None:
    with pytest.raises(SkipsError, match="skip 2"):
        read_skips(_file(tmp_path, f"- {WHOLE}\n- {row}"))
