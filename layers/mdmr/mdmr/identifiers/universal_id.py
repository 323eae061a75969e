"""The Universal SDP ID: a number that looks random and is derived.

Candidate k of a pair (LDC, SDP ID) is HMAC-SHA256(secret, `<LDC>|<SDP ID>|<k>`) taken into
10000000-99999999; the first candidate that can be claimed is given, for good.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from itertools import count

from msgspec import Struct

FIRST, LAST = 10_000_000, 99_999_999


class Pair(Struct, frozen=True, order=True):
    """What a Universal SDP ID stands for: an LDC and its own SDP ID, both as compared."""

    ldc: str
    sdp_id: str


def candidates(secret: bytes, pair: Pair) -> Iterator[str]:
    """Yield the numbers to try for a pair, in order, without end: 8 digits each."""
    for attempt in count():
        yield candidate(secret, pair, attempt)


def candidate(secret: bytes, pair: Pair, attempt: int) -> str:
    """Return candidate number `attempt` (from 0) of a pair."""
    text = f"{pair.ldc}|{pair.sdp_id}|{attempt}"
    digest = hmac.digest(secret, text.encode("ascii"), hashlib.sha256)
    return str(FIRST + int.from_bytes(digest, "big") % (LAST - FIRST + 1))
