"""Puts the script that draws mermaid pictures into the site, on the pages that have one.

The theme would load it from a foreign server. It is the released mermaid.min.js, brought by
`make setup` inside a package whose hash is pinned, and must be that file byte for byte.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

SCRIPT = Path(__file__).parents[2] / ".cache/pictures/mmdc/assets/mermaid.js"
# Of dist/mermaid.min.js in mermaid 11.12.0, as its makers released it.
RELEASED = "07e37dfa97b337ccc85365d57eddf99b9706f09db3b59b260d0333b23b343c4b"
_PLACE = "assets/mermaid.min.js"
_PICTURE = '<pre class="mermaid">'


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the script to the files of the site.

    Raises PluginError when it is missing or is not the released one.
    """
    try:
        found = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()
    except OSError as error:
        message = f"{SCRIPT}: {error.strerror}; run `make setup`"
        raise PluginError(message) from error
    if found != RELEASED:
        message = f"{SCRIPT} is not the released mermaid.min.js: SHA-256 {found}"
        raise PluginError(message)
    files.append(File.generated(config, _PLACE, abs_src_path=str(SCRIPT)))
    return files


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001
    """Return a page with the script in its head where it has a picture."""
    if _PICTURE not in output:
        return output
    tag = f'<script src="{get_relative_url(_PLACE, page.url)}"></script>'
    return output.replace("</head>", f"{tag}</head>", 1)
