"""How much staging takes at once: every limit of a unit of work, and of what is kept in memory."""

from __future__ import annotations

# A larger segment is read in ranges of at most so many bytes and a line, each a unit of work: a
# million and a half records, checked in some ten seconds, to which the start of a function is
# nothing and its quarter of an hour is far. Forty at once, as a machine's map runs them, are more
# than the 21 million records of 1.4 million SDPs.
RANGE = 64 * 1024 * 1024
# Rows whose entities are linked at once, in bytes.
LINKED = 1024 * 1024
# Rows that are ordered by parts at once, in bytes.
STRETCH = 32 * 1024 * 1024
# With more findings a segment is read once more to tell them, instead of keeping all in memory.
MOST_KEPT = 100_000
# Beyond this many lines that differ it is another file, not a changed one.
MOST_CARRIED = 2_000_000
