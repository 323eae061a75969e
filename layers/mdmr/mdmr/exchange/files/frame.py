"""The record frame: scanned on the way in, composed on the way out."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from mdmr.exchange.files.filetypes import Form
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.tables import END_RECORD, FileLayout
from mdmr.exchange.files.layouts.types import FieldValue

MAX_LINE = 16_384
# The SHA-256 of a file whose bytes were not read; no file has it.
UNREAD = "0" * 64
_HEADER_LINES = 2
_LINE_BYTES = bytes(range(0x20, 0x7F)) + b"\r\n"


class Scan(Struct, frozen=True):
    """What one pass over a file's bytes tells.

    `sha256` is of all bytes, `content_sha256` of what counts as content (framed: all bytes
    after line 1), both lower-case hex. `name_line` and `header_line` are lines 1 and 2 without
    their ends, None where there is none. `details` counts the lines between header and EOF.
    `ends` are the EOF record and the line after it. Of a file that is not clean nothing is told
    of its lines.
    """

    size: int
    sha256: str
    content_sha256: str
    clean: bool
    name_line: str | None = None
    header_line: str | None = None
    details: int = 0
    ends: tuple[str, ...] = ()


def unread(size: int) -> Scan:
    """Return what is known of a file whose bytes are not read: nothing but its size."""
    return Scan(size, UNREAD, UNREAD, clean=True)


def scan(pieces: Iterable[bytes], form: Form | None) -> Scan:
    """Read a file once, in memory bounded by one piece and one line, and return what it is.

    `form` None: the type is unknown, only size and hash are wanted.
    """
    if form is None or form is Form.XML:
        return _scan_whole(pieces, utf8=form is Form.XML)
    scanner = _LineScanner(framed=form is not Form.CMEP)
    for piece in pieces:
        scanner.feed(piece)
    return scanner.finish()


def _scan_whole(pieces: Iterable[bytes], *, utf8: bool) -> Scan:
    digest, size, clean = hashlib.sha256(), 0, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        clean = clean and (not utf8 or _decodes(decoder, piece, final=False))
    clean = clean and (not utf8 or _decodes(decoder, b"", final=True))
    return Scan(size, digest.hexdigest(), digest.hexdigest(), clean)


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(piece, final=final)
    except UnicodeDecodeError:
        return False
    return True


class _LineScanner:
    """Counts and checks lines block by block; only a line cut by a block's end is kept."""

    def __init__(self, *, framed: bool) -> None:
        self._framed = framed
        self._all, self._content = hashlib.sha256(), hashlib.sha256()
        self._size = self._lines = self._before_end = 0
        self._clean = True
        self._after_line_1 = False
        self._rest = b""
        self._head: list[bytes] = []
        self._ends: list[bytes] = []

    def feed(self, piece: bytes) -> None:
        self._size += len(piece)
        self._all.update(piece)
        self._hash_content(piece)
        if not self._clean:
            return
        block = self._rest + piece
        cut = block.rfind(b"\n") + 1
        self._rest = block[cut:]
        if cut:
            self._take(block[:cut])
        if len(self._rest) > MAX_LINE + 1:
            self._clean, self._rest = False, b""

    def finish(self) -> Scan:
        if self._rest.endswith(b"\r"):
            self._clean = False
        elif self._clean and self._rest:
            self._take(self._rest + b"\n")
        content = self._content if self._framed else self._all
        hashes = (self._size, self._all.hexdigest(), content.hexdigest())
        if not self._clean:
            return Scan(*hashes, clean=False)
        head = [_text(line) for line in self._head]
        return Scan(
            *hashes,
            clean=True,
            name_line=head[0] if self._framed and head else None,
            header_line=head[1] if self._framed and len(head) == _HEADER_LINES else None,
            details=self._details(),
            ends=tuple(_text(line) for line in self._ends),
        )

    def _hash_content(self, piece: bytes) -> None:
        if self._after_line_1:
            self._content.update(piece)
        elif (end := piece.find(b"\n")) >= 0:
            self._after_line_1 = True
            self._content.update(piece[end + 1 :])

    def _take(self, block: bytes) -> None:
        """Check and count a block of whole lines."""
        lines = block.split(b"\n")
        lines.pop()
        if not _clean_lines(block, lines):
            self._clean = False
            return
        for line in lines[: _HEADER_LINES - len(self._head)]:
            self._head.append(line.rstrip(b"\r"))
        if self._ends:
            self._keep_end(lines)
        elif self._framed and b"EOF" in block:
            first = next((i for i, line in enumerate(lines) if _is_end(line)), len(lines))
            self._before_end += first
            self._keep_end(lines[first:])
        else:
            self._before_end += len(lines)

    def _keep_end(self, lines: Sequence[bytes]) -> None:
        # Two lines tell all that matters: the EOF record, and that something follows it.
        self._ends += [line.rstrip(b"\r") for line in lines[: _HEADER_LINES - len(self._ends)]]

    def _details(self) -> int:
        return max(self._before_end - (_HEADER_LINES if self._framed else 0), 0)


def _clean_lines(block: bytes, lines: Sequence[bytes]) -> bool:
    return (
        not block.translate(None, _LINE_BYTES)
        and block.count(b"\r") == block.count(b"\r\n")
        and b"" not in lines
        and b"\r" not in lines
        and all(len(line) <= MAX_LINE or line[MAX_LINE:] == b"\r" for line in _long(lines))
    )


def _long(lines: Sequence[bytes]) -> Sequence[bytes]:
    return lines if max(map(len, lines)) > MAX_LINE else ()


def _is_end(line: bytes) -> bool:
    return line.rstrip(b"\r") == b"EOF" or line.startswith(b"EOF|")


def _text(line: bytes) -> str:
    return line.decode("ascii", "replace")


def compose(
    layout: FileLayout,
    name: str,
    header: Sequence[FieldValue | None],
    count: int,
    body: Iterable[bytes],
    status: str = "",
) -> Iterator[bytes]:
    """Yield the pieces of a whole outbound file.

    `header` are the FHR values from field 2 on without the detail count's place filled in by
    the caller: FILE_ID, version, ORG_ID_1, ORG_ID_2, created, then the file's own fields.
    `body` holds the detail records with their line ends, in pieces, `count` how many they are.
    `status` is the whole line of the layout's status record, where it has one.
    """
    common, own = tuple(header[:5]), tuple(header[5:])
    lines = [f"FNR|{name}", records.write(layout.file_header, (*common, count, *own))]
    if layout.status is not None:
        lines += [records.columns(layout.status), status]
    if layout.columns:
        lines.append(records.columns(layout.details[0]))
    yield records.body(lines)
    yield from body
    yield records.body([records.write(END_RECORD, (count,))])
