"""The printable form of a text that comes from elsewhere, for whoever shows it to people."""

from __future__ import annotations

_ONE_BYTE, _TWO_BYTES = 0x100, 0x10000
# Letters and marks that take no room on a screen, and pass for printable.
_INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)


def printable(text: object) -> str:
    r"""Return a text on one line without anything but what is seen; the rest is escaped.

    Control characters, line ends, marks of direction, characters without width, surrogates.

    >>> printable("a\x1b[31m\nb\u202e")
    'a\\x1b[31m\\nb\\u202e'
    """
    whole = str(text)
    if whole.isascii() and whole.isprintable():
        return whole
    return "".join(each if _is_seen(each) else _escaped(each) for each in whole)


def _is_seen(each: str) -> bool:
    return each.isprintable() and each not in _INVISIBLE


def _escaped(each: str) -> str:
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(each)
    if each in known:
        return known[each]
    if code < _ONE_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _TWO_BYTES else f"\\U{code:08x}"
