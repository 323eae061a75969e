"""Two files side by side: where they go on alike, byte for byte, and where they meet again.

What is alike is passed over as fast as memory is read, without looking at a line of it.
"""

from __future__ import annotations

from collections.abc import Iterable

# Compared at once: little at first, as a change is often followed by another.
_LEAST, _MOST = 2 * 1024, 64 * 1024


class Ahead:
    """A file as far as it is read: whole lines from `at` on, at least `most` bytes, or its rest.

    The last line of a file gets its line feed.
    """

    def __init__(self, pieces: Iterable[bytes], most: int) -> None:
        self._pieces, self._most = iter(pieces), most
        self._over = False
        self._rest = b""
        self.text, self.at = b"", 0

    def fill(self) -> bool:
        """Read on where too little is left; return whether anything is."""
        if len(self.text) - self.at < self._most and not self._over:
            self._read()
        return self.at < len(self.text)

    def _read(self) -> None:
        # Twice as much as is asked for, so that no byte is moved more than once.
        found, size = [self.text[self.at :], self._rest], len(self._rest)
        lines = 0
        while size < 2 * self._most or not lines:
            piece = next(self._pieces, None)
            if piece is None:
                self._over = True
                break
            found.append(piece)
            size += len(piece)
            lines = lines or piece.find(b"\n") + 1
        text = b"".join(found)
        if self._over and text and not text.endswith(b"\n"):
            text += b"\n"
        cut = text.rfind(b"\n") + 1
        self.text, self._rest, self.at = text[:cut], text[cut:], 0

    def window(self, size: int) -> bytes:
        """Return the next lines, about so many bytes; at least one where there is one."""
        text, at = self.text, self.at
        end = text.rfind(b"\n", at, at + size) + 1 or text.find(b"\n", at) + 1
        return text[at:end]


def alike(ours: Ahead, theirs: Ahead) -> int:
    """Return how many bytes are the same in both from where they stand, up to a line's end."""
    one, other, i, j = ours.text, theirs.text, ours.at, theirs.at
    most = min(len(one) - i, len(other) - j)
    at, chunk = 0, _LEAST
    while at < most:
        size = min(chunk, most - at)
        mine, their = one[i + at : i + at + size], other[j + at : j + at + size]
        if mine != their:
            at += _same(mine, their)
            break
        at += size
        chunk = min(2 * chunk, _MOST)
    return max(one.rfind(b"\n", i, i + at) + 1 - i, 0)


def meeting(ours: Ahead, theirs: Ahead, size: int, *, far: bool) -> tuple[bytes, bytes]:
    """Return the next lines of both, about so many bytes, up to a line that both have.

    Where there is none, they are cut at that size; but first it is looked `far` ahead.
    """
    one, other = ours.window(size), theirs.window(size)
    if not one or not other:
        return one, other
    mine, their = _last(one), _last(other)
    if end := _end_of(mine, other):
        return one, other[:end]
    if end := _end_of(their, one):
        return one[:end], other
    if far:
        if end := _end_of(mine, theirs.text[theirs.at :]):
            return one, theirs.text[theirs.at : theirs.at + end]
        if end := _end_of(their, ours.text[ours.at :]):
            return ours.text[ours.at : ours.at + end], other
    return one, other


def _same(one: bytes, other: bytes) -> int:
    """Return how many bytes two different texts of one size begin with alike."""
    start, end = 0, len(one)
    while end - start > 1:
        middle = (start + end) // 2
        if one[start:middle] == other[start:middle]:
            start = middle
        else:
            end = middle
    return start


def _last(lines: bytes) -> bytes:
    return lines[lines.rfind(b"\n", 0, len(lines) - 1) + 1 :]


def _end_of(line: bytes, text: bytes) -> int:
    """Return where a line ends that is one of a text, 0 where it is none."""
    if text.startswith(line):
        return len(line)
    found = text.find(b"\n" + line)
    return found + 1 + len(line) if found >= 0 else 0
