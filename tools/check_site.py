"""Checks the built documentation site, and the links of the README into it.

`python -m tools.check_site SITE` tells of links and anchors that lead nowhere, and of whatever a
page would load from elsewhere. With `--outside` it asks each foreign address instead, which
needs a network.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from tools.sam_template import ROOT

_LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
_LOADED_BY_STYLE = re.compile(r"(?:@import\s+|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)")
_MARKDOWN_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_SECONDS = 20
_FOUND = range(200, 400)


@dataclass
class Page:
    """What a page of HTML has of interest: its anchors, where it leads, what it loads."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    pictures: int = 0


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        self.page.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.page.links.append(given["href"])
        elif (attribute := _LOADING.get(tag)) and attribute in given:
            self.page.loads.append(given[attribute])
        if tag == "pre" and given.get("class") == "mermaid":
            self.page.pictures += 1


def read_page(text: str) -> Page:
    """Return what is of interest of a page's HTML."""
    reader = _Reader()
    reader.feed(text)
    return reader.page


def faults_of_site(site: Path) -> list[str]:
    """Return one line for each fault of a built site: dead links, and what is loaded from afar."""
    site = site.resolve()
    pages = {path: read_page(path.read_text()) for path in sorted(site.rglob("*.html"))}
    faults = []
    for path, page in pages.items():
        shown = path.relative_to(site)
        faults += [
            f"{shown}: {each} leads nowhere"
            for each in page.links + page.loads
            if not _is_outside(each) and not _leads_somewhere(site, path, each, pages)
        ]
        faults += [f"{shown}: loads {each}" for each in page.loads if _is_outside(each)]
        if page.pictures and not any("mermaid" in each for each in page.loads):
            faults.append(f"{shown}: has a picture and not the script that draws it")
    for path in sorted(site.rglob("*.css")):
        found = _LOADED_BY_STYLE.findall(path.read_text())
        faults += [f"{path.relative_to(site)}: loads {each}" for each in found]
    return faults


def faults_of_readme(readme: Path, site: Path) -> list[str]:
    """Return one line for each link of a Markdown file outside the site that leads nowhere.

    A link with an anchor into a page of `docs` must find that anchor on the built page.
    """
    faults = []
    for address in links_of_markdown(readme.read_text()):
        if _is_outside(address):
            continue
        parts = urlsplit(address)
        target = readme.parent / unquote(parts.path)
        if not target.exists() or (parts.fragment and not _has_anchor(address, site)):
            faults.append(f"{readme.name}: {address} leads nowhere")
    return faults


def links_of_markdown(text: str) -> list[str]:
    """Return where a Markdown text's links lead, those in fenced blocks left out."""
    return _MARKDOWN_LINK.findall(_FENCED.sub("", text))


def outside(site: Path) -> list[str]:
    """Return every foreign address that the pages of a site link to, once each."""
    found = {
        address.split("#")[0]
        for path in site.rglob("*.html")
        for address in read_page(path.read_text()).links
        if address.startswith(("http:", "https:"))
    }
    return sorted(found)


def unreachable(addresses: Sequence[str]) -> Iterator[str]:
    """Ask each address and yield one line for each that does not answer as found."""
    for address in addresses:
        asked = Request(address, headers={"User-Agent": "mdmr link check"})  # noqa: S310 - http(s)
        try:
            with urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310 - http(s)
                if answer.status not in _FOUND:
                    yield f"{address}: {answer.status}"
        except (URLError, TimeoutError) as error:
            yield f"{address}: {error}"


def _is_outside(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc) and parts.scheme != "data"


def _leads_somewhere(site: Path, page: Path, address: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "data":
        return True
    where = unquote(parts.path)
    base = site if where.startswith("/") else page.parent
    target = Path(os.path.normpath(base / where.lstrip("/"))) if where else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_file() or not target.is_relative_to(site):
        return False
    return not parts.fragment or (
        target in pages and unquote(parts.fragment) in pages[target].anchors
    )


def _has_anchor(address: str, site: Path) -> bool:
    parts = urlsplit(address)
    folder = Path(parts.path).relative_to("docs").with_suffix("")
    built = site / folder / "index.html"
    return built.is_file() and parts.fragment in read_page(built.read_text()).anchors


def main(arguments: Sequence[str]) -> int:
    """Print the faults of the site that is built in the first argument; 1 when there are any."""
    site = Path(arguments[0])
    if "--outside" in arguments:
        addresses = outside(site)
        faults = list(unreachable(addresses))
        print("\n".join(faults) or f"site: all of {len(addresses)} foreign addresses answer")
        return 1 if faults else 0
    faults = faults_of_site(site)
    faults += faults_of_readme(ROOT / "README.md", site)
    count = len(list(site.rglob("*.html")))
    print(
        "\n".join(faults) or f"site: no dead link on {count} pages, nothing loaded from elsewhere"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
