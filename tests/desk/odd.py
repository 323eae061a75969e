"""Texts that must not reach a screen as they are."""

from __future__ import annotations

# Terminal commands, line ends, marks of direction, no width, surrogates, markup.
ODD = "\x1b[31m\x1b]0;t\x07\r\n\t\x08\x00\x7f\x9b\u202e\u2066\u200b\u2028\u2029\ufeff\u00ad\u3164"
SURROGATE = "\ud800"
MARKUP = "[red]Y[/red][/]:smile:"
# No argument that goes to a hub can hold half a character: it is refused before.
TYPED = f"x{ODD}{MARKUP}"
HOSTILE = f"{TYPED}{SURROGATE}"
