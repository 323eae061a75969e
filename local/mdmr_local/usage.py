"""What a run of the emulator used: processor time by process, requests by kind."""

import os
import resource
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import ministack.core.lambda_runtime as runtime

from mdmr_local.clock.instrument import Asgi, Scope
from mdmr_local.statistics import peak_resident

_TICKS = os.sysconf("SC_CLK_TCK")
# Of /proc/<process>/stat, after the name in brackets: user and system time.
_USER, _SYSTEM = 11, 12
_SERVICE = 3
_requests: Counter[str] = Counter()
# The last that was seen of each worker: one that was ended since keeps it.
_workers: dict[int, tuple[str, float, int]] = {}
_lock = threading.Lock()


def count_kinds(app: Asgi) -> Asgi:
    """Return the ASGI application with its requests counted by service and operation."""

    async def counted(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/_"):
            headers = {
                name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
            }
            count(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers)
        await app(scope, receive, send)

    return counted


def count(method: str, path: str, query: str, headers: Mapping[str, str]) -> None:
    """Count a request."""
    _requests[kind_of(method, path, query, headers)] += 1


def kind_of(method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """Return the service that a request was signed for, and its operation.

    Where neither a header nor S3's own rules tell the operation, it is the method.
    """
    # Credential=<key>/<day>/<region>/<service>/...
    signed = headers.get("authorization", "").partition("Credential=")[2].split("/")
    service = signed[_SERVICE] if len(signed) > _SERVICE else ""
    target = headers.get("x-amz-target", "").rpartition(".")[2]
    if service == "s3":
        target = _operation_of_s3(method, path, query)
    return f"{service or 'unsigned'} {target or method}"


def _operation_of_s3(method: str, path: str, query: str) -> str:
    _, _, key = path.lstrip("/").partition("/")
    if not key:
        return {"GET": "List", "HEAD": "HeadBucket"}.get(method, method)
    asked = parse_qs(query, keep_blank_values=True)
    if method == "POST":
        return "CreateMultipartUpload" if "uploads" in asked else "CompleteMultipartUpload"
    if method == "PUT" and "partNumber" in asked:
        return "UploadPart"
    return f"{method.capitalize()}Object"


def read() -> dict[str, Any]:
    """Return what was used since the start.

    `emulator_seconds` of processor time, those of its workers by the name of the function in
    `function_seconds`, the peak memory of a worker in `function_bytes`, and `requests` by kind. A
    worker that was ended counts as it was when this was last read.
    """
    with runtime._lock:
        workers = [worker for pool in runtime._workers.values() for worker in pool]
    with _lock:
        for worker in workers:
            process = None if worker._proc is None else worker._proc.pid
            if process is not None and (seconds := _seconds_of(process)) is not None:
                _workers[process] = (str(worker.func_name), seconds, peak_resident(process))
        seen = list(_workers.values())
    names = {name for name, _, _ in seen}
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "emulator_seconds": own.ru_utime + own.ru_stime,
        "function_seconds": {
            each: sum(seconds for name, seconds, _ in seen if name == each) for each in names
        },
        "function_bytes": {
            each: max(peak for name, _, peak in seen if name == each) for each in names
        },
        "requests": dict(_requests),
    }


def _seconds_of(process: int) -> float | None:
    """Return the processor time of a process, None when it is gone."""
    try:
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(told[_USER]) + int(told[_SYSTEM])) / _TICKS
