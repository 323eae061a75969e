"""Checks that no page of the built site scrolls sideways on a phone, with a browser.

`python -m tools.check_widths SITE` shows each page 390 pixels wide in a Chromium without a window.
Where the machine has none it says so and checks nothing: no locked package brings a browser.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WIDTH = 390
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 600
_PROBE = """<!doctype html><iframe id=f style="width:WIDTHpx;height:900px;border:0"></iframe>
<script>
const frame = document.getElementById("f");
const wide = {};
(async () => {
  for (const page of PAGES) {
    await new Promise((done) => { frame.onload = done; frame.src = "/" + page; });
    await new Promise((done) => setTimeout(done, 100));
    const { documentElement, body } = frame.contentDocument;
    wide[page] = Math.max(documentElement.scrollWidth, body.scrollWidth);
  }
  await fetch("/", { method: "POST", body: JSON.stringify(wide) });
})();
</script>"""


class _Handler(SimpleHTTPRequestHandler):
    """Serves the site and the probe, and takes the widths that the probe found."""

    probe = ""

    def do_GET(self) -> None:
        if self.path != "/probe":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.probe.encode())

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        vars(self.server)["widths"] = json.loads(sent)
        self.send_response(200)
        self.end_headers()
        vars(self.server)["done"].set()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def browser() -> str | None:
    """Return the path of a Chromium of this machine, None where there is none."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def widths(site: Path, program: str) -> dict[str, int]:
    """Return how wide each page is when it is shown `WIDTH` pixels wide. Raises TimeoutError."""
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    probe = _PROBE.replace("PAGES", json.dumps(pages)).replace("WIDTH", str(WIDTH))
    handler = type("Handler", (_Handler,), {"probe": probe})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(site)))
    done = threading.Event()
    vars(server)["done"] = done
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        address = f"http://127.0.0.1:{server.server_port}/probe"
        # A port for its tools keeps it running until it is ended.
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0")
        running = subprocess.Popen(
            [program, *options, f"--user-data-dir={profile}", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            if not done.wait(_SECONDS):
                raise TimeoutError(f"{program} did not show the pages within {_SECONDS} s")
        finally:
            running.terminate()
            running.wait()
            server.shutdown()
            server.server_close()
    return dict(vars(server)["widths"])


def main(arguments: Sequence[str]) -> int:
    """Print each page that is wider than it may be; 1 when there are any."""
    program = browser()
    if program is None:
        print("widths: NOT CHECKED, this machine has no Chromium")
        return 0
    found = widths(Path(arguments[0]).resolve(), program)
    wide = {page: width for page, width in found.items() if width > WIDTH}
    lines = (
        f"{page}: {width} pixels wide, must be at most {WIDTH}" for page, width in wide.items()
    )
    print("\n".join(lines) or f"widths: none of {len(found)} pages is wider than {WIDTH} pixels")
    return 1 if wide else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
