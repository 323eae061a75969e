"""What the properties draw from: names, lines and files, right ones and nearly right ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypothesis import strategies as st
from mdmr.calendar.instants import EST, est_minutes, est_seconds
from mdmr.exchange.files.filetypes import INBOUND
from mdmr.exchange.files.names import FileName, SetPart

from tests.support.market import AGENT, LDC, OTHER_LDC, READER, framed

PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
FIELD = PRINTABLE.replace("|", "")

# But for the first and the last day, so that there is time before and after.
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(  # noqa: DTZ001
    lambda each: each.replace(tzinfo=EST)
)
date_times = times.flatmap(lambda each: st.sampled_from([est_seconds(each), est_minutes(each)]))
parts = st.builds(
    SetPart,
    st.text("AZaz09_-", min_size=1, max_size=20),
    st.sampled_from(["00", "01", "05", "07"]),
    st.from_regex(r"[0-9]{2}", fullmatch=True),
)
names = st.builds(
    FileName,
    st.sampled_from([LDC, OTHER_LDC, "ORG99999"]),
    st.sampled_from([AGENT, READER, LDC, "ORG99999"]),
    st.sampled_from([*INBOUND, "9999", "IR01"]),
    st.sampled_from(["00", "01", "99"]),
    date_times | st.from_regex(r"[0-9]{14}|[0-9]{12}", fullmatch=True),
    st.none() | parts,
    st.sampled_from(["DAT", "XML"]),
)


def spoiled(text: str, places: Sequence[int], letters: str) -> str:
    """Return a text with letters put in at places, counted round its length."""
    for place, letter in zip(places, letters, strict=False):
        at = place % (len(text) + 1)
        text = text[:at] + letter + text[at + place % 2 :]
    return text


odd_letters = st.text(st.sampled_from("|.\n\r\x00 éA0") | st.characters(), max_size=4)
near_names = st.builds(spoiled, names.map(str), st.lists(st.integers(0, 99)), odd_letters)
any_names = names.map(str) | near_names | st.text(max_size=60)

lines = st.text(FIELD + "|", max_size=30)
details = st.lists(st.sampled_from(["DTL|ORG11111|SP-1", "DTL||", "EOF|1", ""]) | lines, max_size=5)


@st.composite
def frames(draw: st.DrawFn, name: str) -> bytes:
    """Return a file of a name: right, nearly right, or anything."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    count = draw(st.none() | st.integers(0, 5) | st.sampled_from(["", "x", "0" * 5_000 + "1"]))
    end = draw(st.none() | st.sampled_from(["", "EOF", "EOF|1", "EOF|1|", "EOF|" + "0" * 5_000]))
    header = draw(st.none() | lines)
    line_end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    shown = name.encode("ascii", "replace").decode()
    body = framed(shown, draw(details), count=count, end=end, header=header, line_end=line_end)
    cut = draw(st.none() | st.integers(0, len(body)))
    return body[:cut] + draw(st.sampled_from([b"", b"", b"\r", b"\x00", b"x", b"\xff"]))
