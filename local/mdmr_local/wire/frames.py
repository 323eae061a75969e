"""What goes over the wire: the length of a head and of a body, the head, the body.

====== ======================================= =======================
frame  head (MessagePack)                      body
====== ======================================= =======================
asked  method, path with its query, headers    of the request
answer status, headers                         of the answer
====== ======================================= =======================

Headers are text by name in lower case. A connection begins with the greeting, which no HTTP does.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

import msgspec

GREETING = b"mdmr-wire\n"
LENGTHS = struct.Struct("!IQ")
# A body below this size is sent in one piece with its head.
JOINED = 256 * 1024
_encoder = msgspec.msgpack.Encoder()
_request = msgspec.msgpack.Decoder(tuple[str, str, dict[str, str]])
_answer = msgspec.msgpack.Decoder(tuple[int, dict[str, str]])


def request(method: str, path: str, headers: Mapping[str, str], body_size: int) -> bytes:
    """Return the lengths and the head of a request; its body follows."""
    return _framed(_encoder.encode((method, path, headers)), body_size)


def answer(status: int, headers: Mapping[str, str], body_size: int) -> bytes:
    """Return the lengths and the head of an answer; its body follows."""
    return _framed(_encoder.encode((status, headers)), body_size)


def read_request(head: bytes | memoryview) -> tuple[str, str, dict[str, str]]:
    """Return the method, the path with its query, and the headers. Raises DecodeError."""
    return _request.decode(head)


def read_answer(head: bytes | memoryview) -> tuple[int, dict[str, str]]:
    """Return the status and the headers. Raises DecodeError."""
    return _answer.decode(head)


def _framed(head: bytes, body_size: int) -> bytes:
    return LENGTHS.pack(len(head), body_size) + head
