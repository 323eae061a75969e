"""Rows of lines that an expression vouches for: one split, and no field is looked at twice."""

from __future__ import annotations

from mdmr.synchronization.staging.examining import plain_number

_INSTANT = 14
_NUMBERS = frozenset(("CTPM", "MMUL", "PMUL", "DIAL", "RDEC"))
_VALUE, _COEFFICIENT = 4, 5
_PREFIX = {"SDP": "S", "PRM": "S", "SAG": "S", "CTF": "S", "MTR": "M", "COM": "A"}


def quick_row(number: int, line: str, far: str, *, periodic: bool) -> str | None:
    """Return the encoded row of a vouched line; None where it needs to be examined.

    `far` is the last Start that is not far ahead, as a Date/Time field.
    """
    fields = line.split("|")
    start, end = fields[-2], fields[-1]
    if (
        len(start) != _INSTANT
        or start > far
        or (end and (len(end) != _INSTANT or end < start or (periodic and end == start)))
    ):
        return None
    record = fields[0]
    numeric = 0
    if record == "PAR":
        entity = f"{fields[1]}{fields[2]}"
        if fields[3] in _NUMBERS:
            numeric = _VALUE
    elif record == "REL":
        kind = fields[1]
        if kind == "SM":
            entity = f"S{fields[2]} M{fields[3]}"
        elif kind == "MC":
            entity = f"M{fields[2]} A{fields[3]}"
        else:
            entity = f"S{fields[2]}"
    elif record == "CTC":
        entity, numeric = f"S{fields[1]} S{fields[3]}", _COEFFICIENT
    else:
        entity = f"{_PREFIX[record]}{fields[1]}"
    if numeric and (plain := plain_number(fields[numeric])) != fields[numeric]:
        fields[numeric] = plain
        return f"{entity}\t{number}\t{'|'.join(fields)}\t\t{line[4:]}\n"
    return f"{entity}\t{number}\t{line}\n"
