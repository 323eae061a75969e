"""Serves the emulator over HTTP: uvicorn with a parser in C, one packet for each response.

A response is written in two parts, its head and its body. Sent one by one they cost two system
calls here, and the caller wakes twice to read them.
"""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mdmr_local.clock.instrument import Asgi
from mdmr_local.settings import Settings
from mdmr_local.wire import frames
from mdmr_local.wire.server import Answering, WireProtocol

_KEEP_ALIVE_SECONDS = 75
# How long a stop waits for answers that are under way; a long poll would hold it up.
_GOODBYE_SECONDS = 3


def serve(
    app: Asgi, settings: Settings, stopping: Callable[[], None], wire: Answering | None = None
) -> None:
    """Serve an ASGI application as the settings say, until the process is told to stop.

    Args:
        app: the application.
        settings: where, and with what certificate.
        stopping: called at once when the process is told to, before anybody is refused.
        wire: answers those who do not speak HTTP (:mod:`mdmr_local.wire`), if anybody does.
    """
    given: dict[str, Any] = {}
    if settings.certificate:
        given = {"ssl_certfile": settings.certificate, "ssl_keyfile": settings.private_key}
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=settings.port,
        http=_protocol(wire),
        ws="none",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
        log_level=settings.log_level.lower(),
        **given,
    )
    inherited = [socket.socket(fileno=settings.socket)] if settings.socket >= 0 else None
    uvloop.run(_Server(config, stopping).serve(sockets=inherited))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stopping()
        super().handle_exit(sig, frame)


class _OnePacketProtocol(HttpToolsProtocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the base class
        super().connection_made(_JoiningTransport(transport, self.loop))


def _protocol(wire: Answering | None) -> type[_OnePacketProtocol]:
    if wire is None:
        return _OnePacketProtocol
    answer = wire

    class WireOrHttp(_OnePacketProtocol):
        """Tells by a connection's first bytes what it speaks."""

        _transport: asyncio.Transport | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the base class
            self._transport = transport
            super().connection_made(transport)

        def data_received(self, data: bytes) -> None:
            transport, self._transport = self._transport, None
            if transport is None or not data.startswith(frames.GREETING):
                super().data_received(data)
                return
            self.connections.discard(self)
            protocol = WireProtocol(transport, answer)
            transport.set_protocol(protocol)
            if rest := data[len(frames.GREETING) :]:
                protocol.data_received(rest)

    return WireOrHttp


class _JoiningTransport(asyncio.Transport):
    """A transport that sends at once what is written to it in one step of the loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._written: list[bytes] = []

    def write(self, data: Any) -> None:
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def _send(self) -> None:
        written, self._written = self._written, []
        if written:
            self._transport.write(b"".join(written))

    def close(self) -> None:
        self._send()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)
