"""The search of the site finds a code's own section first."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tools.check_search import asked, codes, in_titles

PLACES = {"S013": "generated/synchronization-codes/#s013"}
OWN = {"location": PLACES["S013"], "title": "S013 FIELD FORMAT INVALID", "text": "a field"}
PAGE = {"location": "generated/synchronization-codes/", "title": "Codes", "text": "all of them"}
OTHER = {"location": "ldc/staging/", "title": "How a set is checked", "text": "S013 S013 S013"}


def test_every_code_has_a_place() -> None:
    assert len(codes()) > 90
    assert codes()["F009"] == "generated/codes/#f009"
    assert codes()["Y299"] == "generated/synchronization-codes/#y299"


def test_a_code_in_its_own_title_alone_is_found() -> None:
    assert in_titles(PLACES, [OTHER, OWN]) == []


@pytest.mark.parametrize(
    "index", [[OTHER], [OWN, OTHER | {"title": "About S013"}]], ids=["no heading", "two headings"]
)
def test_a_code_in_no_title_or_in_two_is_a_fault(index: list[dict[str, str]]) -> None:
    (fault,) = in_titles(PLACES, index)
    assert "S013" in fault


@pytest.mark.skipif(not shutil.which("node"), reason="this machine has no node")
def test_the_sites_own_search_is_asked(tmp_path: Path) -> None:
    site = _site(tmp_path, [OTHER, PAGE, OWN])
    node = str(shutil.which("node"))
    assert asked(PLACES, site, node) == []
    (fault,) = asked({"S013": "elsewhere/"}, site, node)
    assert "must be elsewhere/" in fault


def _site(folder: Path, docs: list[dict[str, str]]) -> Path:
    """Build the least of a site that its search needs: the theme's worker and an index."""
    workers = folder / "assets" / "javascripts" / "workers"
    workers.mkdir(parents=True)
    theme = Path(str(distribution("mkdocs-material").locate_file("material")))
    (worker,) = theme.glob("templates/assets/javascripts/workers/search.*.min.js")
    shutil.copy(worker, workers)
    config = {"lang": ["en"], "separator": r"[\s\-]+", "pipeline": ["stopWordFilter"]}
    fields = {"title": {"boost": 1000.0}, "text": {"boost": 1.0}, "tags": {"boost": 1000000.0}}
    (folder / "search").mkdir()
    index = {"config": config | {"fields": fields}, "docs": docs}
    (folder / "search/search_index.json").write_text(json.dumps(index))
    return folder
