"""The documentation site: what is wrong with it ends the build, or is told of what was built."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from tools import check_site
from tools.sam_template import ROOT

_PAGE = "# One\n\n[two](two.md#part)\n"
_OTHER = "# Two\n\n## Part\n"


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Build a site of two pages and what else is given with the project's own settings."""

    def build(*listed: str, **pages: str) -> subprocess.CompletedProcess[str]:
        for name, text in {"index": _PAGE, "two": _OTHER, **pages}.items():
            (tmp_path / "docs").mkdir(exist_ok=True)
            (tmp_path / "docs" / f"{name}.md").write_text(text)
        settings = {
            "INHERIT": str(ROOT / "mkdocs.yml"),
            "docs_dir": str(tmp_path / "docs"),
            "site_dir": str(tmp_path / "site"),
            "hooks": [str(ROOT / "tools/site/pictures.py")],
            "extra_css": [],
            "nav": ["index.md", "two.md", *listed],
        }
        (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(settings))
        command = [sys.executable, "-m", "mkdocs", "build"]
        command += ["--config-file", str(tmp_path / "mkdocs.yml")]
        environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
        return subprocess.run(
            command, env=environment, check=False, capture_output=True, text=True, cwd=ROOT
        )

    return build


def test_a_site_without_fault_is_built_and_found_sound(
    build: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    built = build(two=_OTHER + "\n```mermaid\nflowchart LR\n    a --> b\n```\n")
    assert built.returncode == 0, built.stderr
    assert check_site.faults_of_site(tmp_path / "site") == []
    assert "assets/mermaid.min.js" in (tmp_path / "site/two/index.html").read_text()
    assert "assets/mermaid.min.js" not in (tmp_path / "site/index.html").read_text()


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ({"index": "# One\n\n[two](three.md)\n"}, "three.md"),
        ({"index": "# One\n\n[two](two.md#whole)\n"}, "#whole"),
        ({"three": "# Three\n"}, "three.md"),
        ({"index": '# One\n\n--8<-- "gone.md"\n'}, "gone.md"),
    ],
    ids=["dead link", "dead anchor", "page that is not listed", "part that is not there"],
)
def test_a_fault_in_a_page_ends_the_build(
    build: Callable[..., subprocess.CompletedProcess[str]], pages: dict[str, str], told: str
) -> None:
    built = build(**pages)
    assert built.returncode != 0
    assert told in built.stderr + built.stdout


def test_a_page_that_is_listed_and_not_there_ends_the_build(
    build: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    built = build("gone.md")
    assert built.returncode != 0
    assert "gone.md" in built.stderr


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="gone/">x</a>', "index.html: gone/ leads nowhere"),
        ('<a href="#gone">x</a>', "index.html: #gone leads nowhere"),
        ('<a href="../../x">x</a>', "index.html: ../../x leads nowhere"),
        ('<script src="https://cdn.test/x.js">', "index.html: loads https://cdn.test/x.js"),
        ('<link href="//cdn.test/x.css">', "index.html: loads //cdn.test/x.css"),
        (
            '<pre class="mermaid">',
            "index.html: has a picture and not the script that draws it",
        ),
    ],
)
def test_a_fault_of_a_built_page_is_told(tmp_path: Path, html: str, fault: str) -> None:
    (tmp_path / "index.html").write_text(html)
    assert check_site.faults_of_site(tmp_path) == [fault]


def test_a_font_from_elsewhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text('@import "https://fonts.test/a.css"; x{src:url(//f.test/b)}')
    assert check_site.faults_of_site(tmp_path) == [
        "site.css: loads https://fonts.test/a.css",
        "site.css: loads //f.test/b",
    ]


def test_links_of_the_readme_are_followed_into_the_site(tmp_path: Path) -> None:
    for name, text in {
        "README.md": "[a](docs/a.md) [b](docs/a.md#part) [c](docs/a.md#whole) [d](docs/b.md)\n"
        "```sh\n[e](not-a-link)\n```\n",
        "docs/a.md": "",
        "site/a/index.html": '<h2 id="part">',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert check_site.faults_of_readme(tmp_path / "README.md", tmp_path / "site") == [
        "README.md: docs/a.md#whole leads nowhere",
        "README.md: docs/b.md leads nowhere",
    ]


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/here" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is inherited
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_foreign_addresses_are_asked_once_each(tmp_path: Path, elsewhere: str) -> None:
    links = "".join(f'<a href="{elsewhere}/{each}">' for each in ("here", "gone", "here#part"))
    (tmp_path / "index.html").write_text(links)
    addresses = check_site.outside(tmp_path)
    assert addresses == [f"{elsewhere}/gone", f"{elsewhere}/here"]
    assert [told.split(": ")[0] for told in check_site.unreachable(addresses)] == [
        f"{elsewhere}/gone"
    ]
