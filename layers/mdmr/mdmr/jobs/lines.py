"""Lines of large objects, in bounded memory: an object comes in pieces that cut lines anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines without their line feeds; bytes after the last line feed are no line."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole


def first_line(pieces: Iterable[bytes]) -> bytes:
    """Return the first line without its line feed; asks for no more pieces than have it."""
    begin = b""
    for piece in pieces:
        begin += piece
        if b"\n" in begin:
            break
    return begin.partition(b"\n")[0]


def end_of_line(pieces: Iterable[bytes], number: int) -> int:
    """Return how many bytes the first lines take, up to line `number` with its line feed.

    Where there are fewer lines, that is all bytes.
    """
    at = found = 0
    for piece in pieces:
        end = 0
        while found < number and (after := piece.find(b"\n", end) + 1):
            found, end = found + 1, after
        if found == number:
            return at + end
        at += len(piece)
    return at


def blocks(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield whole lines in blocks of at most `size` bytes, a longer line by itself.

    The last line of an object gets its line feed where that lacks.
    """
    held: list[bytes] = []
    for piece in pieces:
        held.append(piece)
        if sum(map(len, held)) < size:
            continue
        whole, start = b"".join(held), 0
        while len(whole) - start >= size:
            cut = whole.rfind(b"\n", start, start + size) + 1 or whole.find(b"\n", start) + 1
            if not cut:
                break
            yield whole[start:cut]
            start = cut
        held = [whole[start:]]
    rest = b"".join(held)
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def up_to(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the first `size` bytes in pieces; asks for no more pieces than have them."""
    if not size:
        return
    for piece in pieces:
        taken = piece[:size]
        yield taken
        size -= len(taken)
        if not size:
            return


def joined(content: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield lines, given without their line feeds, in pieces of at least `size` bytes.

    There is at least one piece, so that an object without lines is written too.
    """
    piece = bytearray()
    for line in content:
        piece += line + b"\n"
        if len(piece) >= size:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
