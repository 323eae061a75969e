"""The client's side of the wire: connections that are used again, one request at a time each."""

from __future__ import annotations

import io
import socket
import weakref
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import IO, Any, Self

from mdmr_local.wire import frames

_PIECE = frames.JOINED


def _close(free: list[socket.socket]) -> None:
    while free:
        free.pop().close()


class Connections:
    """Connections to one emulator; safe to use from any thread.

    Args:
        address: host and port.
        seconds: how long an answer may take to begin.
    """

    def __init__(self, address: tuple[str, int], seconds: float) -> None:
        self._address = address
        self._seconds = seconds
        self._free: list[socket.socket] = []
        # Not __del__: of what is collected together, the sockets could be finalized first.
        weakref.finalize(self, _close, self._free)

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | IO[bytes], size: int
    ) -> Answer:
        """Send a request and return its answer, whose body is yet to be read.

        Raises:
            OSError: the emulator has ended or does not answer.
        """
        try:
            connection = self._free.pop()
        except IndexError:
            connection = self._connected()
        try:
            _send(connection, frames.request(method, path, headers, size), body)
            return _received(connection, self._free.append)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Close the connections that nobody uses at present."""
        _close(self._free)

    def _connected(self) -> socket.socket:
        connection = socket.create_connection(self._address, self._seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(frames.GREETING)
        return connection


class Answer(io.RawIOBase):
    """An answer, as boto3 takes one; reading it reads its body.

    Its connection is free once the body has been read; closed before that, it is not used again.

    Attributes:
        status_code: of HTTP.
        headers: by name in lower case, or whatever finds them by their names.
        left: how much of the body has not been read.
    """

    def __init__(
        self,
        status: int,
        headers: dict[str, str],
        left: int,
        come: memoryview,
        connection: socket.socket,
        release: Callable[[socket.socket], object],
    ) -> None:
        super().__init__()
        self.status_code = status
        self.headers: Mapping[str, str] = headers
        self.left = left
        self._come = come
        self._connection: socket.socket | None = connection
        self._release = release
        if not left:
            self._done()

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, into: Any) -> int:
        """Read the next part of the body; 0 at its end. Raises OSError."""
        into = memoryview(into).cast("B")[: self.left]
        if self._come:
            size = min(len(self._come), len(into))
            into[:size] = self._come[:size]
            self._come = self._come[size:]
        elif self._connection is not None and len(into):
            size = self._connection.recv_into(into)
            if not size:
                raise ConnectionResetError("the emulator has ended")
        else:
            return 0
        self.left -= size
        if not self.left:
            self._done()
        return size

    def read(self, size: int | None = -1) -> bytes:
        """Read that much of the body, less only at its end; all of it unless told how much."""
        if size is None or size < 0:
            size = self.left
        whole = bytearray(min(size, self.left))
        filled = 0
        while filled < len(whole):
            filled += self.readinto(memoryview(whole)[filled:])
        return bytes(whole)

    @property
    def raw(self) -> Self:
        """What the body is read from."""
        return self

    @cached_property
    def content(self) -> bytes:
        """What has not been read of the body. Raises OSError."""
        return self.read()

    def close(self) -> None:
        """Give up what has not been read."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        super().close()

    def _done(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._release(connection)


def _send(connection: socket.socket, head: bytes, body: bytes | IO[bytes]) -> None:
    if not isinstance(body, bytes):
        connection.sendall(head)
        while piece := body.read(_PIECE):
            connection.sendall(piece)
    elif len(body) < _PIECE:
        connection.sendall(head + body)
    else:
        connection.sendall(head)
        connection.sendall(body)


def _received(connection: socket.socket, release: Callable[[socket.socket], object]) -> Answer:
    come = _more(connection, b"")
    while len(come) < frames.LENGTHS.size:
        come = _more(connection, come)
    head_size, size = frames.LENGTHS.unpack_from(come)
    start = frames.LENGTHS.size + head_size
    while len(come) < start:
        come = _more(connection, come)
    seen = memoryview(come)
    status, headers = frames.read_answer(seen[frames.LENGTHS.size : start])
    return Answer(status, headers, size, seen[start:], connection, release)


def _more(connection: socket.socket, come: bytes) -> bytes:
    piece = connection.recv(_PIECE)
    if not piece:
        raise ConnectionResetError("the emulator has ended")
    return come + piece
