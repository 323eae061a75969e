"""The bound on the length of files can be broken, and is then told."""

from __future__ import annotations

from pathlib import Path

from tools.check_file_length import LIMIT, too_long


def _write(root: Path, name: str, lines: int) -> Path:
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("x\n" * lines, encoding="utf-8")
    return Path(name)


def test_a_file_of_400_lines_passes(tmp_path: Path) -> None:
    assert too_long(tmp_path, [_write(tmp_path, "a.py", LIMIT)]) == []


def test_a_file_of_401_lines_is_told_with_its_length(tmp_path: Path) -> None:
    files = [_write(tmp_path, "mdmr/a.py", LIMIT + 1), _write(tmp_path, "b.md", 1)]
    assert too_long(tmp_path, files) == ["mdmr/a.py: 401 lines, at most 400"]


def test_the_template_the_change_log_and_generated_pages_may_be_longer(tmp_path: Path) -> None:
    names = ("template.yaml", "CHANGELOG.md", "docs/generated/layouts.md")
    assert too_long(tmp_path, [_write(tmp_path, name, LIMIT + 1) for name in names]) == []


def test_another_template_may_not_be_longer(tmp_path: Path) -> None:
    assert too_long(tmp_path, [_write(tmp_path, "local/template.yaml", LIMIT + 1)]) != []


def test_data_files_are_not_counted(tmp_path: Path) -> None:
    assert too_long(tmp_path, [_write(tmp_path, "a.DAT", LIMIT + 1)]) == []


def test_a_file_that_was_just_removed_is_passed_over(tmp_path: Path) -> None:
    assert too_long(tmp_path, [Path("gone.py")]) == []
