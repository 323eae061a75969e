"""Records of a small town, to begin tests with."""

from __future__ import annotations

from tests.support.planning import Directory

HOUSE, SHOP, BARN, SUM = "48217730", "90155462", "31774205", "44901826"


def sdp(usdp: str, *, kind: str = "P", status: str = "AC", start: str = "20250901000000") -> str:
    """Return the records of an SDP without a meter."""
    operator = f"REL|SO|{usdp}|ORG33333|{start}|" if kind == "P" else ""
    return f"""
        SDP|{usdp}|SP-{usdp[:4]}|{kind}|E|{status}|{start}|
        PRM|{usdp}|PR-1|Oakville|ON|L6H0A1|{start}|
        SAG|{usdp}|04|E|{start}|
        PAR|S|{usdp}|VEES|01|{start}|
        REL|SB|{usdp}|ORG22222|{start}|
        {operator}
        """


def meter(number: int, *, kind: str = "S", interval: str = "00000100", demand: str = "N") -> str:
    """Return the records of meter M-<number> and its module A-<number>, bound to nothing."""
    start = "20250901000000"
    return f"""
        MTR|M-{number}|ELSTER|REX2|{kind}|{interval}|{demand}|{start}|
        COM|A-{number}|EL||{start}|
        PAR|M|M-{number}|DIAL|5|{start}|
        PAR|M|M-{number}|CH01|KWH|{start}|
        REL|MC|M-{number}|A-{number}|{start}|
        """


def town() -> Directory:
    """Return a directory with a house and a shop that have meters, and a third meter."""
    directory = Directory()
    first = directory.sync(
        sdp(HOUSE)
        + sdp(SHOP)
        + meter(1)
        + meter(2)
        + meter(3)
        + f"""
        REL|SM|{HOUSE}|M-1|20250901000000|
        REL|SM|{SHOP}|M-2|20250901000000|
        PAR|S|{HOUSE}|BCID|BC07|20250901000000|
        REL|SA|{HOUSE}|ACC-1|20250901000000|
        """
    )
    assert first.exceptions == []
    return directory
