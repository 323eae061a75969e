"""Holds each answer until what it rests on is on disk; refuses requests while the disk is full."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from mdmr_local.clock.instrument import Asgi, Scope
from mdmr_local.durable.journal import Journal, NotWrittenError

# Free bytes that are left to what the hub itself still writes, and to the file's log.
RESERVE_BYTES = 8 * 1024 * 1024
# A body is in the log first, then in the file.
_COPIES = 2
_STATUS = 503
_CODE = "ServiceUnavailable"
_READS = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Receive", "Scan", "TransactGet")
_OWN_PATHS = ("/_mdmr/", "/_ministack/")
_CHANGING = ("PUT", "POST", "DELETE")
_ACTION = "mdmr.action"
_FORM_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")

_Send = Callable[[Any], Any]


class Gateway:
    """The emulator as its callers see it: nothing is acknowledged before it is on disk.

    Args:
        app: the emulator.
        journal: of its changes.
        folder: on the disk that the data file is on.
        changed: told of each request that may have changed how a service is set up, and returns
            when that is in the journal.
        begin: called once, by the first request: then the emulator is heard.
    """

    def __init__(
        self,
        app: Asgi,
        journal: Journal,
        folder: Path,
        changed: Callable[[Scope], Any],
        begin: Callable[[], None],
    ) -> None:
        self._app = app
        self._journal = journal
        self._folder = folder
        self._changed = changed
        self._begin: Callable[[], None] | None = begin

    async def __call__(self, scope: Scope, receive: Any, send: _Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "http" and (begin := self._begin):
            self._begin = None
            begin()
        if scope["type"] != "http" or scope["path"].startswith(_OWN_PATHS):
            await self._app(scope, receive, send)
            return
        if writes(scope) and (reason := refusal(self._journal, self._folder, _length(scope))):
            await _drain(receive)
            await _refuse(scope, send, reason)
            return
        held = _Answer(scope, send)

        async def ask() -> Any:
            message = await receive()
            _note_action(scope, message)
            return message

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                await self._changed(scope)
                await held.start(message, self._journal)
            else:
                await held.go_on(message)

        await self._app(scope, ask, answer)


def refusal(journal: Journal, folder: Path, length: int = 0) -> str:
    """Return why a request with that many bytes is refused at present; empty when it is not."""
    if journal.fault:
        return f"the data folder {folder} cannot be written: {journal.fault}"
    free, needed = _free_bytes(folder), RESERVE_BYTES + _COPIES * length
    if free >= needed:
        return ""
    return (
        f"the disk of the data folder {folder} is full: {free // 1024:,} KiB are free, "
        f"{needed // 1024:,} KiB are needed"
    )


class _Answer:
    """An answer on its way: as the emulator gave it, or that it was not kept."""

    def __init__(self, scope: Scope, send: _Send) -> None:
        self._scope = scope
        self._send = send
        self._refused = False

    async def start(self, message: Any, journal: Journal) -> None:
        try:
            await journal.committed()
        except NotWrittenError as error:
            if writes(self._scope):
                self._refused = True
                await _refuse(self._scope, self._send, f"nothing can be written: {error}")
                return
        await self._send(message)

    async def go_on(self, message: Any) -> None:
        if not self._refused:
            await self._send(message)


def _free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def action_of(scope: Scope) -> str:
    """Return the operation that a request names; empty where method and path tell it."""
    return _header(scope, b"x-amz-target").rpartition(".")[2] or str(scope.get(_ACTION, ""))


def service_of(scope: Scope) -> str:
    """Return the name of the service that a request is signed for; empty for none."""
    # The credential is KEY, day, region, service and a word, with slashes between.
    fields = _header(scope, b"authorization").partition("Credential=")[2].split("/")
    return fields[3] if len(fields) > 3 else ""  # noqa: PLR2004 - the fourth


def writes(scope: Scope) -> bool:
    """Tell whether a request changes something; what a function writes comes as its own request."""
    if action := action_of(scope):
        return not action.startswith(_READS)
    return scope["method"] in _CHANGING and service_of(scope) in ("s3", "")


def _note_action(scope: Scope, message: Any) -> None:
    """Note what operation the body of a form names."""
    form = _header(scope, b"content-type").startswith("application/x-www-form-urlencoded")
    if form and (named := _FORM_ACTION.search(message.get("body", b""))):
        scope[_ACTION] = named[1].decode()


def _length(scope: Scope) -> int:
    text = _header(scope, b"content-length")
    return int(text) if text.isdecimal() else 0


def _header(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope.get("headers", ()) if key.lower() == name]
    return values[0].decode("latin-1") if values else ""


async def _drain(receive: Any) -> None:
    """Take the body of a request whose answer is known: a sender reads none before its end."""
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)


async def _refuse(scope: Scope, send: _Send, reason: str) -> None:
    if action_of(scope):
        kind = b"application/x-amz-json-1.0"
        body = json.dumps({"__type": _CODE, "message": reason}).encode()
    else:
        kind = b"application/xml"
        body = f"<Error><Code>{_CODE}</Code><Message>{escape(reason)}</Message></Error>".encode()
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": _STATUS, "headers": headers})
    await send({"type": "http.response.body", "body": body})
