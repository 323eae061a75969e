"""The control paths of the emulator: what time it is, what is in flight, advance, what was used.

====== =========================== ==========================================================
GET    `/_mdmr/state`              the present, what is in flight and parked, the next deadline
GET    `/_mdmr/statistics`         counters and peak memory
GET    `/_mdmr/usage`              processor time of each function, requests by kind
POST   `/_mdmr/clock/advance`      `{"to": seconds since 1970, "patience": real seconds}`;
                                   200 when done, 400 backwards, 504 with what is in flight
GET    `/_mdmr/health`             why uploads are refused at present; empty when they are taken
POST   `/_mdmr/save`               have the state in the data folder; 507 when it cannot be
====== =========================== ==========================================================
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from mdmr_local.clock.deadlines import Clock, VirtualClock
from mdmr_local.clock.instrument import Asgi, Scope
from mdmr_local.clock.ledger import NothingFinishesError

Answer = tuple[int, dict[str, Any]]


class Kept(Protocol):
    """A state that a data folder has."""

    def save(self) -> None:
        """Have everything on disk."""

    def fault(self) -> str:
        """Return why uploads are refused at present; empty when they are not."""


class Control:
    """Answers the control paths; everything else goes to the emulator.

    Args:
        app: the emulator.
        clock: its clock.
        statistics: gives the counters.
        usage: gives processor times and requests.
        kept: the state, where a data folder has it.
    """

    def __init__(
        self,
        app: Asgi,
        clock: Clock,
        statistics: Callable[[], dict[str, int]],
        usage: Callable[[], dict[str, Any]],
        kept: Kept | None = None,
    ) -> None:
        self._app = app
        self._clock = clock
        self._kept = kept
        self._shown: dict[str, Callable[[], Mapping[str, Any]]] = {
            "GET /_mdmr/state": self._state,
            "GET /_mdmr/statistics": statistics,
            "GET /_mdmr/usage": usage,
            "GET /_mdmr/health": self._health,
        }
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="mdmr-control")

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or not scope["path"].startswith("/_mdmr/"):
            await self._app(scope, receive, send)
            return
        given = json.loads(await _body(receive) or b"{}")
        with self._clock.ledger.uncounted():
            answering = asyncio.get_running_loop().run_in_executor(
                self._pool, self._answer, f"{scope['method']} {scope['path']}", given
            )
        status, answer = await answering
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, request: str, given: dict[str, Any]) -> Answer:
        if request in self._shown:
            return 200, dict(self._shown[request]())
        if request == "POST /_mdmr/clock/advance" and isinstance(self._clock, VirtualClock):
            return self._advance(self._clock, given)
        if request == "POST /_mdmr/save" and self._kept is not None:
            return self._save(self._kept)
        return 404, {"error": f"no such request: {request}"}

    def _health(self) -> dict[str, str]:
        return {"fault": self._kept.fault() if self._kept else ""}

    def _save(self, kept: Kept) -> Answer:
        try:
            kept.save()
        except (OSError, sqlite3.Error) as error:
            return 507, {"error": str(error)}
        return 200, {}

    def _state(self) -> dict[str, Any]:
        due = self._clock.next_due()
        return {
            "now": self._clock.now(),
            "virtual": self._clock.is_virtual,
            "in_flight": self._clock.ledger.in_flight(),
            "parked": self._clock.ledger.parked(),
            "next_deadline": None if due is None else due[0],
        }

    def _advance(self, clock: VirtualClock, given: dict[str, Any]) -> Answer:
        instant = given.get("to")
        try:
            clock.advance_to(clock.now() if instant is None else instant, given["patience"])
        except ValueError as error:
            return 400, {"error": str(error)}
        except NothingFinishesError as error:
            return 504, {"error": str(error), "in_flight": error.in_flight}
        return 200, {"now": clock.now()}


async def _body(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
