"""The port of the embedded AWS: taken before it starts, asked afterwards."""

import errno
import json
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from mdmr_local.errors import PortInUseError
from mdmr_local.ports import holder_of
from mdmr_local.running import runs

_HEALTH_SECONDS = 5.0


def fault_at(port: int) -> str:
    """Return why a hub of this machine refuses uploads at present; empty when it takes them.

    Raises:
        OSError: it does not answer.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/_mdmr/health", timeout=_HEALTH_SECONDS) as answer:
        return str(json.load(answer)["fault"])


@contextmanager
def listening_socket(port: int) -> Iterator[socket.socket]:
    """Give a listening socket; the child inherits it, so no other process can take the port."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortInUseError(_who_listens(port)) from error
        listening.listen(1024)
        yield listening


def _who_listens(port: int) -> str:
    hub = next((run for run in runs() if run.port == port), None)
    pid = hub.pid if hub else holder_of(port)
    holder = "another process" if pid is None else f"process {pid}"
    what, stop = (" (mdmr local up)", f", or stop that hub: mdmr local stop --port {port}")
    if hub is None:
        what = stop = ""
    return f"port {port} is in use by {holder}{what}: choose another one with --port{stop}"
