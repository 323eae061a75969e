"""A page that scrolls sideways on a phone is found, where the machine has a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check_widths
from tools.check_widths import WIDTH, browser, main


@pytest.mark.skipif(browser() is None, reason="this machine has no Chromium")
def test_a_page_that_is_too_wide_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "narrow.html").write_text("<!doctype html><p>short")
    assert main([str(tmp_path)]) == 0
    (tmp_path / "wide.html").write_text("<!doctype html><div style='width:700px'>long</div>")
    assert main([str(tmp_path)]) == 1
    assert f"wide.html: 708 pixels wide, must be at most {WIDTH}" in capsys.readouterr().out


def test_without_a_browser_it_says_that_nothing_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_widths, "browser", lambda: None)
    assert main([str(tmp_path)]) == 0
    assert "NOT CHECKED" in capsys.readouterr().out
