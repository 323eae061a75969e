"""The emulator's side of the wire: hands requests to ministack's services and answers them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, unquote
from uuid import uuid4

import ministack.app as ministack
from ministack.core.responses import (
    set_request_account_id,
    set_request_client_ip,
    set_request_region,
)
from ministack.core.router import detect_service, extract_access_key_id, extract_region
from ministack.services import s3

from mdmr_local import usage
from mdmr_local.clock.ledger import Ledger
from mdmr_local.wire import frames

Answer = tuple[int, dict[str, Any], bytes]
Answering = Callable[[str, str, dict[str, str], bytes], Awaitable[Answer]]
_HERE = "127.0.0.1"
_FOR_BROWSERS = "access-control-"


def answering(ledger: Ledger) -> Answering:
    """Return what answers a request; it counts as work in flight until then."""

    async def answer(method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        path, _, query = target.partition("?")
        number = ledger.begin(f"request {method} {path}")
        try:
            usage.count(method, path, query, headers)
            asked = parse_qs(query, keep_blank_values=True) if query else {}
            return await _dispatched(method, unquote(path), headers, body, asked)
        finally:
            ledger.end(number)

    return answer


async def _dispatched(
    method: str, path: str, headers: dict[str, str], body: bytes, asked: dict[str, list[str]]
) -> Answer:
    """Do what `ministack.app.app` does with a request of these services."""
    set_request_client_ip(_HERE)
    set_request_account_id(extract_access_key_id(headers, asked))
    set_request_region(extract_region(headers, asked))
    answer: Any = await ministack._dispatch_service_request(
        method, path, headers, body, asked, str(uuid4())
    )
    if (
        method == "HEAD"
        and detect_service(method, path, headers, asked) == "s3"
        and s3.is_standard_object_request(method, path, headers, asked)
    ):
        answer = s3.format_head_response(path, headers, answer)
    status, told, content = answer
    return status, told, content if isinstance(content, bytes) else content.encode()


class WireProtocol(asyncio.Protocol):
    """A connection after its greeting. Its client waits for each answer before it asks again.

    Args:
        transport: of the connection.
        answer: answers a request.
    """

    def __init__(self, transport: asyncio.Transport, answer: Answering) -> None:
        self._transport = transport
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._come = bytearray()
        self._under_way: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        """Take up what has come; a request that is whole is answered."""
        self._come += data
        if len(self._come) < frames.LENGTHS.size:
            return
        head_size, body_size = frames.LENGTHS.unpack_from(self._come)
        start = frames.LENGTHS.size + head_size
        end = start + body_size
        if len(self._come) < end:
            return
        with memoryview(self._come) as seen:
            request = frames.read_request(seen[frames.LENGTHS.size : start])
            body = bytes(seen[start:end])
        del self._come[:end]
        self._under_way = self._loop.create_task(self._answered(request, body))

    async def _answered(self, request: tuple[str, str, dict[str, str]], body: bytes) -> None:
        method, target, headers = request
        try:
            status, told, content = await self._answer(method, target, headers, body)
        except BaseException:
            self._transport.close()
            raise
        size = len(content)
        told = {
            lower: str(value)
            for name, value in told.items()
            if not (lower := name.lower()).startswith(_FOR_BROWSERS)
        }
        if method == "HEAD":
            content = b""
        else:
            told["content-length"] = str(size)
        head = frames.answer(status, told, len(content))
        if size < frames.JOINED:
            self._transport.write(head + content)
        else:
            self._transport.write(head)
            self._transport.write(content)
